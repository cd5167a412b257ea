/** The photos that are marked. They stay so while their tiles are out of sight. */
import type { GridSelection } from '../../gallery/grid/grid-props.ts'
import type { Listing } from '../../gallery/grid/listing.ts'
import { type Item, keyOf } from '../../gallery/order.ts'

export interface Selection extends GridSelection {
  items(): Item[]
  /** The list that indexes count in. Another list begins with nothing marked. */
  follow(listing: Listing): void
  forget(gone: readonly Item[]): void
}

/** `onMark`: somebody marks, or takes marks away, before that is done. */
export function createSelection(onChange: () => void, onMark: () => void): Selection {
  let marked = new Map<string, Item>()
  let listing: Listing | null = null
  let anchor: number | null = null
  let filling: AbortController | null = null
  let isOn = false

  function giveUp(): void {
    filling?.abort()
    filling = null
  }

  async function fill(first: number, last: number): Promise<void> {
    giveUp()
    const mine = new AbortController()
    filling = mine
    onChange()
    const items = (await listing?.load(first, last, mine.signal)) ?? []
    if (filling !== mine) return
    filling = null
    mark(items)
  }

  const mark = (items: readonly Item[]) => {
    marked = new Map([...marked, ...items.map((item) => [keyOf(item), item] as const)])
    onChange()
  }

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
      return marked.size
    },
    get isFilling() {
      return filling !== null
    },
    has: (item) => marked.has(keyOf(item)),
    items: () => [...marked.values()],
    toggle(index) {
      const item = listing?.at(index)
      if (!item) return
      onMark()
      giveUp()
      anchor = index
      if (marked.delete(keyOf(item))) onChange()
      else mark([item])
    },
    extendTo(index) {
      onMark()
      const first = Math.min(anchor ?? index, index)
      const last = Math.max(anchor ?? index, index)
      anchor = index
      void fill(first, last)
    },
    all() {
      onMark()
      const count = listing?.count
      if (count) void fill(0, count - 1)
    },
    clear() {
      onMark()
      giveUp()
      marked = new Map()
      anchor = null
      isOn = false
      onChange()
    },
    follow(next) {
      if (
        listing &&
        (listing.query.folder !== next.query.folder || listing.query.search !== next.query.search)
      )
        marked = new Map()
      if (listing && listing.query.folder !== next.query.folder) isOn = false
      if (listing !== next) {
        anchor = null
        giveUp()
      }
      listing = next
    },
    forget(gone) {
      for (const item of gone) marked.delete(keyOf(item))
      anchor = null
      onChange()
    },
  }
}
