/** Selected photos, and the selection of a range whose names are still loading. */
import type { Listing } from '../../gallery/grid/listing.ts'
import { type Item, keyOf } from '../../gallery/order.ts'

export interface Marks {
  /** Selected photos by their keys. */
  readonly items: Map<string, Item>
  readonly isFilling: boolean
  toggle(item: Item): void
  /** Selects all photos from `first` to `last` after their names are loaded. */
  fill(listing: Listing | null, first: number, last: number): Promise<void>
  stopFilling(): void
  clear(): void
}

export function createMarks(onChange: () => void): Marks {
  const items = new Map<string, Item>()
  let filling: AbortController | null = null

  function stopFilling(): void {
    filling?.abort()
    filling = null
  }

  return {
    items,
    get isFilling() {
      return filling !== null
    },
    toggle(item) {
      stopFilling()
      if (!items.delete(keyOf(item))) items.set(keyOf(item), item)
      onChange()
    },
    async fill(listing, first, last) {
      stopFilling()
      const mine = new AbortController()
      filling = mine
      onChange()
      const found = (await listing?.load(first, last, mine.signal)) ?? []
      if (filling !== mine) return
      filling = null
      for (const item of found) items.set(keyOf(item), item)
      onChange()
    },
    stopFilling,
    clear() {
      stopFilling()
      items.clear()
    },
  }
}
