/** The walk: photo after photo, in the order that the server chooses. */
import { currentEntry, type EntryChange, readAddress, writeEntry } from './address.ts'
import type { Photo } from './gallery-api.ts'
import type { HistorySteps } from './history-steps.ts'
import type { OnePhoto } from './one-photo.ts'
import type { Item } from './order.ts'
import { createUpcoming, type Upcoming, type UpcomingOptions } from './upcoming.ts'

export interface Walk extends Pick<Upcoming, 'count' | 'counted'> {
  /** Shows the next photo from the server. */
  showNext(how: EntryChange): void
  /** Shows a photo that was already seen, as a step forward. */
  showAgain(item: Item): void
  fetchAhead(): void
  /** Removes a photo that is gone. If it was shown, the next photo takes its place. */
  leave(gone: Item, isShown: boolean): Promise<void>
}

export interface WalkOptions extends UpcomingOptions {
  steps: HistorySteps
  onePhoto: OnePhoto
}

export function createWalk(options: WalkOptions): Walk {
  const { showing, steps, photos, onePhoto } = options
  const upcoming = createUpcoming(options)

  function showUpcoming(photo: Photo, how: EntryChange): void {
    upcoming.take()
    const { state } = showing
    const isAddressed = readAddress().photo?.name === photo.filename
    if (isAddressed && photo.filename === state.photo?.filename && state.item?.folder === 'root') {
      showing.stay('only_photo')
      return
    }
    const item: Item = { name: photo.filename, folder: 'root' }
    const position = how === 'push' ? state.position + 1 : state.position
    const from = how === 'push' ? 'photo' : null
    steps.note(position, item)
    writeEntry({ query: null, photo: item }, { position, from, layers: [] }, how)
    // The photo may have new captions since its prefetch.
    onePhoto.show(photos.known(item) ?? photo, item, { direction: 'forward', position })
  }

  /** Clears a shown photo that is gone, when no other photo is available. */
  function clearGone(): void {
    const { item } = showing.state
    if (!item || !photos.isGone(item)) return
    writeEntry({ query: null, photo: null }, currentEntry(), 'replace')
    showing.change({ photo: null, item: null })
  }

  const showNext = (how: EntryChange) =>
    void showing.attempt(upcoming.fetch, ({ photo }) => showUpcoming(photo, how), clearGone)

  return {
    get count() {
      return upcoming.count
    },
    counted: upcoming.counted,
    showNext,
    showAgain(item) {
      const position = showing.state.position + 1
      steps.endAt(position)
      writeEntry({ query: null, photo: item }, { position, from: 'photo', layers: [] }, 'push')
      onePhoto.showNamed(item, { direction: 'forward', position })
    },
    fetchAhead: () => void upcoming.fetch(),
    async leave(gone, isShown) {
      const isWanted = showing.joinTurn()
      await upcoming.drop(gone)
      if (isShown && isWanted() && showing.state.photo?.filename === gone.name) showNext('replace')
    },
  }
}
