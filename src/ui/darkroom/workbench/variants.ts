/** Variants of captions. They replace the draft's text, which can be restored. */
import type { Photo } from '../../gallery/gallery-api.ts'
import { adminApi, type VariantKind } from '../admin-api.ts'
import type { DeskStore } from './desk-state.ts'
import { captionOf } from './draft.ts'
import type { Work } from './work.ts'

export function createVary(store: DeskStore, work: Work) {
  const { draftOf, change, tell } = store
  return async (photo: Photo, kind: VariantKind): Promise<void> => {
    const { filename } = photo
    const before = draftOf(photo)
    const written = store.state.rules.map(({ platform }) => [
      platform,
      captionOf(draftOf(photo), photo, platform),
    ])
    const found = await work.during(photo, kind, (onStage) =>
      adminApi.vary(filename, { kind, captions: Object.fromEntries(written) }, onStage),
    )
    if (!found) return
    const { captions } = found
    const { captions: latest } = draftOf(photo)
    change(photo, {
      captions,
      // A variant of a variant still leads back to the admin's own words.
      replaced: (latest === before.captions && before.done && before.replaced) || latest,
      previews: {},
      done: 'written',
    })
    if (!work.isSeen(photo)) tell({ text: 'written', photo: filename, show: () => work.show(photo) })
  }
}
