/** Which photo is shown, what comes next, on the walk or in the grid's order, and what went wrong. Knows no components. */
import { currentEntry, type EntryChange, readAddress, writeEntry } from './address.ts'
import { type Answer, type ApiProblem, type GalleryApi, type Photo, unreached } from './api.ts'
import { everything, type Item, keyOf, type Order, type Query } from './order.ts'

export interface GalleryState {
  screen: 'photo' | 'grid'
  /** What the grid lists, and whose order Next follows. `null`: the walk. */
  query: Query | null
  photo: Photo | null
  /** The photo that is shown or on its way. */
  item: Item | null
  /** How many photos there are, where that is known. */
  count: number | null
  /** The photo's place in the grid's order, from 0. */
  index: number | null
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
  hint: { reason: 'only_photo' | 'first_photo' | 'first_in_order' | 'last_in_order' } | null
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
  leave(filename: string, folder?: Item['folder']): void
  /** Shows the photo of this name next; `photo`: what is known of it. */
  visit(filename: string, photo?: Photo): void
  /** Something is known of the photo that was not known when it was loaded. */
  learn(filename: string, news: Partial<Photo>): void
  /** The browser shows the current picture: time to get the next. */
  pictureLoaded(): void
  /** The browser could not show the current picture. */
  pictureFailed(): void
  /** From the photo to the grid, by the browser's history where it lies right before. */
  openGrid(): void
  /** From the grid to one photo at a time. */
  closeGrid(): void
  /** Shows a photo of the grid. */
  open(item: Item): void
  /** Lists something else, or in another way. */
  browse(query: Query, how: EntryChange): void
  /** Photos have come or gone: lists are asked for again. */
  changed(): void
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

/** Makes the one gallery of the page. What is shown is in the address, so links, reload and the back button work. */
export function createGallery(options: GalleryOptions): Gallery {
  const { api, preload, orderOf, onListChange, onChange } = options
  const seen = new Map<string, Photo>()
  const asked = new Map<string, Promise<Answer>>()
  let upcoming: Promise<Answer> | null = null
  let lastPosition = 0
  let walkCount: number | null = null
  // The browser walks through its history in its own time. Two steps back at once could leave the page.
  let isWalking = false
  let repeat = () => {}
  // Each action is a turn. What arrives for an earlier turn is no longer wanted.
  let turn = 0
  let state: GalleryState = {
    screen: 'photo',
    query: null,
    photo: null,
    item: null,
    count: null,
    index: null,
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

  function show(photo: Photo, item: Item, place: Place): void {
    seen.set(keyOf(item), photo)
    change({
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
    const { query } = state
    if (!query) return
    const place = await (await orderOf(query))?.placeOf(item)
    if (state.item === item) change(place ?? { index: null })
  }

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
        walkCount = answer.count ?? walkCount
        if (!state.query) change({ count: walkCount })
      } else if (upcoming === request) upcoming = null
    })
    return request
  }

  async function showUpcoming(how: EntryChange): Promise<void> {
    repeat = () => void showUpcoming(how)
    const mine = ++turn
    const asking = fetchUpcoming()
    change({ isBusy: true, hint: null })
    const answer = await asking
    if (mine !== turn) return
    if ('problem' in answer) return fail(answer.problem)
    upcoming = null
    const { photo } = answer
    if (photo.filename === state.photo?.filename && state.item?.folder === 'root') {
      return change({ isBusy: false, problem: null, failures: 0, hint: { reason: 'only_photo' } })
    }
    const position = how === 'push' ? state.position + 1 : state.position
    const item: Item = { name: photo.filename, folder: 'root' }
    lastPosition = position
    writeEntry({ query: null, photo: item }, { position, from: how === 'push' ? 'photo' : null }, how)
    show(photo, item, { direction: 'forward', position })
  }

  /** The photo after or before this one in the grid's order. The grid stays one step back in the browser's history. */
  async function showBeside(query: Query, item: Item, step: 1 | -1): Promise<void> {
    repeat = () => void showBeside(query, item, step)
    const mine = ++turn
    change({ isBusy: true, hint: null })
    const beside = await besideOf(query, item, step)
    if (mine !== turn) return
    if ('problem' in beside) return fail(beside.problem)
    if (!beside.item) {
      const reason = step === 1 ? 'last_in_order' : 'first_in_order'
      return change({ isBusy: false, problem: null, failures: 0, hint: { reason } })
    }
    showInOrder(query, beside.item, step === 1 ? 'forward' : 'backward')
  }

  async function besideOf(query: Query, item: Item, step: 1 | -1): ReturnType<Order['beside']> {
    const order = await orderOf(query)
    return order ? order.beside(item, step) : { problem: unreached() }
  }

  function showInOrder(query: Query, item: Item, direction: Place['direction']): void {
    writeEntry({ query, photo: item }, currentEntry(), 'replace')
    showNamed(item, { position: state.position, direction })
  }

  async function fetchAhead({ query, item }: GalleryState): Promise<void> {
    if (!query || !item) {
      void fetchUpcoming()
      return
    }
    const beside = await besideOf(query, item, 1)
    if (!('item' in beside) || !beside.item || seen.has(keyOf(beside.item))) return
    const answer = await fetchNamed(beside.item)
    if ('photo' in answer) preload(answer.photo)
  }

  async function leaveFor(gone: Item): Promise<void> {
    const mine = turn
    const { query } = state
    const isShown = state.item !== null && keyOf(state.item) === keyOf(gone)
    if (query && isShown) return leaveInOrder(query, gone)
    onListChange(gone)
    const ahead = await upcoming
    // What was fetched ahead may be the very photo that is gone.
    if (ahead && 'photo' in ahead && ahead.photo.filename === gone.name) upcoming = null
    if (mine === turn && isShown && state.photo?.filename === gone.name) await showUpcoming('replace')
  }

  async function leaveInOrder(query: Query, gone: Item): Promise<void> {
    const mine = ++turn
    const after = await besideOf(query, gone, 1)
    const beside = 'item' in after && after.item ? after : await besideOf(query, gone, -1)
    onListChange(gone)
    if (mine !== turn) return
    if ('item' in beside && beside.item) showInOrder(query, beside.item, 'forward')
    else toGrid(query)
  }

  function showNamed(item: Item, place: Place): void {
    const known = seen.get(keyOf(item))
    if (!known) {
      change({ ...place, item, photo: null, problem: null, picture: 'shown' })
      void loadNamed(item, place)
      return
    }
    turn++
    show(known, item, place)
  }

  async function loadNamed(item: Item, place: Place): Promise<void> {
    repeat = () => void loadNamed(item, place)
    const mine = ++turn
    const asking = fetchNamed(item)
    change({ isBusy: true, hint: null })
    const answer = await asking
    if (mine !== turn) return
    if ('problem' in answer) fail(answer.problem)
    else show(answer.photo, item, place)
  }

  /** One request at a time for each photo. */
  async function fetchNamed(item: Item): Promise<Answer> {
    const key = keyOf(item)
    const request = asked.get(key) ?? api.photo(item)
    asked.set(key, request)
    const answer = await request
    asked.delete(key)
    if ('photo' in answer) seen.set(key, answer.photo)
    return answer
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

  function toGrid(query: Query): void {
    if (currentEntry().from === 'grid') {
      walk(-1)
      return
    }
    writeEntry({ query, photo: null }, currentEntry(), 'replace')
    showAddressed()
  }

  function showAddressed(): void {
    isWalking = false
    const { position } = currentEntry()
    const { query, photo } = readAddress()
    if (query && !photo) {
      turn++
      change({ screen: 'grid', query, isBusy: false, problem: null, hint: null, position })
      return
    }
    change({ screen: 'photo', query, index: null, count: query ? null : walkCount })
    if (photo) showNamed(photo, { position, direction: position < state.position ? 'backward' : 'forward' })
    else void showUpcoming('replace')
  }

  return {
    start() {
      lastPosition = currentEntry().position
      addEventListener('popstate', showAddressed)
      showAddressed()
    },
    next() {
      const { query, item } = state
      if (query && item) void showBeside(query, item, 1)
      else if (state.position < lastPosition) walk(1)
      else void showUpcoming(readAddress().photo ? 'push' : 'replace')
    },
    previous() {
      const { query, item } = state
      if (query && item) void showBeside(query, item, -1)
      else if (state.position > 0) walk(-1)
      else change({ hint: { reason: 'first_photo' } })
    },
    retry: () => repeat(),
    leave(filename, folder = 'root') {
      const gone: Item = { name: filename, folder }
      seen.delete(keyOf(gone))
      void leaveFor(gone)
    },
    visit(filename, photo) {
      const item: Item = { name: filename, folder: 'root' }
      if (photo) seen.set(keyOf(item), photo)
      onListChange()
      const isOnPhoto = state.screen === 'photo'
      if (isOnPhoto && state.query?.folder === 'root') return showInOrder(state.query, item, 'backward')
      const isHere = isOnPhoto && state.item !== null && keyOf(state.item) === keyOf(item)
      const position = isHere ? state.position : state.position + 1
      if (!isHere) lastPosition = position
      const from = isHere ? currentEntry().from : null
      writeEntry({ query: null, photo: item }, { position, from }, isHere ? 'replace' : 'push')
      change({ screen: 'photo', query: null, index: null, count: walkCount })
      showNamed(item, { position, direction: 'forward' })
    },
    learn(filename, news) {
      const key = keyOf({ name: filename, folder: 'root' })
      const known = seen.get(key)
      if (!known) return
      const photo = { ...known, ...news }
      seen.set(key, photo)
      if (state.item && keyOf(state.item) === key) change({ photo })
    },
    pictureLoaded: () => void fetchAhead(state),
    pictureFailed: () => void explainPicture(),
    openGrid() {
      const { screen, query, position } = state
      if (screen === 'grid') return
      if (query) return toGrid(query)
      onListChange()
      lastPosition = position
      writeEntry({ query: everything, photo: null }, { position, from: 'photo' }, 'push')
      showAddressed()
    },
    closeGrid() {
      if (currentEntry().from === 'photo') return walk(-1)
      lastPosition = 0
      writeEntry({ query: null, photo: null }, { position: 0, from: null }, 'push')
      showAddressed()
    },
    open(item) {
      const { query } = state
      if (!query) return
      writeEntry({ query, photo: item }, { position: 0, from: 'grid' }, 'push')
      change({ screen: 'photo', index: null, count: null })
      showNamed(item, { position: 0, direction: 'forward' })
    },
    browse(query, how) {
      const from = how === 'push' ? 'grid' : currentEntry().from
      writeEntry({ query, photo: null }, { position: currentEntry().position, from }, how)
      showAddressed()
    },
    changed: () => onListChange(),
  }
}
