/** Selected photos. They stay selected while their tiles are out of sight. */
import type { GridSelection } from '../../gallery/grid/grid-props.ts'
import type { Listing } from '../../gallery/grid/listing.ts'
import { type Item, keyOf } from '../../gallery/order.ts'
import { createMarks } from './marks.ts'

export interface Selection extends GridSelection {
  items(): Item[]
  /** Sets the list that indexes refer to. Another folder or search clears the selection. */
  follow(listing: Listing): void
  forget(gone: readonly Item[]): void
}

/** Creates the selection. Calls `onMark` before an admin selects photos or clears the selection. */
export function createSelection(onChange: () => void, onMark: () => void): Selection {
  const marks = createMarks(onChange)
  let listing: Listing | null = null
  let anchor: number | null = null
  let isOn = false

  return {
    get isOn() {
      return isOn
    },
    turn(next) {
      onMark()
      isOn = next
      onChange()
    },
    get size() {
      return marks.items.size
    },
    get isFilling() {
      return marks.isFilling
    },
    has: (item) => marks.items.has(keyOf(item)),
    items: () => [...marks.items.values()],
    toggle(index) {
      const item = listing?.at(index)
      if (!item) return
      onMark()
      anchor = index
      marks.toggle(item)
    },
    extendTo(index) {
      onMark()
      const first = Math.min(anchor ?? index, index)
      const last = Math.max(anchor ?? index, index)
      anchor = index
      void marks.fill(listing, first, last)
    },
    all() {
      onMark()
      if (listing?.count) void marks.fill(listing, 0, listing.count - 1)
    },
    clear() {
      onMark()
      marks.clear()
      anchor = null
      isOn = false
      onChange()
    },
    follow(next) {
      const isOtherFolder = listing !== null && listing.query.folder !== next.query.folder
      const isOtherSearch = listing !== null && listing.query.search !== next.query.search
      if (isOtherFolder || isOtherSearch) marks.items.clear()
      if (isOtherFolder) isOn = false
      if (listing !== next) {
        anchor = null
        marks.stopFilling()
      }
      listing = next
    },
    forget(gone) {
      for (const item of gone) marks.items.delete(keyOf(item))
      anchor = null
      onChange()
    },
  }
}
