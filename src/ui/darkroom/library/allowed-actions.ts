/** What an admin may do with photos, by the folder that they are in and what is on for the gallery. */
import type { Features } from '../../account/account-api.ts'
import type { Folder } from '../../gallery/order.ts'
import type { BulkAction, BulkState } from './bulk.ts'

/** What a folder's photos can be moved to, or how they go for good. */
export function actionsIn(folder: Folder, features: Features): BulkAction[] {
  const isRoot = folder === 'root'
  return [
    ...(isRoot && features.keep ? ['keep' as const] : []),
    ...(isRoot && features.remove ? ['remove' as const] : []),
    ...(isRoot ? [] : ['restore' as const]),
    ...(features.delete && (isRoot || features.library) ? ['delete' as const] : []),
  ]
}

/** What left a folder other than the inbox goes back there as a file of the library. */
export function canUndo({ action }: BulkState, features: Features): boolean {
  return features.library || action !== 'restore'
}
