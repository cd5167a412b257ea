/** The content of one list: its names, its length, and the latest failure. Ten thousand names need little memory. */
import type { ApiProblem } from '../../problem.ts'
import { type Item, keyOf } from '../order.ts'
import type { Page, PageAnswer } from './source.ts'

export interface ListContent {
  /** `undefined` where a name is not there yet. */
  items: (Item | undefined)[]
  /** Length of the list; `null` until the first answer. */
  count: number | null
  /** The root folder, where it does not exist. */
  missingFolder: string | null
  problem: ApiProblem | null
  /** Failures in a row. */
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

/** Puts a page, or the failure to get it, into the list. `at`: the place of its first name; `null`: nothing else stays. */
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

/** Takes these photos out of the list. Gives false where that changes nothing. */
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
