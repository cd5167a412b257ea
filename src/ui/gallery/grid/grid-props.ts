/** What the grid is given. */
import type { ComponentChildren } from 'preact'
import type { Gallery } from '../gallery.ts'
import type { Item, Query, Sort } from '../order.ts'
import type { Listing } from './listing.ts'

/** What an admin has marked. */
export interface GridSelection {
  size: number
  /** Taps mark photos instead of opening them, also while none is marked. */
  isOn: boolean
  turn(isOn: boolean): void
  /** The names of those to mark are still on their way. */
  isFilling: boolean
  has(item: Item): boolean
  toggle(index: number): void
  /** All from the last one marked to this one. */
  extendTo(index: number): void
  all(): void
  clear(): void
}

export interface GridProps {
  gallery: Gallery
  listing: Listing
  query: Query
  sorts: readonly Sort[]
  /** `null` for visitors, who see the root only. */
  folders: readonly Query['folder'][] | null
  selection: GridSelection | null
  /** Where the photo lies that was looked at last. */
  from: number | null
  /** The person was on another screen before, and goes on here. */
  takesFocus: boolean
  /** Opens the picker of files; `null` where the person cannot upload. */
  onUpload: (() => void) | null
  /** What can be done with what is marked. */
  tools: ComponentChildren
}
