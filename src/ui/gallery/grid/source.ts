/** Source of lists: the names that visitors see, or the library of admins. */
import type { ApiProblem } from '../../problem.ts'
import type { Item, Query } from '../order.ts'

export interface Source {
  /** Photos per request. */
  pageSize: number
  page(query: Query, offset: number): Promise<PageAnswer>
  /** Returns the first page if it is known without a request, so that nothing flickers during typing. */
  known?(query: Query): Page | null
}

export type PageAnswer = Page | { problem: ApiProblem }

export interface Page {
  items: Item[]
  /** Length of the whole list. */
  total: number
  /** Path of the root folder if it does not exist. */
  missingFolder?: string | null
}
