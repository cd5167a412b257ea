/** Switches between photo and grid. The address names what is shown, so links, reload and the back button work. */
import { addressOf, currentEntry, type EntryChange, readAddress, writeEntry } from './address.ts'
import type { HistorySteps } from './history-steps.ts'
import type { Layers } from './layers.ts'
import type { OnePhoto } from './one-photo.ts'
import { everything, type Item, type Query } from './order.ts'
import type { PhotoStore } from './photo-store.ts'
import type { Showing } from './showing.ts'
import type { Walk } from './walk.ts'

export interface Screens {
  /** Shows what the address names, now and after each step in the browser's history. */
  start(): void
  /** Returns to the grid of this query, by a step back if the grid is the previous entry. */
  toGrid(query: Query): void
  openGrid(): void
  closeGrid(): void
  /** Shows a photo of the grid. */
  open(item: Item): void
  /** Changes the folder, the search or the sort order of the grid. */
  browse(query: Query, how: EntryChange): void
}

export interface ScreensOptions {
  showing: Showing
  steps: HistorySteps
  layers: Layers
  photos: PhotoStore
  onePhoto: OnePhoto
  walk: Walk
  onListChange: () => void
}

export function createScreens(options: ScreensOptions): Screens {
  const { showing, steps, layers, photos, onePhoto, walk, onListChange } = options

  function showAddressed(): void {
    steps.arrived()
    const { position } = currentEntry()
    const { query, photo } = readAddress()
    if (query && !photo) {
      showing.beginTurn()
      showing.change({ ...emptyGrid, query, position })
      return
    }
    const direction = position < showing.state.position ? 'backward' : 'forward'
    showing.change({ screen: 'photo', query, index: null, count: query ? null : walk.count })
    const isThere = photo !== null && (query !== null || !photos.isGone(photo))
    if (isThere) onePhoto.showNamed(photo, { position, direction })
    else walk.showNext('replace')
  }

  function onPopState(): void {
    const isSamePhoto = isAddressed(showing)
    const isOwnStep = steps.isOnItsWay
    if (!isSamePhoto) showAddressed()
    layers.arrived(isSamePhoto, isOwnStep)
  }

  function toGrid(query: Query): void {
    if (currentEntry().from === 'grid') {
      steps.go(-1)
      return
    }
    writeEntry({ query, photo: null }, currentEntry(), 'replace')
    showAddressed()
  }

  return {
    start() {
      steps.endAt(currentEntry().position)
      addEventListener('popstate', onPopState)
      showAddressed()
      layers.arrived(false, false)
    },
    toGrid,
    openGrid() {
      const { screen, query, position } = showing.state
      if (screen === 'grid') return
      if (query) return toGrid(query)
      onListChange()
      steps.endAt(position)
      writeEntry({ query: everything, photo: null }, { position, from: 'photo', layers: [] }, 'push')
      showAddressed()
    },
    closeGrid() {
      if (currentEntry().from === 'photo') return steps.go(-1)
      steps.endAt(0)
      writeEntry({ query: null, photo: null }, { position: 0, from: null, layers: [] }, 'push')
      showAddressed()
    },
    open(item) {
      const { query } = showing.state
      if (!query) return
      writeEntry({ query, photo: item }, { position: 0, from: 'grid', layers: [] }, 'push')
      showing.change({ screen: 'photo', index: null, count: null })
      onePhoto.showNamed(item, { position: 0, direction: 'forward' })
    },
    browse(query, how) {
      const from = how === 'push' ? 'grid' : currentEntry().from
      writeEntry({ query, photo: null }, { position: currentEntry().position, from, layers: [] }, how)
      showAddressed()
    },
  }
}

const emptyGrid = { screen: 'grid', layers: [], isBusy: false, problem: null, hint: null } as const

/** True if the address of the current history entry names the shown photo. */
function isAddressed({ state: { screen, query, item, position } }: Showing): boolean {
  return (
    screen === 'photo' &&
    position === currentEntry().position &&
    addressOf({ query, photo: item }) === addressOf(readAddress())
  )
}
