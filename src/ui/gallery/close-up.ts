/**
 * The full-size view in the browser's history: an entry of its own right after the photo's, so that Back closes it first. Whatever
 * else closes it goes back to the photo's entry, and what goes on from there waits until the browser is there.
 */
import { currentEntry, readAddress, writeEntry } from '../address.ts'
import type { HistorySteps } from './history-steps.ts'
import type { Showing } from './showing.ts'

export interface CloseUp {
  /** The photo has come closer, or is shown whole again. */
  set(isOn: boolean): void
  /** Does this from the photo's own entry, with the photo whole. */
  whole(action: () => void): void
  /** The browser has moved; `isSamePhoto`: to the entry of the very photo that is shown, or to its close-up. */
  arrived(isSamePhoto: boolean): void
  /** Resolves on the photo's own entry, with the photo whole. */
  settled(): Promise<void>
}

export function createCloseUp(showing: Showing, steps: HistorySteps): CloseUp {
  let isLeaving = false
  let waiting: (() => void)[] = []

  /** The history as the page is. */
  function follow(): void {
    const { isCloseUp, position } = showing.state
    const entry = currentEntry()
    if (steps.isOnItsWay || isCloseUp === entry.isCloseUp) return
    if (isCloseUp) {
      steps.endAt(position)
      writeEntry(readAddress(), { ...entry, isCloseUp }, 'push')
    } else {
      isLeaving = true
      steps.go(-1)
    }
  }

  function set(isOn: boolean): void {
    if (showing.state.isCloseUp === isOn) return
    showing.change({ isCloseUp: isOn })
    follow()
  }

  function whole(action: () => void): void {
    set(false)
    if (isLeaving) waiting.push(action)
    else action()
  }

  return {
    set,
    whole,
    arrived(isSamePhoto) {
      // Unless that was the person's own step, the page is ahead of the history.
      if (!isLeaving) showing.change({ isCloseUp: isSamePhoto && currentEntry().isCloseUp === true })
      isLeaving = false
      steps.arrived()
      follow()
      if (isLeaving) return
      const actions = waiting
      waiting = []
      for (const action of actions) whole(action)
    },
    settled: () => new Promise(whole),
  }
}
