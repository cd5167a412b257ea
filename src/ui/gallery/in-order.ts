/** Movement between photos in the grid's order. The grid stays one step back in the browser's history. */
import { unreached } from '../problem.ts'
import { currentEntry, writeEntry } from './address.ts'
import type { Photo } from './gallery-api.ts'
import type { OnePhoto } from './one-photo.ts'
import type { Item, Order, Query } from './order.ts'
import type { PhotoStore } from './photo-store.ts'
import type { Showing } from './showing.ts'
import type { Place } from './state.ts'

export interface InOrder {
  /** Shows this photo in place of the current photo. */
  show(query: Query, item: Item, direction: Place['direction']): void
  /** Shows the photo after (1) or before (-1) this photo. */
  showBeside(query: Query, item: Item, step: 1 | -1): void
  fetchAhead(query: Query, item: Item): Promise<void>
  /** Replaces a shown photo that is gone with its neighbour, or with the grid if no neighbour is available. */
  leave(query: Query, gone: Item): Promise<void>
}

export interface InOrderOptions {
  showing: Showing
  photos: PhotoStore
  onePhoto: OnePhoto
  orderOf: (query: Query) => Promise<Order | null>
  preload: (photo: Photo) => void
  onListChange: (gone: Item) => void
  toGrid: (query: Query) => void
}

export function createInOrder(options: InOrderOptions): InOrder {
  const { showing, photos, onePhoto, orderOf, preload, onListChange, toGrid } = options

  async function besideOf(query: Query, item: Item, step: 1 | -1): ReturnType<Order['beside']> {
    const order = await orderOf(query)
    return order ? order.beside(item, step) : { problem: unreached() }
  }

  function show(query: Query, item: Item, direction: Place['direction']): void {
    writeEntry({ query, photo: item }, currentEntry(), 'replace')
    onePhoto.showNamed(item, { position: showing.state.position, direction })
  }

  return {
    show,
    showBeside: (query, item, step) =>
      void showing.attempt(
        () => besideOf(query, item, step),
        (beside) => {
          if (beside.item) show(query, beside.item, step === 1 ? 'forward' : 'backward')
          else showing.stay(step === 1 ? 'last_in_order' : 'first_in_order')
        },
      ),
    async fetchAhead(query, item) {
      const beside = await besideOf(query, item, 1)
      if (!('item' in beside) || !beside.item || photos.known(beside.item)) return
      const answer = await photos.fetch(beside.item)
      if ('photo' in answer) preload(answer.photo)
    },
    async leave(query, gone) {
      const isWanted = showing.beginTurn()
      const after = await besideOf(query, gone, 1)
      const beside = 'item' in after && after.item ? after : await besideOf(query, gone, -1)
      onListChange(gone)
      const goOn = () => {
        if (!isWanted()) return
        if ('item' in beside && beside.item) return show(query, beside.item, 'forward')
        showing.change({ photo: null, item: null })
        toGrid(query)
      }
      if (isWanted()) showing.whole(goOn)
    },
  }
}
