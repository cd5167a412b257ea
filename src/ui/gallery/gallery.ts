/** Which photo is shown, what comes next, on the walk or in the grid's order, and what went wrong. Knows no components. */

import type { GalleryApi, Photo } from '../api.ts'
import { addressOf, currentEntry, type EntryChange, type Layer, readAddress, writeEntry } from './address.ts'
import { explainPicture } from './broken-picture.ts'
import { createHistorySteps } from './history-steps.ts'
import { createInOrder } from './in-order.ts'
import { createLayers } from './layers.ts'
import { createOnePhoto } from './one-photo.ts'
import { everything, type Item, keyOf, type Order, type Query } from './order.ts'
import { createPhotoStore } from './photo-store.ts'
import { createShowing } from './showing.ts'
import type { GalleryState } from './state.ts'
import { createWalk } from './walk.ts'

export type { GalleryState }

export interface Gallery {
  start(): void
  /** To the next photo: one that was seen before stepping back, else a new one. */
  next(): void
  /** To the photo before this one, by the browser's own history. */
  previous(): void
  /** Repeats what failed. */
  retry(): void
  /** The photo is gone from here: where it was shown, another one takes its place. The server knows that once `settled` is. */
  leave(filename: string, folder?: Item['folder'], settled?: Promise<unknown>): void
  /** Photos that have come into the inbox, and how many others have left it. */
  counted(cameIn: readonly Item[], left: number): void
  /** A new photo lies in the inbox. The first one of an empty gallery is shown. */
  stored(filename: string): void
  /** Shows the photo of this name next; `photo` is shown where nothing newer is known. */
  visit(filename: string, photo?: Photo): void
  /** The photo is back in the inbox, and lists have it again. Gives whether it is shown: it may be, but does not take the grid's place. */
  comeBack(filename: string, photo: Photo | undefined, mayShow: boolean): boolean
  /** Something is known of the photo that was not known when it was loaded. */
  learn(filename: string, news: Partial<Photo>, folder?: Item['folder']): void
  /** The browser shows the current picture: time to get the next. */
  pictureLoaded(): void
  /** The browser could not show the current picture. */
  pictureFailed(): void
  /** Opens or closes a layer over the photo. Back closes the topmost first. */
  setLayer(layer: Layer, isOn: boolean): void
  /** From the photo to the grid, by the browser's history where it lies right before. */
  openGrid(): void
  /** From the grid to one photo at a time. */
  closeGrid(): void
  /** Shows a photo of the grid. */
  open(item: Item): void
  /** Lists something else, or in another way. */
  browse(query: Query, how: EntryChange): void
}

export interface GalleryOptions {
  api: GalleryApi
  /** Gets the picture of a photo that will be shown soon. */
  preload: (photo: Photo) => void
  /** The order of a list. `null` where it cannot be had now. */
  orderOf: (query: Query) => Promise<Order | null>
  /** Lists are out of date; `gone` alone is missing from them where it is named. */
  onListChange: (gone?: Item) => void
  /** Called after each change, with the whole state. */
  onChange: (state: GalleryState) => void
}

/** Makes the one gallery of the page. What is shown is in the address, so links, reload and the back button work. */
export function createGallery(options: GalleryOptions): Gallery {
  const { api, preload, orderOf, onListChange, onChange } = options
  const steps = createHistorySteps()
  const showing = createShowing(onChange, (action) => layers.whole(action))
  const layers = createLayers(showing, steps)
  const photos = createPhotoStore(api)
  const onePhoto = createOnePhoto({ showing, photos, orderOf })
  const walk = createWalk({ showing, steps, photos, onePhoto, api, preload })
  const inOrder = createInOrder({ showing, photos, onePhoto, orderOf, preload, onListChange, toGrid })
  /** Names of photos that were counted out, since a photo may be told to leave twice. */
  const leftInbox = new Set<string>()
  const isShown = (item: Item) => showing.state.item !== null && keyOf(showing.state.item) === keyOf(item)

  function showAddressed(): void {
    steps.arrived()
    const { position } = currentEntry()
    const { query, photo } = readAddress()
    if (query && !photo) {
      showing.beginTurn()
      showing.change({
        screen: 'grid',
        query,
        layers: [],
        isBusy: false,
        problem: null,
        hint: null,
        position,
      })
      return
    }
    const direction = position < showing.state.position ? 'backward' : 'forward'
    showing.change({ screen: 'photo', query, index: null, count: query ? null : walk.count })
    const isThere = photo !== null && (query !== null || !photos.isGone(photo))
    if (isThere) onePhoto.showNamed(photo, { position, direction })
    else walk.showNext('replace')
  }

  function onPopState(): void {
    const { screen, query, item, position } = showing.state
    const isSamePhoto =
      screen === 'photo' &&
      position === currentEntry().position &&
      addressOf({ query, photo: item }) === addressOf(readAddress())
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

  function visit(filename: string, photo?: Photo): void {
    const item: Item = { name: filename, folder: 'root' }
    // A photo that is known has its latest words.
    if (photo && !photos.known(item)) photos.keep(item, photo)
    onListChange()
    const { screen, query, position } = showing.state
    const isOnPhoto = screen === 'photo'
    if (isOnPhoto && query?.folder === 'root') {
      inOrder.show(query, item, 'backward')
      return
    }
    const isHere = isOnPhoto && isShown(item)
    const place = isHere ? position : position + 1
    if (!isHere) steps.note(place, item)
    const from = isHere ? currentEntry().from : null
    writeEntry(
      { query: null, photo: item },
      { position: place, from, layers: [] },
      isHere ? 'replace' : 'push',
    )
    showing.change({ screen: 'photo', query: null, index: null, count: walk.count })
    onePhoto.showNamed(item, { position: place, direction: 'forward' })
  }

  function next(): void {
    const { query, item, position } = showing.state
    const seen = steps.seenAfter(position)
    if (query && item) inOrder.showBeside(query, item, 1)
    else if (steps.goesOnAfter(position)) steps.go(1)
    else if (seen && !photos.isGone(seen)) walk.showAgain(seen)
    else walk.showNext(readAddress().photo ? 'push' : 'replace')
  }

  function previous(): void {
    const { query, item, position } = showing.state
    if (query && item) inOrder.showBeside(query, item, -1)
    else if (position > 0) steps.go(-1)
    else showing.change({ hint: { reason: 'first_photo' } })
  }

  function openGrid(): void {
    const { screen, query, position } = showing.state
    if (screen === 'grid') return
    if (query) {
      toGrid(query)
      return
    }
    onListChange()
    steps.endAt(position)
    writeEntry({ query: everything, photo: null }, { position, from: 'photo', layers: [] }, 'push')
    showAddressed()
  }

  return {
    start() {
      steps.endAt(currentEntry().position)
      addEventListener('popstate', onPopState)
      showAddressed()
      layers.arrived(false, false)
    },
    next: () => layers.whole(next),
    previous: () => layers.whole(previous),
    retry: showing.retry,
    counted(cameIn, left) {
      for (const { name } of cameIn) leftInbox.delete(name)
      walk.counted(cameIn.length - left)
    },
    stored(filename) {
      leftInbox.delete(filename)
      walk.counted(1)
      const { screen, photo } = showing.state
      if (screen === 'grid' || photo) onListChange()
      else layers.whole(() => visit(filename))
    },
    leave(filename, folder = 'root', settled) {
      const gone: Item = { name: filename, folder }
      if (folder === 'root' && !leftInbox.has(filename)) {
        leftInbox.add(filename)
        walk.counted(-1, settled)
      }
      const { query, screen } = showing.state
      const wasShown = isShown(gone)
      photos.forget(gone)
      if (screen === 'grid') {
        if (wasShown) showing.change({ item: null, photo: null })
        onListChange(gone)
        return void walk.leave(gone, false)
      }
      if (query && wasShown) return void inOrder.leave(query, gone)
      onListChange(gone)
      void walk.leave(gone, wasShown)
    },
    visit: (filename, photo) => layers.whole(() => visit(filename, photo)),
    comeBack(filename, photo, mayShow) {
      leftInbox.delete(filename)
      walk.counted(1)
      if (mayShow && showing.state.screen === 'photo') {
        layers.whole(() => visit(filename, photo))
        return true
      }
      const item: Item = { name: filename, folder: 'root' }
      if (photo) photos.keep(item, photo)
      onListChange()
      return false
    },
    learn(filename, news, folder = 'root') {
      const item: Item = { name: filename, folder }
      const known = photos.known(item)
      if (!known) return
      const photo = { ...known, ...news }
      photos.keep(item, photo)
      if (isShown(item)) showing.change({ photo })
    },
    pictureLoaded() {
      const { query, item } = showing.state
      if (query && item) void inOrder.fetchAhead(query, item)
      else walk.fetchAhead()
    },
    pictureFailed: () => void explainPicture(showing, api),
    setLayer: layers.set,
    openGrid: () => layers.whole(openGrid),
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
