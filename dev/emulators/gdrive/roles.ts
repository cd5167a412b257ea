/** Rights of accounts on items. */
import type { DriveItem, Role, View } from './items.ts'

const ranks: Readonly<Record<Role, number>> = {
  reader: 1,
  writer: 2,
  fileOrganizer: 3,
  organizer: 4,
  owner: 5,
}

export const isAtLeast = (role: Role | undefined, needed: Role): boolean =>
  role !== undefined && ranks[role] >= ranks[needed]

/** Returns the item and its ancestors, from the item upwards. */
export function lineage(item: DriveItem, view: View): DriveItem[] {
  const line: DriveItem[] = []
  for (
    let at: DriveItem | undefined = item;
    at;
    at = at.parent === undefined ? undefined : view.get(at.parent)
  )
    line.push(at)
  return line
}

/** Returns the role of the address on the item, its own or inherited. The owner of a folder may write what others put there. */
export function roleOf(email: string, item: DriveItem, view: View): Role | undefined {
  if (item.owner === email) return 'owner'
  let best: Role | undefined
  for (const { owner, sharedWith } of lineage(item, view)) {
    const role = owner === email ? 'writer' : sharedWith.get(email)
    if (role && !isAtLeast(best, role)) best = role
  }
  return best
}

/** Checks if the item or a folder above it is in the bin. */
export const isInBin = (item: DriveItem, view: View): boolean =>
  lineage(item, view).some(({ isTrashed }) => isTrashed)
