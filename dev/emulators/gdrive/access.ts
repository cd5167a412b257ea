/** Finds an item for a request, with the right that the request needs. */
import { type Caller, flag } from './account.ts'
import type { DriveItem, Role, View } from './items.ts'
import { insufficientPermissions, notFound } from './refusals.ts'
import { isAtLeast, isInBin, roleOf } from './roles.ts'

/** Resolves the alias `root`. */
export const realId = (id: string, { grant }: Caller): string => (id === 'root' ? grant.account.root : id)

/** Checks if the item is in the bin of another person, which other people cannot see. */
export const isHidden = (item: DriveItem, { grant }: Caller, view: View): boolean =>
  item.driveId === undefined && item.owner !== grant.account.email && isInBin(item, view)

/**
 * Returns the item. Throws 404 without access and for items of shared drives unless the request supports them, and 403 for a role that is
 * too low. Requests by ID are always fresh.
 */
export function itemFor(id: string, caller: Caller, needed: Role = 'reader'): DriveItem {
  const item = caller.state.items.get(realId(id, caller))
  if (!item) throw notFound(id)
  if (item.driveId !== undefined && !flag(caller.url, 'supportsAllDrives')) throw notFound(id)
  const role = roleOf(caller.grant.account.email, item, caller.state.items)
  if (!role || isHidden(item, caller, caller.state.items)) throw notFound(id)
  if (!isAtLeast(role, needed)) throw insufficientPermissions()
  return item
}
