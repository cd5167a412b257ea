/**
 * Layers over the photo in the browser's history. Each layer has its own entry after the photo's, so that Back closes the topmost first.
 * Other ways to close a layer also go back in the history. Later actions wait until the browser has completed the step.
 */
import { currentEntry, type Layer, layersInOrder, readAddress, writeEntry } from './address.ts'
import type { HistorySteps } from './history-steps.ts'
import type { Showing } from './showing.ts'

export interface Layers {
  /** Opens or closes a layer over the shown photo. */
  set(layer: Layer, isOn: boolean): void
  /** Runs the action from the photo's own entry. Closes all layers except the details, which stay open for the next photo. */
  whole(action: () => void): void
  /** Called after a step of the browser. `isSamePhoto`: to an entry of the shown photo. `isOwnStep`: at the page's request. */
  arrived(isSamePhoto: boolean, isOwnStep: boolean): void
}

export function createLayers(showing: Showing, steps: HistorySteps): Layers {
  let isLeaving = false
  /** True while an action runs, or waits to run, from the photo's own entry. */
  let isLowered = false
  let waiting: (() => void)[] = []

  const open = (wanted: readonly Layer[]) => {
    const { layers } = showing.state
    if (layers.join() !== wanted.join()) showing.change({ layers: wanted })
  }

  /** Brings the browser's history in line with the open layers. */
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
      // After its own step, the page already shows the wanted layers.
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
