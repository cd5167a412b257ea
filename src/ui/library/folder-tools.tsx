/** What an admin can do with a photo that is shown out of another folder than the inbox. */
import { useState } from 'preact/hooks'
import type { Features } from '../api.ts'
import type { Item } from '../order.ts'
import { texts } from '../texts.ts'
import type { Bulk, BulkState } from './bulk.ts'
import { ConfirmDelete } from './confirm-delete.tsx'
import { actionIcons, actionsIn, BulkResult, canUndo } from './selection-bar.tsx'

export interface FolderToolsProps {
  item: Item
  features: Features
  bulk: Bulk
  state: BulkState | null
}

export function FolderTools({ item, features, bulk, state }: FolderToolsProps) {
  const [isAsking, setAsking] = useState(false)
  const words = texts.selection
  return (
    <>
      <div class="tools" role="toolbar" aria-label={texts.workbench.tools}>
        {actionsIn(item.folder, features).map((action) => {
          const ActionIcon = actionIcons[action]
          return (
            <button
              key={action}
              type="button"
              class={`button ${action === 'delete' ? 'danger' : ''}`}
              aria-busy={state?.isRunning === true}
              disabled={state?.isRunning === true}
              onClick={() => (action === 'delete' ? setAsking(true) : void bulk.run(action, [item]))}
            >
              <ActionIcon />
              {words.actions[action]}
            </button>
          )
        })}
      </div>
      {state && <BulkResult bulk={bulk} state={state} canUndo={canUndo(state, features)} />}
      {isAsking && (
        <ConfirmDelete
          count={1}
          onAnswer={(isYes) => {
            setAsking(false)
            if (isYes) void bulk.run('delete', [item])
          }}
        />
      )}
    </>
  )
}
