/** What can be done with the photos that are marked, and what became of it. */
import type { ComponentChildren } from 'preact'
import type { Features } from '../api.ts'
import { CloseIcon } from '../icons.tsx'
import type { Folder } from '../order.ts'
import { texts } from '../texts.ts'
import { ActionButtons } from './action-buttons.tsx'
import type { Bulk } from './bulk.ts'
import type { Selection } from './selection.ts'

export interface SelectionBarProps {
  selection: Selection
  bulk: Bulk
  /** In its place as long as there is any. */
  result: ComponentChildren
  features: Features
  folder: Folder
}

const words = texts.selection

export function SelectionBar({ selection, bulk, result, features, folder }: SelectionBarProps) {
  if (result) return result
  const { size, isFilling } = selection
  if (size === 0 && !isFilling) return null
  return (
    <div class="selection-bar" role="toolbar" aria-label={words.tools}>
      <button type="button" class="button icon" aria-label={words.clear} onClick={selection.clear}>
        <CloseIcon />
      </button>
      <p class="selected-count" role="status">
        {isFilling ? words.selecting : words.selected(size)}
      </p>
      <button type="button" class="button quiet" onClick={selection.all}>
        {words.all}
      </button>
      <ActionButtons
        className="selection-actions"
        folder={folder}
        features={features}
        count={size}
        isBusy={isFilling}
        onAction={(action) => void bulk.run(action, selection.items())}
      />
    </div>
  )
}
