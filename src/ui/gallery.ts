/** The walk through the photos: which one is shown, what comes next, what went wrong. Knows no components. */
import { currentEntry, type EntryChange, nameInAddress, writeEntry } from './address.ts'
import type { Answer, ApiProblem, GalleryApi, Photo } from './api.ts'

export interface GalleryState {
  photo: Photo | null
  /** `broken`: the photo is known, its picture cannot be shown. */
  picture: 'shown' | 'broken'
  /** How often the same picture was loaded again. */
  pictureReloads: number
  /** Over the photo when the next one could not be had, in its place when there is nothing to show. */
  problem: ApiProblem | null
  /** Failures in a row, for the time until the next attempt. */
  failures: number
  isBusy: boolean
  /** Where the photo came from: the right of it (newer) or the left (older). */
  direction: 'forward' | 'backward'
  /** Number of photos before this one in this visit. */
  position: number
  /** Why the last action changed nothing; a new object each time, so that it can be shown again. */
  hint: { reason: 'only_photo' | 'first_photo' } | null
}

export interface Gallery {
  start(): void
  /** To the next photo: one that was seen before stepping back, else a new one. */
  next(): void
  /** To the photo before this one, by the browser's own history. */
  previous(): void
  /** Repeats what failed. */
  retry(): void
  /** The photo is gone from here: another one takes its place. */
  leave(filename: string): void
  /** Shows the photo of this name next; `photo`: what is known of it. */
  visit(filename: string, photo?: Photo): void
  /** Something is known of the photo that was not known when it was loaded. */
  learn(filename: string, news: Partial<Photo>): void
  /** The browser shows the current picture: time to get the next. */
  pictureLoaded(): void
  /** The browser could not show the current picture. */
  pictureFailed(): void
}

export interface GalleryOptions {
  api: GalleryApi
  /** Gets the picture of a photo that will be shown soon. */
  preload: (photo: Photo) => void
  /** Called after each change, with the whole state. */
  onChange: (state: GalleryState) => void
}

/** Where a photo lies in this visit, and from which side it comes in. */
type Place = Pick<GalleryState, 'position' | 'direction'>

/** The server gave a picture, and the browser could make nothing of it. */
const undecodable: ApiProblem = {
  code: 'photo_unreadable',
  status: 0,
  detail: null,
  requestId: null,
  retryAfterSeconds: null,
}

/** Makes the one gallery of the page. The photo shown is in the address, so links, reload and the back button work. */
export function createGallery({ api, preload, onChange }: GalleryOptions): Gallery {
  const seen = new Map<string, Photo>()
  let upcoming: Promise<Answer> | null = null
  let lastPosition = 0
  // The browser walks through its history in its own time. Two steps back at once could leave the page.
  let isWalking = false
  let repeat = () => {}
  // Each action is a turn. What arrives for an earlier turn is no longer wanted.
  let turn = 0
  let state: GalleryState = {
    photo: null,
    picture: 'shown',
    pictureReloads: 0,
    problem: null,
    failures: 0,
    isBusy: true,
    direction: 'forward',
    position: 0,
    hint: null,
  }

  const change = (part: Partial<GalleryState>) => {
    state = { ...state, ...part }
    onChange(state)
  }

  const fail = (problem: ApiProblem) => change({ isBusy: false, problem, failures: state.failures + 1 })

  function show(photo: Photo, place: Place): void {
    seen.set(photo.filename, photo)
    change({
      ...place,
      photo,
      picture: 'shown',
      pictureReloads: 0,
      problem: null,
      failures: 0,
      isBusy: false,
      hint: null,
    })
  }

  /** One request for the photo after this one, however often it is asked for. A failure is forgotten, not kept. */
  function fetchUpcoming(): Promise<Answer> {
    if (upcoming) return upcoming
    const request = api.random()
    upcoming = request
    void request.then((answer) => {
      if ('photo' in answer) preload(answer.photo)
      else if (upcoming === request) upcoming = null
    })
    return request
  }

  async function showUpcoming(how: EntryChange): Promise<void> {
    repeat = () => void showUpcoming(how)
    const mine = ++turn
    change({ isBusy: true, hint: null })
    const answer = await fetchUpcoming()
    if (mine !== turn) return
    if ('problem' in answer) return fail(answer.problem)
    upcoming = null
    if (answer.photo.filename === state.photo?.filename) {
      return change({ isBusy: false, problem: null, failures: 0, hint: { reason: 'only_photo' } })
    }
    const position = how === 'push' ? state.position + 1 : state.position
    lastPosition = position
    writeEntry(answer.photo.filename, position, how)
    show(answer.photo, { direction: 'forward', position })
  }

  async function leaveFor(filename: string): Promise<void> {
    const mine = turn
    const ahead = await upcoming
    // What was fetched ahead may be the very photo that is gone.
    if (ahead && 'photo' in ahead && ahead.photo.filename === filename) upcoming = null
    if (mine === turn && state.photo?.filename === filename) await showUpcoming('replace')
  }

  function showNamed(name: string, position: number): void {
    const place: Place = { position, direction: position < state.position ? 'backward' : 'forward' }
    const known = seen.get(name)
    if (!known) {
      change({ ...place, photo: null, problem: null })
      void loadNamed(name, place)
      return
    }
    turn++
    show(known, place)
  }

  async function loadNamed(name: string, place: Place): Promise<void> {
    repeat = () => void loadNamed(name, place)
    const mine = ++turn
    change({ isBusy: true, hint: null })
    const answer = await api.photo(name)
    if (mine !== turn) return
    if ('problem' in answer) fail(answer.problem)
    else show(answer.photo, place)
  }

  function reloadPicture(): void {
    change({ picture: 'shown', problem: null, pictureReloads: state.pictureReloads + 1 })
  }

  /** A picture may fail for a passing reason, so it gets a second chance before it counts as damaged. */
  async function explainPicture(): Promise<void> {
    const { photo, pictureReloads } = state
    if (!photo) return
    const problem = await api.pictureProblem(photo)
    if (state.photo !== photo) return
    if (!problem && pictureReloads === 0) return reloadPicture()
    change({ picture: 'broken' })
    if (state.isBusy) return
    repeat = reloadPicture
    fail(problem ?? undecodable)
  }

  function walk(step: -1 | 1): void {
    if (isWalking) return
    isWalking = true
    history.go(step)
  }

  function showAddressed(): void {
    isWalking = false
    const { position } = currentEntry()
    const name = nameInAddress()
    if (name) showNamed(name, position)
    else void showUpcoming('replace')
  }

  return {
    start() {
      lastPosition = currentEntry().position
      addEventListener('popstate', showAddressed)
      showAddressed()
    },
    next() {
      if (state.position < lastPosition) walk(1)
      else void showUpcoming(nameInAddress() ? 'push' : 'replace')
    },
    previous() {
      if (state.position > 0) walk(-1)
      else change({ hint: { reason: 'first_photo' } })
    },
    retry: () => repeat(),
    leave(filename) {
      seen.delete(filename)
      void leaveFor(filename)
    },
    visit(filename, photo) {
      if (photo) seen.set(filename, photo)
      const isHere = state.photo?.filename === filename
      const position = isHere ? state.position : state.position + 1
      if (!isHere) lastPosition = position
      writeEntry(filename, position, isHere ? 'replace' : 'push')
      showNamed(filename, position)
    },
    learn(filename, news) {
      const known = seen.get(filename)
      if (!known) return
      const photo = { ...known, ...news }
      seen.set(filename, photo)
      if (state.photo?.filename === filename) change({ photo })
    },
    pictureLoaded() {
      void fetchUpcoming()
    },
    pictureFailed: () => void explainPicture(),
  }
}
