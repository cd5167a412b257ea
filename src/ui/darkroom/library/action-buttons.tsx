/** Buttons for the actions on photos. Deleting asks for confirmation. */
import { useState } from 'preact/hooks'
import type { Features } from '../../account/account-api.ts'
import type { Folder } from '../../gallery/order.ts'
import { texts } from '../../texts.ts'
import { DeleteIcon, KeepIcon, RemoveIcon, RestoreIcon } from '../icons.tsx'
import { actionsIn } from './allowed-actions.ts'
import type { BulkAction } from './bulk.ts'
import { ConfirmDelete } from './confirm-delete.tsx'

const icons = { keep: KeepIcon, remove: RemoveIcon, restore: RestoreIcon, delete: DeleteIcon }

export interface ActionButtonsProps {
  /** Class of the element around the buttons. */
  className: string
  folder: Folder
  features: Features
  /** Number of photos that the actions apply to. */
  count: number
  isBusy?: boolean
  onAction: (action: BulkAction) => void
}

export function ActionButtons({
  className,
  folder,
  features,
  count,
  isBusy = false,
  onAction,
}: ActionButtonsProps) {
  const [isAsking, setAsking] = useState(false)
  return (
    <>
      <div class={className}>
        {actionsIn(folder, features).map((action) => {
          const ActionIcon = icons[action]
          return (
            <button
              key={action}
              type="button"
              class={`button ${action === 'delete' ? 'danger apart' : ''}`}
              aria-busy={isBusy}
              disabled={isBusy}
              onClick={() => (action === 'delete' ? setAsking(true) : onAction(action))}
            >
              <ActionIcon />
              {texts.selection.actions[action]}
            </button>
          )
        })}
      </div>
      {isAsking && (
        <ConfirmDelete
          count={count}
          onAnswer={(isYes) => {
            setAsking(false)
            if (isYes) onAction('delete')
          }}
        />
      )}
    </>
  )
}
