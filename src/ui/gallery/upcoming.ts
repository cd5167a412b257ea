/** The next photo of the walk, asked for ahead, and the number of photos on the walk that comes with it. */
import type { Answer, GalleryApi, Photo } from './gallery-api.ts'
import type { Item } from './order.ts'
import type { PhotoStore } from './photo-store.ts'
import type { Showing } from './showing.ts'

export interface Upcoming {
  /** Number of photos on the walk, `null` until it is known. */
  readonly count: number | null
  /** Asks for the next photo, with one request however often it is called. Forgets a failure. */
  fetch(): Promise<Answer>
  /** Forgets the next photo, because it is shown now. */
  take(): void
  /** Forgets the next photo where it is the one that is gone. */
  drop(gone: Item): Promise<void>
  /** Counts photos that came into the inbox or left it. The server counts them too once `settled` is. */
  counted(change: number, settled?: Promise<unknown>): void
}

export interface UpcomingOptions {
  showing: Showing
  photos: PhotoStore
  api: GalleryApi
  preload: (photo: Photo) => void
}

export function createUpcoming({ showing, photos, api, preload }: UpcomingOptions): Upcoming {
  let upcoming: Promise<Answer> | null = null
  let count: number | null = null
  /** Changes of the inbox that have begun and ended. A count that was asked for across one of them may be either. */
  let changes = 0
  let unsettled = 0

  function setCount(next: number | null): void {
    count = next
    if (!showing.state.query) showing.change({ count })
  }

  return {
    get count() {
      return count
    },
    fetch() {
      if (upcoming) return upcoming
      const asked = changes
      // The picture is asked for before anything is drawn.
      const request = photos.learnFrom(api.random).then((answer) => {
        if ('photo' in answer) preload(answer.photo)
        return answer
      })
      upcoming = request
      void request.then((answer) => {
        if ('photo' in answer) {
          if (count === null || (asked === changes && unsettled === 0)) setCount(answer.count ?? count)
        } else if (upcoming === request) upcoming = null
      })
      return request
    },
    take() {
      upcoming = null
    },
    async drop(gone) {
      const ahead = await upcoming
      if (ahead && 'photo' in ahead && ahead.photo.filename === gone.name) upcoming = null
    },
    counted(change, settled = Promise.resolve()) {
      const end = () => {
        changes++
        unsettled--
      }
      changes++
      unsettled++
      void settled.then(end, end)
      if (count !== null) setCount(Math.max(0, count + change))
    },
  }
}
