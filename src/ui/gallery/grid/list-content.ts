/** Content of a list: its names, its length and the latest failure. Stores only names, so ten thousand photos need little memory. */
import type { ApiProblem } from '../../problem.ts'
import { type Item, keyOf } from '../order.ts'
import type { Page, PageAnswer } from './source.ts'

export interface ListContent {
  /** Photos by index; `undefined` if the name is not loaded yet. */
  items: (Item | undefined)[]
  /** Length of the list; `null` until the first answer. */
  count: number | null
  /** Path of the root folder if it does not exist. */
  missingFolder: string | null
  problem: ApiProblem | null
  /** Consecutive failures. */
  failures: number
}

export function contentFrom(page: Page | null | undefined): ListContent {
  return {
    items: page?.items ?? [],
    count: page?.total ?? null,
    missingFolder: null,
    problem: null,
    failures: 0,
  }
}

/** Puts a page, or the failure to load it, into the list. `at` is the index of the page's first name; `null` replaces the list. */
export function putPage(list: ListContent, answer: PageAnswer, at: number | null): void {
  if ('problem' in answer) {
    list.problem = answer.problem
    list.failures++
    return
  }
  if (at === null) list.items = [...answer.items]
  list.items.length = answer.total
  if (at !== null) list.items.splice(at, answer.items.length, ...answer.items)
  list.count = answer.total
  list.missingFolder = answer.missingFolder ?? null
  list.problem = null
  list.failures = 0
}

/** Removes these photos from the list. Returns false if the list does not change. */
export function removeItems(list: ListContent, gone: readonly Item[]): boolean {
  const keys = new Set(gone.map(keyOf))
  let removed = 0
  for (let index = list.items.length - 1; index >= 0; index--) {
    const item = list.items[index]
    if (!item || !keys.has(keyOf(item))) continue
    list.items.splice(index, 1)
    removed++
  }
  if (removed === 0 || list.count === null) return false
  list.count -= removed
  return true
}
