/** Steps through the browser's own history, and how far it goes on from here. */
import type { Item } from './order.ts'

export interface HistorySteps {
  /** A step was asked for, and the browser is not there yet. */
  readonly isOnItsWay: boolean
  /** Steps back where negative. */
  go(step: number): void
  /** The browser is where it was to go. */
  arrived(): void
  /** Nothing of this visit lies after this position. */
  endAt(position: number): void
  /** Whether something of this visit lies after this position. */
  goesOnAfter(position: number): boolean
  /** This photo is the latest of the visit, at this position. */
  note(position: number, item: Item): void
  /** What was seen after this position, also where the browser has forgotten it for another entry. */
  seenAfter(position: number): Item | null
}

export function createHistorySteps(): HistorySteps {
  let lastPosition = 0
  // The browser goes there in its own time. Two steps back at once could leave the page.
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
