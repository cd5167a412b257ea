/** Head of the sheet: title, save status, and the buttons Back and Close. */
import type { RefObject } from 'preact'
import type { Features } from '../../account/account-api.ts'
import { BackIcon, CloseIcon } from '../../icons.tsx'
import { texts } from '../../texts.ts'
import type { Draft } from './draft.ts'
import { progressText } from './progress-text.ts'

export interface SheetHeadProps {
  draft: Draft
  features: Features
  /** True while the sheet shows preview and results instead of the captions. */
  isSending: boolean
  isUnsaved: boolean
  heading: RefObject<HTMLHeadingElement | null>
  onBack: () => void
  onClose: () => void
}

const labels = texts.workbench

export function SheetHead(props: SheetHeadProps) {
  const { draft, features, isSending, isUnsaved, heading, onBack, onClose } = props
  return (
    <div class="sheet-head">
      {isSending && (
        <button type="button" class="button icon" aria-label={labels.backToWriting} onClick={onBack}>
          <BackIcon />
        </button>
      )}
      <div class="sheet-title">
        <h2 id="sheet-title" tabIndex={-1} ref={heading}>
          {titleOf(draft, isSending, features)}
        </h2>
        <p class="muted" role="status">
          {statusText(draft, isUnsaved)}
        </p>
      </div>
      <button type="button" class="button icon" aria-label={labels.close} onClick={onClose}>
        <CloseIcon />
      </button>
      <div class="drag-handle" aria-hidden="true" />
    </div>
  )
}

function titleOf({ outcomes }: Draft, isSending: boolean, features: Features): string {
  if (!isSending) return features.publish ? labels.publish : labels.captions
  return Object.keys(outcomes).length > 0 ? labels.results : labels.preview
}

function statusText(draft: Draft, isUnsaved: boolean): string {
  const { work, done } = draft
  if (work) return progressText(draft)
  if (isUnsaved && done !== 'written') return labels.unsaved
  return done === null ? '' : labels[done]
}
