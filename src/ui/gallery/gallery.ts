/** State and actions of the gallery: the shown photo, the next photo, and problems. Independent of components. */
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
  /** Shows the next photo. After a step back, shows a photo that was already seen. */
  next(): void
  /** Shows the previous photo through the browser's history. */
  previous(): void
  /** Repeats the failed action. */
  retry(): void
  /** Called when the browser shows the current picture. Fetches the next photo. */
  pictureLoaded(): void
  /** Called when the browser could not show the current picture. */
  pictureFailed(): void
  /** Opens or closes a layer over the photo. The browser's Back closes the topmost layer first. */
  setLayer(layer: Layer, isOn: boolean): void
}

export interface GalleryOptions {
  api: GalleryApi
  /** Loads the picture of a photo that will be shown soon. */
  preload: (photo: Photo) => void
  /** Returns the order of a list, or `null` if it is unavailable now. */
  orderOf: (query: Query) => Promise<Order | null>
  /** Called when lists are outdated. With `gone`, only that photo left them. */
  onListChange: (gone?: Item) => void
  /** Called after each change with the whole state. */
  onChange: (state: GalleryState) => void
}

/** Creates the gallery of the page. */
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
