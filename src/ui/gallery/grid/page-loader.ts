/** Gets the pages of one list: each once, few at a time, and none that no longer fits. */
import type { Item, Query } from '../order.ts'
import { type ListContent, putPage } from './list-content.ts'
import type { Source } from './source.ts'

export interface PageLoader {
  readonly isBusy: boolean
  /** Gets these photos, the last one included. Gives those that are known then; fewer where `signal` ends it. */
  load(first: number, last: number, signal?: AbortSignal): Promise<Item[]>
  /** Asks for the list again. Its names stay until the answer is there. */
  reload(): Promise<void>
  /** Ignores the pages on their way: the list has changed, so their places are no longer true. */
  forget(): void
}

/** Requests at once. The server lists the whole folder for each page. */
const pagesAtOnce = 3

export function createPageLoader(
  source: Source,
  query: Query,
  list: ListContent,
  onChange: () => void,
): PageLoader {
  const { pageSize } = source
  /** Pages on their way. Another map takes the place of this one to forget them. */
  let pages = new Map<number, Promise<void>>()

  function fetchPage(page: number): Promise<void> {
    const known = pages.get(page)
    if (known) return known
    const asked = pages
    const request = source.page(query, page * pageSize).then((answer) => {
      if (asked !== pages) return
      pages.delete(page)
      putPage(list, answer, page * pageSize)
      onChange()
    })
    pages.set(page, request)
    return request
  }

  function missingPages(first: number, last: number): number[] {
    const end = Math.min(last, (list.count ?? Number.POSITIVE_INFINITY) - 1)
    const missing = new Set<number>()
    for (let index = first; index <= end; index++) {
      if (!list.items[index]) missing.add(Math.floor(index / pageSize))
      if (list.count === null) break
    }
    return [...missing]
  }

  return {
    get isBusy() {
      return pages.size > 0
    },
    async load(first, last, signal) {
      const before = list.failures
      for (let asked: typeof pages | null = null; asked !== pages; ) {
        // Once more where the list has changed meanwhile. A page that stays short is not asked for again and again.
        asked = pages
        const waiting = missingPages(first, last)
        const lane = async () => {
          const isWanted = () => asked === pages && list.failures <= before && !signal?.aborted
          for (let page = waiting.shift(); page !== undefined && isWanted(); page = waiting.shift())
            await fetchPage(page)
        }
        await Promise.all(Array.from({ length: pagesAtOnce }, lane))
        if (list.failures > before || signal?.aborted) break
      }
      return list.items.slice(first, last + 1).filter((item) => item !== undefined)
    },
    async reload() {
      const request = source.page(query, 0)
      const mine = new Map([[0, request.then(() => undefined)]])
      pages = mine
      onChange()
      const answer = await request
      if (mine !== pages) return
      pages = new Map()
      putPage(list, answer, null)
      onChange()
    },
    forget() {
      pages = new Map()
    },
  }
}
