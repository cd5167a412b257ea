/** Saving of a photo's captions and alt text. */
import type { Gallery } from '../../gallery/gallery.ts'
import type { Photo } from '../../gallery/gallery-api.ts'
import { adminApi } from '../admin-api.ts'
import type { DeskStore } from './desk-state.ts'
import { type ByPlatform, orEmpty, savedAltText, savedCaption, unsavedCaptions } from './draft.ts'
import type { Work } from './work.ts'

export interface Saving {
  /** Saves the draft. Resolves with `true` if everything is saved. */
  save(photo: Photo): Promise<boolean>
  /** Removes saved texts from the draft, but keeps what the admin typed after the request. */
  settle(photo: Photo, saved: Photo, sent: ByPlatform<string>): void
}

export function createSaving(gallery: Gallery, store: DeskStore, work: Work): Saving {
  const { draftOf, change } = store

  function settle(photo: Photo, saved: Photo, sent: ByPlatform<string>): void {
    const { captions, altText } = draftOf(photo)
    const rest = Object.entries(captions).filter(
      ([platform, text]) =>
        orEmpty(text) !== sent[platform] && orEmpty(text) !== savedCaption(saved, platform),
    )
    const isDescribed = altText === null || altText.trim() === savedAltText(saved)
    change(photo, {
      captions: Object.fromEntries(rest),
      altText: isDescribed ? null : altText,
      replaced: null,
    })
  }

  return {
    settle,
    async save(photo) {
      const unsaved = unsavedCaptions(draftOf(photo), photo, store.state.rules)
      if (!unsaved) return true
      const answer = await work.during(photo, 'save', () => adminApi.save(photo.filename, unsaved))
      if (!answer) return false
      const { caption, alt_text, captions, metadata } = answer
      const news = { caption, alt_text, captions, metadata, has_sidecar: true }
      gallery.learn(photo.filename, news)
      settle(photo, { ...photo, ...news }, unsaved.captions ?? {})
      change(photo, { done: 'saved' })
      return true
    },
  }
}
