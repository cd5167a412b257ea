/** Actions on one photo of the library, over the API. */
import { type Item, keyOf } from '../../gallery/order.ts'
import type { ApiProblem } from '../../problem.ts'
import { adminApi, send } from '../admin-api.ts'

export type BulkAction = 'keep' | 'remove' | 'restore' | 'delete'

export interface Done {
  /** New place of the photo; `null` after deletion. */
  to: Item | null
  /** True if nothing was moved, because the gallery is in debug mode. */
  isTrial: boolean
}

export type Outcome = Done | { problem: ApiProblem }

/** Keeps, removes, restores or deletes one photo. */
export async function actOn(action: BulkAction, item: Item): Promise<Outcome> {
  if (action === 'delete' && item.folder !== 'root') return deleteObject(item)
  const from = action === 'restore' && item.folder !== 'root' ? { from: item.folder } : {}
  const result = await adminApi.curate(item.name, action, from)
  if ('problem' in result) return result
  const { filename, destination_folder: folder, preview_only: isTrial } = result.value
  return { to: folder ? { name: filename, folder } : null, isTrial }
}

async function deleteObject(item: Item): Promise<Outcome> {
  const result = await send<{ deleted: string | null }>('DELETE', objectPath(item))
  if ('problem' in result) return result
  return { to: null, isTrial: !result.value.deleted }
}

/** Moves a photo back to `target`, its place before the action. */
export async function moveBack(item: Item, target: Item | undefined): Promise<Outcome> {
  if (item.folder !== 'root') return actOn('restore', item)
  const body = { target_folder: target?.folder ?? 'root' }
  const result = await send<{ moved: string | null }>('POST', `${objectPath(item)}/move`, body)
  if ('problem' in result) return result
  return { to: null, isTrial: !result.value.moved }
}

function objectPath(item: Item): string {
  return `/api/library/objects/${encodeURIComponent(keyOf(item))}`
}
