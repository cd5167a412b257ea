/** Loader of a list's pages: each page once, a few at a time. Discards pages of an outdated list. */
import type { Item, Query } from '../order.ts'
import { type ListContent, putPage } from './list-content.ts'
import type { Source } from './source.ts'

export interface PageLoader {
  readonly isBusy: boolean
  /** Loads these photos, `last` included. Resolves with fewer photos after a failure or when `signal` aborts. */
  load(first: number, last: number, signal?: AbortSignal): Promise<Item[]>
  /** Reloads the list. The old names stay until the answer arrives. */
  reload(): Promise<void>
  /** Discards pages that are still loading, because the list has changed and their indexes are wrong. */
  forget(): void
}

/** Concurrent requests. Few, because the server lists the whole folder for each page. */
const pagesAtOnce = 3

export function createPageLoader(
  source: Source,
  query: Query,
  list: ListContent,
  onChange: () => void,
): PageLoader {
  const { pageSize } = source
  /** Requests under way, by page. Replacing the map discards their answers. */
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
        // Repeats if the list changed meanwhile. A page that stays short is not requested again.
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
