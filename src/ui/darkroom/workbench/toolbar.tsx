/** Admin buttons under the photo. */
import type { Features } from '../../account/account-api.ts'
import { texts } from '../../texts.ts'
import { DeleteIcon, KeepIcon, PublishIcon, RemoveIcon } from '../icons.tsx'

export interface ToolbarProps {
  features: Features
  hasPhoto: boolean
  /** True if the shown photo is already in the archive, which turns off Keep and Remove. */
  isArchived: boolean
  isBusy: boolean
  isSheetOpen: boolean
  /** `null` if the gallery has this action switched off. */
  onKeep: (() => void) | null
  onRemove: (() => void) | null
  /** Opens the sheet; `null` if captions can be neither written nor published. */
  onSheet: (() => void) | null
  onDelete: () => void
}

const labels = texts.workbench

export function Toolbar(props: ToolbarProps) {
  const { features, hasPhoto, isArchived, isBusy, isSheetOpen, onKeep, onRemove, onSheet, onDelete } = props
  const isSettled = !hasPhoto || isArchived
  return (
    <div class="tools" role="toolbar" aria-label={labels.tools}>
      {onRemove && (
        <button type="button" class="button" disabled={isSettled} aria-keyshortcuts="R" onClick={onRemove}>
          <RemoveIcon />
          {labels.remove}
        </button>
      )}
      {onKeep && (
        <button type="button" class="button" disabled={isSettled} aria-keyshortcuts="K" onClick={onKeep}>
          <KeepIcon />
          {labels.keep}
        </button>
      )}
      {/* With a sheet, Delete is in the sheet, out of the thumb's reach. */}
      {features.delete && !onSheet && (
        <button
          type="button"
          class="button danger apart"
          disabled={!hasPhoto}
          aria-disabled={isBusy}
          onClick={() => !isBusy && onDelete()}
        >
          <DeleteIcon />
          {texts.selection.actions.delete}
        </button>
      )}
      {onSheet && (
        <button
          type="button"
          class="button"
          disabled={!hasPhoto}
          aria-haspopup="dialog"
          aria-expanded={isSheetOpen}
          aria-busy={isBusy}
          aria-keyshortcuts="P"
          onClick={onSheet}
        >
          <PublishIcon />
          {features.publish ? labels.publish : labels.captions}
        </button>
      )}
    </div>
  )
}
