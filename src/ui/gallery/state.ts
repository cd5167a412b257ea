/** State of the page in an immutable object. */
import type { ApiProblem } from '../problem.ts'
import type { Layer } from './address.ts'
import type { Photo } from './gallery-api.ts'
import type { Item, Query } from './order.ts'

export interface GalleryState {
  screen: 'photo' | 'grid'
  /** Query of the grid, whose order Next follows; `null` on the walk. */
  query: Query | null
  photo: Photo | null
  /** Photo that is shown or loading. */
  item: Item | null
  /** Number of photos; `null` while unknown. */
  count: number | null
  /** Index of the photo in the grid's order, from 0. */
  index: number | null
  /** `broken` if the photo is known but its picture cannot be shown. */
  picture: 'shown' | 'broken'
  /** Number of reloads of the same picture. */
  pictureReloads: number
  /** Problem to show: over the current photo, or in its place without a photo. */
  problem: ApiProblem | null
  /** Consecutive failures, which determine the wait until the next attempt. */
  failures: number
  isBusy: boolean
  /** Open layers over the photo, the lowest first. */
  layers: readonly Layer[]
  /** Direction of the last step, which decides the side from which the photo enters. */
  direction: 'forward' | 'backward'
  /** Number of earlier photos in this visit. */
  position: number
  /** Reason why the last action changed nothing. A new object each time, so that the same hint can appear again. */
  hint: { reason: 'only_photo' | 'first_photo' | 'first_in_order' | 'last_in_order' } | null
}

/** Position of a photo in this visit, and the direction of the step to it. */
export type Place = Pick<GalleryState, 'position' | 'direction'>

export const initialState: GalleryState = {
  screen: 'photo',
  query: null,
  photo: null,
  item: null,
  count: null,
  index: null,
  picture: 'shown',
  pictureReloads: 0,
  problem: null,
  failures: 0,
  isBusy: true,
  layers: [],
  direction: 'forward',
  position: 0,
  hint: null,
}
