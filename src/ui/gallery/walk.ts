/** The walk: one photo after another as the server chooses them, the next of which is asked for ahead. */
import { type EntryChange, writeEntry } from '../address.ts'
import type { Answer, GalleryApi, Photo } from '../api.ts'
import type { Item } from '../order.ts'
import type { HistorySteps } from './history-steps.ts'
import type { OnePhoto } from './one-photo.ts'
import type { Showing } from './showing.ts'

export interface Walk {
  /** How many photos it leads through, where that is known. */
  readonly count: number | null
  /** Shows a photo that is new in this visit. */
  showNext(how: EntryChange): void
  fetchAhead(): void
  /** The photo is gone; where it was shown, the next one takes its place. */
  leave(gone: Item, isShown: boolean): Promise<void>
}

export interface WalkOptions {
  showing: Showing
  steps: HistorySteps
  onePhoto: OnePhoto
  api: GalleryApi
  preload: (photo: Photo) => void
}

export function createWalk({ showing, steps, onePhoto, api, preload }: WalkOptions): Walk {
  let upcoming: Promise<Answer> | null = null
  let count: number | null = null

  /** One request for the photo after this one, however often it is asked for. A failure is forgotten, not kept. */
  function fetchUpcoming(): Promise<Answer> {
    if (upcoming) return upcoming
    // The picture is asked for before anything is drawn.
    const request = api.random().then((answer) => {
      if ('photo' in answer) preload(answer.photo)
      return answer
    })
    upcoming = request
    void request.then((answer) => {
      if ('photo' in answer) {
        count = answer.count ?? count
        if (!showing.state.query) showing.change({ count })
      } else if (upcoming === request) upcoming = null
    })
    return request
  }

  function showUpcoming(photo: Photo, how: EntryChange): void {
    upcoming = null
    const { state } = showing
    if (photo.filename === state.photo?.filename && state.item?.folder === 'root') {
      showing.stay('only_photo')
      return
    }
    const item: Item = { name: photo.filename, folder: 'root' }
    const position = how === 'push' ? state.position + 1 : state.position
    steps.endAt(position)
    writeEntry({ query: null, photo: item }, { position, from: how === 'push' ? 'photo' : null }, how)
    onePhoto.show(photo, item, { direction: 'forward', position })
  }

  const showNext = (how: EntryChange) =>
    void showing.attempt(fetchUpcoming, ({ photo }) => showUpcoming(photo, how))

  return {
    get count() {
      return count
    },
    showNext,
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
