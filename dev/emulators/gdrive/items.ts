/**
 * Files and folders of all accounts by ID. Names are not unique. Listings read a second view, which may lag behind: Google promises no
 * fresh lists after a change.
 */
import { randomBytes } from 'node:crypto'
import type { DriveContent } from './content.ts'

export const folderType = 'application/vnd.google-apps.folder'
export const shortcutType = 'application/vnd.google-apps.shortcut'

export type Role = 'reader' | 'writer' | 'fileOrganizer' | 'organizer' | 'owner'

/** One file, folder, shortcut or Google document. A change replaces the whole item. */
export interface DriveItem {
  readonly id: string
  readonly name: string
  readonly mimeType: string
  /** ID of the parent; `undefined` for My Drive itself and for a shared drive. */
  readonly parent: string | undefined
  /** Shared drive that the item belongs to. */
  readonly driveId: string | undefined
  /** Email address of the owner. Items of shared drives have none. */
  readonly owner: string | undefined
  /** Roles that were given to addresses on this item itself. Items below inherit them. */
  readonly sharedWith: ReadonlyMap<string, Role>
  /** Bytes; `undefined` for folders, shortcuts and Google documents. */
  readonly content: DriveContent | undefined
  readonly headRevisionId: string | undefined
  readonly version: number
  /** Milliseconds since 1970. */
  readonly createdTime: number
  readonly modifiedTime: number
  /** True if the item itself is in the bin. Items below are in the bin with it. */
  readonly isTrashed: boolean
  /** Private properties by OAuth client. */
  readonly appProperties: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly description?: string | undefined
  readonly shortcutTarget?: string | undefined
  /** True for a file that Drive's scanner flagged. */
  readonly isAbusive?: true
  /** True for an old file of which Drive knows no SHA-256. */
  readonly hasOnlyMd5?: true
}

/** Items by ID, fresh or as the listings know them. */
export interface View {
  get(id: string): DriveItem | undefined
  all(): Iterable<DriveItem>
}

export interface DriveItems extends View {
  /** Adds or replaces an item, and counts its version up. */
  put(item: Omit<DriveItem, 'version'>): DriveItem
  /** Removes the item with all items below it. */
  remove(id: string): void
  /** Returns the items directly below, in arbitrary order. */
  children(id: string): DriveItem[]
  /** Counts one listing, and returns the view for it. Changes older than the lag are in the view. */
  listed(): View
  /** Makes all changes visible in listings. */
  settle(): void
}

/** Makes an ID of Google's form. */
export const newId = (): string => `1${randomBytes(24).toString('base64url')}`
export const newRevision = (): string => `0B${randomBytes(24).toString('base64url')}`

/** Creates the store of the items. `lag` returns the number of listings that do not show a change yet. */
export function createItems(lag: () => number): DriveItems {
  const fresh = new Map<string, DriveItem>()
  const stale = new Map<string, DriveItem>()
  const below = new Map<string, Set<string>>()
  /** Changes that listings do not show yet, oldest first. */
  const pending: { id: string; item: DriveItem | undefined; at: number }[] = []
  let listings = 0

  function publish(before = listings - lag()): void {
    while (pending[0] && pending[0].at < before) {
      const { id, item } = pending.shift() ?? {}
      if (id === undefined) return
      if (item) stale.set(id, item)
      else stale.delete(id)
    }
  }

  function changed(id: string, item: DriveItem | undefined): void {
    pending.push({ id, item, at: listings })
    if (lag() === 0) publish(Number.POSITIVE_INFINITY)
  }

  function unlink(item: DriveItem | undefined): void {
    if (item?.parent !== undefined) below.get(item.parent)?.delete(item.id)
  }

  const children = (id: string) => [...(below.get(id) ?? [])].flatMap((child) => fresh.get(child) ?? [])

  function remove(id: string): void {
    for (const child of children(id)) remove(child.id)
    unlink(fresh.get(id))
    fresh.delete(id)
    changed(id, undefined)
  }

  return {
    get: (id) => fresh.get(id),
    all: () => fresh.values(),
    children,
    remove,
    put(values) {
      const before = fresh.get(values.id)
      const item: DriveItem = { ...values, version: (before?.version ?? 0) + 1 }
      unlink(before)
      fresh.set(item.id, item)
      if (item.parent !== undefined) {
        const siblings = below.get(item.parent) ?? new Set()
        below.set(item.parent, siblings.add(item.id))
      }
      changed(item.id, item)
      return item
    },
    listed() {
      listings += 1
      publish()
      return { get: (id) => stale.get(id), all: () => stale.values() }
    },
    settle: () => publish(Number.POSITIVE_INFINITY),
  }
}
