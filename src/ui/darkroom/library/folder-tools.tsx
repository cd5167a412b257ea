/** Admin tools for a photo of a folder other than the inbox. */
import type { Features } from '../../account/account-api.ts'
import type { Item } from '../../gallery/order.ts'
import { texts } from '../../texts.ts'
import { ActionButtons } from './action-buttons.tsx'
import type { Bulk } from './bulk.ts'

export interface FolderToolsProps {
  item: Item
  features: Features
  bulk: Bulk
  isBusy: boolean
}

export function FolderTools({ item, features, bulk, isBusy }: FolderToolsProps) {
  return (
    <div role="toolbar" aria-label={texts.workbench.tools}>
      <ActionButtons
        className="tools"
        folder={item.folder}
        features={features}
        count={1}
        isBusy={isBusy}
        onAction={(action) => void bulk.run(action, [item])}
      />
    </div>
  )
}
