/** Steps through the browser's own history, and how far it goes on from here. */

export interface HistorySteps {
  go(step: -1 | 1): void
  /** The browser is where it was to go. */
  arrived(): void
  /** Nothing of this visit lies after this position. */
  endAt(position: number): void
  /** Whether something of this visit lies after this position. */
  goesOnAfter(position: number): boolean
}

export function createHistorySteps(): HistorySteps {
  let lastPosition = 0
  // The browser goes there in its own time. Two steps back at once could leave the page.
  let isOnItsWay = false
  return {
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
  }
}
