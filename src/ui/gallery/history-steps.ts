/** Steps through the browser's history. */
import type { Item } from './order.ts'

export interface HistorySteps {
  /** True until the browser has completed a requested step. */
  readonly isOnItsWay: boolean
  /** Goes this many steps, back if negative. */
  go(step: number): void
  /** Called when the browser has completed a step. */
  arrived(): void
  /** Records that this position is the last of the visit. */
  endAt(position: number): void
  /** True if the visit has later positions. */
  goesOnAfter(position: number): boolean
  /** Records this photo as the latest of the visit. */
  note(position: number, item: Item): void
  /** Returns the photo that was shown after this position, even if another entry has replaced it in the browser. */
  seenAfter(position: number): Item | null
}

export function createHistorySteps(): HistorySteps {
  let lastPosition = 0
  // The browser steps asynchronously. A second step back meanwhile could leave the page.
  let isOnItsWay = false
  const seen: (Item | undefined)[] = []
  return {
    get isOnItsWay() {
      return isOnItsWay
    },
    go(step) {
      if (isOnItsWay) return
      isOnItsWay = true
      history.go(step)
    },
    arrived() {
      isOnItsWay = false
    },
    endAt(position) {
      lastPosition = position
    },
    goesOnAfter: (position) => position < lastPosition,
    note(position, item) {
      lastPosition = position
      seen.length = position
      seen[position] = item
    },
    seenAfter: (position) => seen[position + 1] ?? null,
  }
}
