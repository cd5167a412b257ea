/**
 * Layers over the photo in the browser's history: each has an entry of its own after the photo's, so that Back closes the topmost first.
 * Other ways to close a layer go back in the history, and later actions wait until the browser is there.
 */
import { currentEntry, type Layer, layersInOrder, readAddress, writeEntry } from './address.ts'
import type { HistorySteps } from './history-steps.ts'
import type { Showing } from './showing.ts'

export interface Layers {
  /** Opens or closes a layer over the photo that is shown. */
  set(layer: Layer, isOn: boolean): void
  /** Does this from the photo's own entry. All layers close but the details, which stay for the next photo. */
  whole(action: () => void): void
  /** The browser has moved. `isSamePhoto`: to an entry of the photo that is shown. `isOwnStep`: because the page asked for it. */
  arrived(isSamePhoto: boolean, isOwnStep: boolean): void
}

export function createLayers(showing: Showing, steps: HistorySteps): Layers {
  let isLeaving = false
  /** An action is done, or waits to be done, from the photo's own entry. */
  let isLowered = false
  let waiting: (() => void)[] = []

  const open = (wanted: readonly Layer[]) => {
    const { layers } = showing.state
    if (layers.join() !== wanted.join()) showing.change({ layers: wanted })
  }

  /** Brings the history to the layers of the page. */
  function follow(): void {
    if (steps.isOnItsWay) return
    const { layers, position } = showing.state
    const wanted = isLowered ? [] : layers
    const entry = currentEntry()
    const shared = entry.layers.findIndex((layer, place) => layer !== wanted[place])
    if (shared !== -1) {
      isLeaving = true
      steps.go(shared - entry.layers.length)
      return
    }
    for (let length = entry.layers.length + 1; length <= wanted.length; length++) {
      steps.endAt(position)
      writeEntry(readAddress(), { ...entry, layers: wanted.slice(0, length) }, 'push')
    }
  }

  function whole(action: () => void): void {
    open(showing.state.layers.filter(stays))
    isLowered = true
    follow()
    if (isLeaving) {
      waiting.push(action)
      return
    }
    action()
    isLowered = false
    follow()
  }

  return {
    set(layer, isOn) {
      const { layers } = showing.state
      if (layers.includes(layer) === isOn) return
      open(layersInOrder.filter((each) => (each === layer ? isOn : layers.includes(each))))
      follow()
    },
    whole,
    arrived(isSamePhoto, isOwnStep) {
      // After its own step the page is ahead of the history.
      if (!isOwnStep) {
        const { layers } = currentEntry()
        open(isSamePhoto ? layers : layers.filter(stays))
      }
      isLeaving = false
      steps.arrived()
      follow()
      if (isLeaving) return
      const actions = waiting
      waiting = []
      for (const action of actions) whole(action)
    },
  }
}

const stays = (layer: Layer) => layer === 'details'
