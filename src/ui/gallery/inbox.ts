/** Photos that enter or leave the inbox while the gallery is open, and updates of their data. */
import { currentEntry, writeEntry } from './address.ts'
import type { Photo } from './gallery-api.ts'
import type { HistorySteps } from './history-steps.ts'
import type { InOrder } from './in-order.ts'
import type { OnePhoto } from './one-photo.ts'
import { type Item, keyOf } from './order.ts'
import type { PhotoStore } from './photo-store.ts'
import type { Showing } from './showing.ts'
import type { Walk } from './walk.ts'

export interface Inbox {
  /** Updates the count after the photos `cameIn` entered the inbox and `left` others left it. */
  counted(cameIn: readonly Item[], left: number): void
  /** Adds a new photo to the inbox, and shows the photo if the gallery was empty. */
  stored(filename: string): void
  /** Removes the photo and shows another in its place. The server has applied the change once `settled` has settled. */
  leave(filename: string, folder?: Item['folder'], settled?: Promise<unknown>): void
  /** Shows the photo with this name. Uses `photo` if nothing newer is known. */
  visit(filename: string, photo?: Photo): void
  /** Returns the photo to the inbox. With `mayShow`, shows it unless the grid is open. Returns true if it is shown. */
  comeBack(filename: string, photo: Photo | undefined, mayShow: boolean): boolean
  /** Updates a known photo with newer data. */
  learn(filename: string, news: Partial<Photo>, folder?: Item['folder']): void
}

export interface InboxOptions {
  showing: Showing
  steps: HistorySteps
  photos: PhotoStore
  onePhoto: OnePhoto
  walk: Walk
  inOrder: InOrder
  onListChange: (gone?: Item) => void
}

export function createInbox(options: InboxOptions): Inbox {
  const { showing, steps, photos, onePhoto, walk, inOrder, onListChange } = options
  /** Names of photos already subtracted from the count, because `leave` may be called twice for a photo. */
  const left = new Set<string>()
  const isShown = (item: Item) => showing.state.item !== null && keyOf(showing.state.item) === keyOf(item)
  const visit: Inbox['visit'] = (filename, photo) => showing.whole(() => visitNow(inRoot(filename), photo))

  function visitNow(item: Item, photo?: Photo): void {
    // A known photo is newer than `photo`.
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
    const entry = { position: place, from: isHere ? currentEntry().from : null, layers: [] }
    writeEntry({ query: null, photo: item }, entry, isHere ? 'replace' : 'push')
    showing.change({ screen: 'photo', query: null, index: null, count: walk.count })
    onePhoto.showNamed(item, { position: place, direction: 'forward' })
  }

  function giveWay(gone: Item): void {
    const { query, screen } = showing.state
    const wasShown = isShown(gone)
    photos.forget(gone)
    if (screen === 'photo' && query && wasShown) return void inOrder.leave(query, gone)
    if (screen === 'grid' && wasShown) showing.change({ item: null, photo: null })
    onListChange(gone)
    void walk.leave(gone, screen === 'photo' && wasShown)
  }

  return {
    counted(cameIn, leftNow) {
      for (const { name } of cameIn) left.delete(name)
      walk.counted(cameIn.length - leftNow)
    },
    stored(filename) {
      left.delete(filename)
      walk.counted(1)
      const { screen, photo } = showing.state
      if (screen === 'grid' || photo) onListChange()
      else visit(filename)
    },
    leave(filename, folder = 'root', settled) {
      if (folder === 'root' && !left.has(filename)) {
        left.add(filename)
        walk.counted(-1, settled)
      }
      giveWay({ name: filename, folder })
    },
    visit,
    comeBack(filename, photo, mayShow) {
      left.delete(filename)
      walk.counted(1)
      if (mayShow && showing.state.screen === 'photo') {
        visit(filename, photo)
        return true
      }
      if (photo) photos.keep(inRoot(filename), photo)
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
  }
}

const inRoot = (name: string): Item => ({ name, folder: 'root' })
