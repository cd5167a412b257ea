/** Recognition of a finger's double tap. */
import { distance, type Point } from './view.ts'

export interface DoubleTap {
  /** Handles a lifted pointer. Returns true if that completes a double tap. */
  lifted(point: Point, timeMs: number): boolean
  /** Forgets the first tap. */
  forget(): void
}

/** Maximum gap in time and space between the taps of a double tap. */
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
