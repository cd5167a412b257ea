/** Buttons that have the draft's captions written in another way. The old captions can be restored. */
import type { Photo } from '../../gallery/gallery-api.ts'
import { texts } from '../../texts.ts'
import { adminApi, type VariantKind } from '../admin-api.ts'
import type { Desk } from './desk.ts'
import type { DeskStore } from './desk-state.ts'
import { captionOf, type Draft, isHeldUp } from './draft.ts'
import type { Work } from './work.ts'

const labels = texts.workbench
const kinds: readonly VariantKind[] = ['shorter', 'warmer', 'no_hashtags']

export function VariantButtons({ desk, draft, photo }: { desk: Desk; draft: Draft; photo: Photo }) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields
    <div class="buttons" role="group" aria-label={labels.captions}>
      {kinds.map((kind) => (
        <button
          key={kind}
          type="button"
          class="button"
          aria-busy={draft.work?.kind === kind}
          // Not `disabled`, which would drop the focus.
          aria-disabled={isHeldUp(draft)}
          onClick={() => void desk.vary(photo, kind)}
        >
          {labels[kind]}
        </button>
      ))}
    </div>
  )
}

export function createVary(store: DeskStore, work: Work) {
  const { draftOf, change, tell } = store
  return async (photo: Photo, kind: VariantKind): Promise<void> => {
    const { filename } = photo
    const written = store.state.rules.map(({ platform }) => [
      platform,
      captionOf(draftOf(photo), photo, platform),
    ])
    const found = await work.during(photo, kind, (onStage) =>
      adminApi.vary(filename, { kind, captions: Object.fromEntries(written) }, onStage),
    )
    if (!found) return
    const { captions } = found
    change(photo, { captions, replaced: draftOf(photo).captions, previews: {}, done: 'written' })
    if (!work.isSeen(photo)) tell({ text: 'written', photo: filename, show: () => work.show(photo) })
  }
}
