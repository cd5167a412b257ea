/** Display of a photo, with its place in the grid's order. */
import type { Photo } from './gallery-api.ts'
import type { Item, Order, Query } from './order.ts'
import type { PhotoStore } from './photo-store.ts'
import type { Showing } from './showing.ts'
import type { Place } from './state.ts'

export interface OnePhoto {
  show(photo: Photo, item: Item, place: Place): void
  /** Shows a cached photo at once, and any other photo after the server has answered. */
  showNamed(item: Item, place: Place): void
}

export interface OnePhotoOptions {
  showing: Showing
  photos: PhotoStore
  orderOf: (query: Query) => Promise<Order | null>
}

export function createOnePhoto({ showing, photos, orderOf }: OnePhotoOptions): OnePhoto {
  function show(photo: Photo, item: Item, place: Place): void {
    photos.keep(item, photo)
    showing.change({
      ...place,
      photo,
      item,
      picture: 'shown',
      pictureReloads: 0,
      problem: null,
      failures: 0,
      isBusy: false,
      hint: null,
    })
    void findPlace(item)
  }

  async function findPlace(item: Item): Promise<void> {
    const { query } = showing.state
    if (!query) return
    const place = await (await orderOf(query))?.placeOf(item)
    if (showing.state.item === item) showing.change(place ?? { index: null })
  }

  return {
    show,
    showNamed(item, place) {
      const known = photos.known(item)
      if (known) {
        showing.beginTurn()
        show(known, item, place)
        return
      }
      showing.change({ ...place, item, photo: null, problem: null, picture: 'shown' })
      void showing.attempt(
        () => photos.fetch(item),
        ({ photo }) => show(photo, item, place),
      )
    },
  }
}
