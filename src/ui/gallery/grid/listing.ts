/** The photos of one list, fetched page by page as they are looked at. Ten thousand of them are names, not pictures. */
import type { ApiProblem } from '../../api.ts'
import { type Item, keyOf, type Order, type Query } from '../order.ts'

/** Where lists come from. */
export interface Source {
  /** Photos per request. */
  pageSize: number
  page(query: Query, offset: number): Promise<Page | { problem: ApiProblem }>
  /** The first page, where it is known without asking: such a list is there at once, and nothing flickers while somebody types. */
  known?(query: Query): Page | null
}

export interface Page {
  items: Item[]
  /** In the whole list. */
  total: number
  /** The root folder, where it does not exist. */
  missingFolder?: string | null
}

export interface Listing extends Order {
  readonly query: Query
  /** `null` until the first answer. */
  readonly count: number | null
  /** The root folder, where it does not exist. */
  readonly missingFolder: string | null
  readonly problem: ApiProblem | null
  /** In a row. */
  readonly failures: number
  readonly isBusy: boolean
  /** The photo that had the focus, for when the grid comes back. */
  active: number | null
  /** `undefined` while it is not there yet. */
  at(index: number): Item | undefined
  /** Gets these photos, the last one included, few pages at a time. Gives what there is of them then; less where `signal` ends it. */
  load(first: number, last: number, signal?: AbortSignal): Promise<Item[]>
  /** Asks again, after a failure or because something changed. What is shown stays until the answer is there. */
  reload(): Promise<void>
  /** Takes away what is gone. */
  drop(gone: readonly Item[]): void
}

/** Of a long stretch. The server lists the whole folder for each page. */
const pagesAtOnce = 3

export function createListing(source: Source, query: Query, onChange: () => void): Listing {
  const { pageSize } = source
  const atHand = source.known?.(query)
  let items: (Item | undefined)[] = atHand?.items ?? []
  let count = atHand?.total ?? null
  let problem: ApiProblem | null = null
  let failures = 0
  let missingFolder: string | null = null
  // Pages on their way. After a change of the list their places are no longer true.
  let pages = new Map<number, Promise<void>>()

  function fetchPage(page: number): Promise<void> {
    const known = pages.get(page)
    if (known) return known
    const asked = pages
    const request = source.page(query, page * pageSize).then((answer) => {
      if (asked !== pages) return
      pages.delete(page)
      if ('problem' in answer) {
        problem = answer.problem
        failures++
      } else {
        problem = null
        failures = 0
        count = answer.total
        missingFolder = answer.missingFolder ?? null
        items.length = answer.total
        items.splice(page * pageSize, answer.items.length, ...answer.items)
      }
      onChange()
    })
    pages.set(page, request)
    return request
  }

  function missingPages(first: number, last: number): number[] {
    const end = Math.min(last, (count ?? Number.POSITIVE_INFINITY) - 1)
    const missing = new Set<number>()
    for (let index = first; index <= end; index++) {
      if (!items[index]) missing.add(Math.floor(index / pageSize))
      if (count === null) break
    }
    return [...missing]
  }

  async function load(first: number, last: number, signal?: AbortSignal): Promise<Item[]> {
    const before = failures
    for (let asked: typeof pages | null = null; asked !== pages; ) {
      // Once more where the list has changed meanwhile; a page that stays short is not asked for for ever.
      asked = pages
      const waiting = missingPages(first, last)
      const lane = async () => {
        const isWanted = () => asked === pages && failures <= before && !signal?.aborted
        for (let page = waiting.shift(); page !== undefined && isWanted(); page = waiting.shift())
          await fetchPage(page)
      }
      await Promise.all(Array.from({ length: pagesAtOnce }, lane))
      if (failures > before || signal?.aborted) break
    }
    return items.slice(first, last + 1).filter((item) => item !== undefined)
  }

  /** Looks where the photo is, page by page where nobody has been yet. */
  async function indexOf(item: Item): Promise<number> {
    const key = keyOf(item)
    for (let first = 0; ; first += pageSize) {
      const known = items.findIndex((other) => other && keyOf(other) === key)
      if (known !== -1 || (count !== null && first >= count)) return known
      const before = failures
      await load(first, first + pageSize - 1)
      if (count === null || failures > before) return -1
    }
  }

  return {
    query,
    active: null,
    get count() {
      return count
    },
    get missingFolder() {
      return missingFolder
    },
    get problem() {
      return problem
    },
    get failures() {
      return failures
    },
    get isBusy() {
      return pages.size > 0
    },
    at: (index) => items[index],
    load,
    async reload() {
      pages = new Map()
      const shown = items
      const request = source.page(query, 0)
      const mine = pages
      pages.set(
        0,
        request.then(() => undefined),
      )
      onChange()
      const answer = await request
      if (mine !== pages) return
      pages = new Map()
      if ('problem' in answer) {
        items = shown
        problem = answer.problem
        failures++
      } else {
        items = [...answer.items]
        items.length = answer.total
        count = answer.total
        missingFolder = answer.missingFolder ?? null
        problem = null
        failures = 0
      }
      onChange()
    },
    drop(gone) {
      const keys = new Set(gone.map(keyOf))
      let dropped = 0
      for (let index = items.length - 1; index >= 0; index--) {
        const item = items[index]
        if (!item || !keys.has(keyOf(item))) continue
        items.splice(index, 1)
        dropped++
      }
      if (dropped === 0 || count === null) return
      count -= dropped
      pages = new Map()
      onChange()
    },
    async placeOf(item) {
      const index = await indexOf(item)
      return index === -1 || count === null ? null : { index, count }
    },
    async beside(item, step) {
      const index = await indexOf(item)
      if (index === -1) return problem ? { problem } : { item: null }
      const [found] = index + step < 0 ? [] : await load(index + step, index + step)
      return found || !problem ? { item: found ?? null } : { problem }
    },
  }
}

/** The lists of this visit. The latest few are kept, so that going back shows what was there. */
export interface Listings {
  of(query: Query): Listing
  /** From now on lists are asked for again; the one that is shown at once. */
  refresh(): void
  drop(gone: readonly Item[]): void
}

const kept = 6

export function createListings(source: Source, onChange: () => void): Listings {
  let listings = new Map<string, Listing>()
  return {
    of(query) {
      const key = JSON.stringify([query.folder, query.search, query.sort])
      const listing = listings.get(key) ?? createListing(source, query, onChange)
      listings.delete(key)
      listings.set(key, listing)
      for (const oldest of listings.keys()) {
        if (listings.size <= kept) break
        listings.delete(oldest)
      }
      return listing
    },
    refresh() {
      const [latest] = [...listings].slice(-1)
      listings = new Map(latest ? [latest] : [])
      void latest?.[1].reload()
    },
    drop(gone) {
      const [latest] = [...listings].slice(-1)
      // The others may have got what this one has lost.
      listings = new Map(latest ? [latest] : [])
      latest?.[1].drop(gone)
    },
  }
}
