/** Actions on the selected photos, and their results. */
import './selection-bar.css'
import type { ComponentChildren } from 'preact'
import type { Features } from '../../account/account-api.ts'
import type { Folder } from '../../gallery/order.ts'
import { CloseIcon } from '../../icons.tsx'
import { texts } from '../../texts.ts'
import { ActionButtons } from './action-buttons.tsx'
import type { Bulk } from './bulk.ts'
import { GestureHint } from './gesture-hint.tsx'
import type { Selection } from './selection.ts'

export interface SelectionBarProps {
  selection: Selection
  bulk: Bulk
  /** Progress or results of an action; replaces the buttons. */
  result: ComponentChildren
  features: Features
  folder: Folder
}

const labels = texts.selection

export function SelectionBar({ selection, bulk, result, features, folder }: SelectionBarProps) {
  const { size, isFilling, isOn } = selection
  const isShown = !result && (size > 0 || isFilling || isOn)
  const bar = isShown
    ? ({ class: 'selection-bar', role: 'toolbar', 'aria-label': labels.tools } as const)
    : { class: 'visually-hidden' }
  return (
    <>
      <div {...bar}>
        {isShown && (
          <button type="button" class="button icon" aria-label={labels.clear} onClick={selection.clear}>
            <CloseIcon />
          </button>
        )}
        {/* Always rendered: screen readers often skip a live region that appears together with its text. */}
        <p class="selected-count" aria-live="polite">
          {isShown &&
            (isFilling ? labels.selecting : size === 0 ? labels.tapToSelect : labels.selected(size))}
        </p>
        {isShown && (
          <>
            <button type="button" class="button quiet" onClick={selection.all}>
              {labels.all}
            </button>
            <ActionButtons
              className="selection-actions"
              folder={folder}
              features={features}
              count={size}
              isBusy={isFilling || size === 0}
              onAction={(action) => void bulk.run(action, selection.items())}
            />
          </>
        )}
      </div>
      {!isShown && !result && <GestureHint name="grid" />}
      {result}
    </>
  )
}
