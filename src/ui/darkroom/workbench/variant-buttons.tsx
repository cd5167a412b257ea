/** Buttons that have the draft's captions written in another way. */
import type { Photo } from '../../gallery/gallery-api.ts'
import { texts } from '../../texts.ts'
import type { VariantKind } from '../admin-api.ts'
import type { Desk, DeskState } from './desk.ts'
import { captionOf, type Draft, isHeldUp } from './draft.ts'

export interface VariantButtonsProps {
  desk: Desk
  state: DeskState
  draft: Draft
  photo: Photo
}

const labels = texts.workbench
const kinds: readonly VariantKind[] = ['shorter', 'warmer', 'no_hashtags']

export function VariantButtons({ desk, state, draft, photo }: VariantButtonsProps) {
  if (!state.rules.some(({ platform }) => captionOf(draft, photo, platform).trim())) return null
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
