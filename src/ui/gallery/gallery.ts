/** The gallery: which photo is shown, what comes next on the walk or in the grid's order, and what went wrong. Knows no components. */
import { type Layer, readAddress } from './address.ts'
import { explainPicture } from './broken-picture.ts'
import type { GalleryApi, Photo } from './gallery-api.ts'
import { createHistorySteps } from './history-steps.ts'
import { createInOrder } from './in-order.ts'
import { createInbox, type Inbox } from './inbox.ts'
import { createLayers } from './layers.ts'
import { createOnePhoto } from './one-photo.ts'
import type { Item, Order, Query } from './order.ts'
import { createPhotoStore } from './photo-store.ts'
import { createScreens, type Screens } from './screens.ts'
import { createShowing } from './showing.ts'
import type { GalleryState } from './state.ts'
import { createWalk } from './walk.ts'

export type { GalleryState }

export interface Gallery extends Inbox, Omit<Screens, 'toGrid'> {
  /** Goes to the next photo: one that was seen before stepping back, else a new one. */
  next(): void
  /** Goes to the photo before this one, by the browser's own history. */
  previous(): void
  /** Repeats what failed. */
  retry(): void
  /** The browser shows the current picture: time to get the next. */
  pictureLoaded(): void
  /** The browser could not show the current picture. */
  pictureFailed(): void
  /** Opens or closes a layer over the photo. Back closes the topmost first. */
  setLayer(layer: Layer, isOn: boolean): void
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

/** Makes the one gallery of the page. */
export function createGallery(options: GalleryOptions): Gallery {
  const { api, preload, orderOf, onListChange, onChange } = options
  const steps = createHistorySteps()
  const showing = createShowing(onChange, (action) => layers.whole(action))
  const layers = createLayers(showing, steps)
  const photos = createPhotoStore(api)
  const onePhoto = createOnePhoto({ showing, photos, orderOf })
  const walk = createWalk({ showing, steps, photos, onePhoto, api, preload })
  const { toGrid, ...screens } = createScreens({
    showing,
    steps,
    layers,
    photos,
    onePhoto,
    walk,
    onListChange,
  })
  const inOrder = createInOrder({ showing, photos, onePhoto, orderOf, preload, onListChange, toGrid })
  const inbox = createInbox({ showing, steps, photos, onePhoto, walk, inOrder, onListChange })

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

  return {
    ...screens,
    ...inbox,
    openGrid: () => layers.whole(screens.openGrid),
    next: () => layers.whole(next),
    previous: () => layers.whole(previous),
    retry: showing.retry,
    pictureLoaded() {
      const { query, item } = showing.state
      if (query && item) void inOrder.fetchAhead(query, item)
      else walk.fetchAhead()
    },
    pictureFailed: () => void explainPicture(showing, api),
    setLayer: layers.set,
  }
}
