/** The walk: one photo after another as the server chooses them, the next of which is asked for ahead. */

import type { Answer, GalleryApi, Photo } from '../api.ts'
import { currentEntry, type EntryChange, readAddress, writeEntry } from './address.ts'
import type { HistorySteps } from './history-steps.ts'
import type { OnePhoto } from './one-photo.ts'
import type { Item } from './order.ts'
import type { PhotoStore } from './photo-store.ts'
import type { Showing } from './showing.ts'

export interface Walk {
  /** How many photos it leads through, where that is known. */
  readonly count: number | null
  /** Shows a photo that is new in this visit. */
  showNext(how: EntryChange): void
  /** So many photos more or fewer lie in the inbox. The server counts so once `settled` is. */
  counted(change: number, settled?: Promise<unknown>): void
  /** Shows this one after the photo that is shown. */
  showAgain(item: Item): void
  fetchAhead(): void
  /** The photo is gone; where it was shown, the next one takes its place. */
  leave(gone: Item, isShown: boolean): Promise<void>
}

export interface WalkOptions {
  showing: Showing
  steps: HistorySteps
  photos: PhotoStore
  onePhoto: OnePhoto
  api: GalleryApi
  preload: (photo: Photo) => void
}

export function createWalk({ showing, steps, photos, onePhoto, api, preload }: WalkOptions): Walk {
  let upcoming: Promise<Answer> | null = null
  let count: number | null = null
  /** Changes of the inbox that have begun and ended. What was asked across one of them may count either way. */
  let changes = 0
  let unsettled = 0

  /** One request for the photo after this one, however often it is asked for. A failure is forgotten, not kept. */
  function fetchUpcoming(): Promise<Answer> {
    if (upcoming) return upcoming
    // The picture is asked for before anything is drawn.
    const asked = changes
    const request = photos.learnFrom(api.random).then((answer) => {
      if ('photo' in answer) preload(answer.photo)
      return answer
    })
    upcoming = request
    void request.then((answer) => {
      if ('photo' in answer) {
        if (count === null || (asked === changes && unsettled === 0)) tell(answer.count ?? count)
      } else if (upcoming === request) upcoming = null
    })
    return request
  }

  function tell(next: number | null): void {
    count = next
    if (!showing.state.query) showing.change({ count })
  }

  function showUpcoming(photo: Photo, how: EntryChange): void {
    upcoming = null
    const { state } = showing
    const isAddressed = readAddress().photo?.name === photo.filename
    if (isAddressed && photo.filename === state.photo?.filename && state.item?.folder === 'root') {
      showing.stay('only_photo')
      return
    }
    const item: Item = { name: photo.filename, folder: 'root' }
    const position = how === 'push' ? state.position + 1 : state.position
    steps.note(position, item)
    writeEntry(
      { query: null, photo: item },
      { position, from: how === 'push' ? 'photo' : null, layers: [] },
      how,
    )
    // It may have been captioned since it was fetched ahead.
    onePhoto.show(photos.known(item) ?? photo, item, { direction: 'forward', position })
  }

  const showNext = (how: EntryChange) =>
    void showing.attempt(fetchUpcoming, ({ photo }) => showUpcoming(photo, how), clearGone)

  /** What is no longer there is not shown for want of another. */
  function clearGone(): void {
    const { item } = showing.state
    if (!item || !photos.isGone(item)) return
    writeEntry({ query: null, photo: null }, currentEntry(), 'replace')
    showing.change({ photo: null, item: null })
  }

  return {
    get count() {
      return count
    },
    showNext,
    counted(change, settled = Promise.resolve()) {
      const end = () => {
        changes++
        unsettled--
      }
      changes++
      unsettled++
      void settled.then(end, end)
      if (count !== null) tell(Math.max(0, count + change))
    },
    showAgain(item) {
      const position = showing.state.position + 1
      steps.endAt(position)
      writeEntry({ query: null, photo: item }, { position, from: 'photo', layers: [] }, 'push')
      onePhoto.showNamed(item, { direction: 'forward', position })
    },
    fetchAhead: () => void fetchUpcoming(),
    async leave(gone, isShown) {
      const isWanted = showing.joinTurn()
      const ahead = await upcoming
      // What was fetched ahead may be the very photo that is gone.
      if (ahead && 'photo' in ahead && ahead.photo.filename === gone.name) upcoming = null
      if (isShown && isWanted() && showing.state.photo?.filename === gone.name) showNext('replace')
    },
  }
}
