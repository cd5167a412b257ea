/** Prefetch of the walk's next photo, and the number of photos on the walk. */
import type { Answer, GalleryApi, Photo } from './gallery-api.ts'
import type { Item } from './order.ts'
import type { PhotoStore } from './photo-store.ts'
import type { Showing } from './showing.ts'

export interface Upcoming {
  /** Number of photos on the walk; `null` until known. */
  readonly count: number | null
  /** Fetches the next photo. Repeated calls share a request. A failure is not cached. */
  fetch(): Promise<Answer>
  /** Drops the prefetched photo, because it is shown now. */
  take(): void
  /** Drops the prefetched photo if it is the photo that is gone. */
  drop(gone: Item): Promise<void>
  /** Changes the count after photos entered or left the inbox. The server's count includes them once `settled` has settled. */
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
  /** Number of starts and ends of inbox changes. A count requested during a change is discarded, because it may miss that change. */
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
      // Requests the picture before the page renders.
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
