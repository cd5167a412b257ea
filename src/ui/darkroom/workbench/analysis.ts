/** Captions from the AI. They replace typed text, which can be restored. */
import type { Gallery } from '../../gallery/gallery.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import { type Analysis, adminApi } from '../admin-api.ts'
import type { DeskStore } from './desk-state.ts'
import { hasCaption, isPersons, savedCaption } from './draft.ts'
import type { Work } from './work.ts'

export function createAnalyze(gallery: Gallery, store: DeskStore, work: Work) {
  const { draftOf, change, tell } = store
  return async (photo: Photo): Promise<void> => {
    const { filename } = photo
    const before = draftOf(photo).captions
    // If the photo has captions, asks the AI for new text instead of the stored captions.
    const found = await work.during(photo, 'analyze', (onStage) =>
      adminApi.analyze(filename, hasCaption(photo), onStage),
    )
    if (!found) return
    const news = newsOf(photo, found)
    gallery.learn(filename, news)
    const saved = { ...photo, ...news }
    const captions = Object.entries(found.platform_captions).filter(
      ([platform, text]) => text !== savedCaption(saved, platform),
    )
    change(photo, {
      captions: Object.fromEntries(captions),
      replaced: Object.keys(before).length > 0 ? before : null,
      previews: {},
      done: 'written',
    })
    if (!work.isSeen(photo)) tell({ text: 'written', photo: filename, show: () => work.show(photo) })
  }
}

/** Returns the fields of the photo that the server has saved. */
function newsOf(photo: Photo, { caption, alt_text, sd_caption, platform_captions, rating }: Analysis) {
  return {
    sd_caption,
    has_sidecar: true,
    ...(alt_text && { alt_text }),
    ...(rating && photo.rating_source !== 'person' && { rating, rating_source: 'ai' as const }),
    // The server keeps captions that a person wrote.
    ...(!isPersons(photo) && {
      caption,
      captions: { source: 'ai' as const, by_platform: platform_captions },
    }),
  }
}
