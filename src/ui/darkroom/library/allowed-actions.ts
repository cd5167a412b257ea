/** Actions that an admin may take on photos, by their folder and the gallery's features. */
import type { Features } from '../../account/account-api.ts'
import type { Folder } from '../../gallery/order.ts'
import type { BulkAction, BulkState } from './bulk.ts'

/** Lists the actions for photos of this folder. */
export function actionsIn(folder: Folder, features: Features): BulkAction[] {
  const isRoot = folder === 'root'
  return [
    ...(isRoot && features.keep ? ['keep' as const] : []),
    ...(isRoot && features.remove ? ['remove' as const] : []),
    ...(isRoot ? [] : ['restore' as const]),
    ...(features.delete && (isRoot || features.library) ? ['delete' as const] : []),
  ]
}

/** True if the gallery can undo the action. Undoing a restore moves a file within the library, which not every gallery has. */
export function canUndo({ action }: BulkState, features: Features): boolean {
  return features.library || action !== 'restore'
}
