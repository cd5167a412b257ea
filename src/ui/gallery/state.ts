/** What the page shows, all of it in one object that is never changed, only replaced. */
import type { ApiProblem } from '../problem.ts'
import type { Layer } from './address.ts'
import type { Photo } from './gallery-api.ts'
import type { Item, Query } from './order.ts'

export interface GalleryState {
  screen: 'photo' | 'grid'
  /** What the grid lists, and whose order Next follows. `null`: the walk. */
  query: Query | null
  photo: Photo | null
  /** The photo that is shown or on its way. */
  item: Item | null
  /** How many photos there are, where that is known. */
  count: number | null
  /** The photo's place in the grid's order, from 0. */
  index: number | null
  /** `broken`: the photo is known, its picture cannot be shown. */
  picture: 'shown' | 'broken'
  /** How often the same picture was loaded again. */
  pictureReloads: number
  /** Over the photo when the next one could not be had, in its place when there is nothing to show. */
  problem: ApiProblem | null
  /** Failures in a row, for the time until the next attempt. */
  failures: number
  isBusy: boolean
  /** Open over the photo, the lowest first. */
  layers: readonly Layer[]
  /** Where the photo came from: the right of it (newer) or the left (older). */
  direction: 'forward' | 'backward'
  /** Number of photos before this one in this visit. */
  position: number
  /** Why the last action changed nothing; a new object each time, so that it can be shown again. */
  hint: { reason: 'only_photo' | 'first_photo' | 'first_in_order' | 'last_in_order' } | null
}

/** Where a photo lies in this visit, and from which side it comes in. */
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
