/** Recognizes a double tap of a finger. */
import { distance, type Point } from './view.ts'

export interface DoubleTap {
  /** Takes a pointer that was lifted. Gives true when that completes a double tap. */
  lifted(point: Point, timeMs: number): boolean
  /** Forgets the first tap. */
  forget(): void
}

/** Two taps closer than this in time and space are one double tap. */
const maxGapMs = 300
const maxGapPx = 30

export function createDoubleTap(): DoubleTap {
  let last: (Point & { timeMs: number }) | null = null
  return {
    lifted(point, timeMs) {
      const isSecond = last !== null && timeMs - last.timeMs < maxGapMs && distance(last, point) < maxGapPx
      last = isSecond ? null : { ...point, timeMs }
      return isSecond
    },
    forget() {
      last = null
    },
  }
}
