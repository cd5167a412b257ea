/** The place that lists of photos come from: the names that visitors see, or the library of admins. */
import type { ApiProblem } from '../../problem.ts'
import type { Item, Query } from '../order.ts'

export interface Source {
  /** Photos per request. */
  pageSize: number
  page(query: Query, offset: number): Promise<PageAnswer>
  /** Gives the first page where it is known without a request, so that nothing flickers while a person types. */
  known?(query: Query): Page | null
}

export type PageAnswer = Page | { problem: ApiProblem }

export interface Page {
  items: Item[]
  /** Length of the whole list. */
  total: number
  /** The root folder, where it does not exist. */
  missingFolder?: string | null
}
