/** Props of the grid. */
import type { ComponentChildren } from 'preact'
import type { Gallery } from '../gallery.ts'
import type { Item, Query, Sort } from '../order.ts'
import type { Listing } from './listing.ts'

/** Photos that an admin has selected. */
export interface GridSelection {
  size: number
  /** True if taps select photos instead of opening them, even before the first selection. */
  isOn: boolean
  turn(isOn: boolean): void
  /** True while the names of a range to select are loading. */
  isFilling: boolean
  has(item: Item): boolean
  toggle(index: number): void
  /** Selects all photos from the last selected index to this index. */
  extendTo(index: number): void
  all(): void
  clear(): void
}

export interface GridProps {
  gallery: Gallery
  listing: Listing
  query: Query
  sorts: readonly Sort[]
  /** `null` for visitors, who see only the root. */
  folders: readonly Query['folder'][] | null
  selection: GridSelection | null
  /** Index of the photo that was shown last. */
  from: number | null
  /** True if the grid takes the focus, because the visitor comes from another screen. */
  takesFocus: boolean
  /** Opens the file picker; `null` if the visitor cannot upload. */
  onUpload: (() => void) | null
  /** Actions on the selected photos. */
  tools: ComponentChildren
}
