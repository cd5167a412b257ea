/** Photos of a list, loaded page by page as they come into view. */
import type { ApiProblem } from '../../problem.ts'
import { type Item, keyOf, type Order, type Query } from '../order.ts'
import { contentFrom, removeItems } from './list-content.ts'
import { createPageLoader, type PageLoader } from './page-loader.ts'
import type { Source } from './source.ts'

export interface Listing extends Order, Omit<PageLoader, 'forget'> {
  readonly query: Query
  /** `null` until the first answer. */
  readonly count: number | null
  /** Path of the root folder if it does not exist. */
  readonly missingFolder: string | null
  readonly problem: ApiProblem | null
  /** Consecutive failures. */
  readonly failures: number
  /** Index of the photo that had the focus, for the return to the grid. */
  active: number | null
  /** Returns the photo at this index, or `undefined` if its name is not loaded yet. */
  at(index: number): Item | undefined
  /** Removes photos that are gone. */
  drop(gone: readonly Item[]): void
}

export function createListing(source: Source, query: Query, onChange: () => void): Listing {
  const list = contentFrom(source.known?.(query))
  const pages = createPageLoader(source, query, list, onChange)

  /** Finds the index of a photo, loading pages as needed. Resolves with -1 if the list lacks the photo or a page fails to load. */
  async function indexOf(item: Item): Promise<number> {
    const key = keyOf(item)
    for (let first = 0; ; first += source.pageSize) {
      const known = list.items.findIndex((other) => other && keyOf(other) === key)
      if (known !== -1 || (list.count !== null && first >= list.count)) return known
      const before = list.failures
      await pages.load(first, first + source.pageSize - 1)
      if (list.count === null || list.failures > before) return -1
    }
  }

  return {
    query,
    active: null,
    get count() {
      return list.count
    },
    get missingFolder() {
      return list.missingFolder
    },
    get problem() {
      return list.problem
    },
    get failures() {
      return list.failures
    },
    get isBusy() {
      return pages.isBusy
    },
    at: (index) => list.items[index],
    load: pages.load,
    reload: pages.reload,
    drop(gone) {
      if (!removeItems(list, gone)) return
      pages.forget()
      onChange()
    },
    async placeOf(item) {
      const index = await indexOf(item)
      return index === -1 || list.count === null ? null : { index, count: list.count }
    },
    async beside(item, step) {
      const index = await indexOf(item)
      if (index === -1) return list.problem ? { problem: list.problem } : { item: null }
      const [found] = index + step < 0 ? [] : await pages.load(index + step, index + step)
      return found || !list.problem ? { item: found ?? null } : { problem: list.problem }
    },
  }
}
