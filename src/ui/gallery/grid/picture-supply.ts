/** Rules for the picture requests of a grid. */
import type { Calm } from './calm.ts'
import type { PictureLimit } from './picture-limit.ts'
import type { PictureTurns } from './picture-turns.ts'

export interface PictureSupply {
  /** Delays pictures during fast scrolling. */
  calm: Calm
  /** Pauses and retries pictures that the server refuses with a rate limit. */
  limit: PictureLimit
  /** Lets pictures in sight go first. */
  turns: PictureTurns
}
