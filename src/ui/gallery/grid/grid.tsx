/** Everything at a glance: a wall of square tiles, of which only those in sight are in the document. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { ApiProblem } from '../../api.ts'
import { useShortcuts } from '../../keyboard.ts'
import { kindOf } from '../../problem-kind.ts'
import { texts } from '../../texts.ts'
import { Notice } from '../notice.tsx'
import { everything, type Query } from '../order.ts'
import './grid.css'
import { GridBar } from './grid-bar.tsx'
import type { GridProps } from './grid-props.ts'
import type { Listing } from './listing.ts'
import { createPictureLimit } from './picture-limit.ts'
import { stepFrom } from './steps.ts'
import { Tile } from './tile.tsx'
import { useTileGestures } from './tile-gestures.ts'
import { gap, useWallView, type ViewWindow } from './view-window.ts'

const words = texts.grid

export function Grid(props: GridProps) {
  const { gallery, listing, query, selection, from, takesFocus, onUpload } = props
  const { count, problem } = listing
  const scroller = useRef<HTMLElement>(null)
  const tiles = useRef<HTMLDivElement>(null)
  const { view, reveal, calm } = useWallView(scroller, tiles)
  const [, setLimited] = useState<ApiProblem | null>(null)
  const [limit] = useState(() => {
    const made = createPictureLimit(() => setLimited(made.problem))
    return made
  })
  const [chosen, setActive] = useState(from ?? listing.active ?? 0)
  const active = count === null ? chosen : Math.min(chosen, Math.max(0, count - 1))
  // What has to happen once the tile is there.
  const wanted = useRef({ scroll: (from ?? listing.active) !== null, focus: takesFocus })

  // Another list begins at its beginning.
  const shown = useRef(listing)
  if (shown.current !== listing) {
    shown.current = listing
    wanted.current = { scroll: true, focus: false }
    setActive(listing.active ?? 0)
  }
  useEffect(() => {
    if (count === null && !problem) void listing.load(0, 0)
  }, [listing, count, problem])
  const first = view ? view.firstRow * view.columns : 0
  const last = view ? Math.min((view.lastRow + 1) * view.columns, count ?? 0) - 1 : -1
  useEffect(() => {
    if (!problem && last >= first) void listing.load(first, last)
  })

  const isMarking = Boolean(selection?.size || selection?.isFilling || selection?.isOn)
  useLayoutEffect(() => {
    // The bar that has come lies over the lower tiles.
    if (isMarking && tiles.current?.querySelector('.tile:focus-visible')) wanted.current.scroll = true
  }, [isMarking])
  useLayoutEffect(() => {
    const { scroll, focus } = wanted.current
    const area = tiles.current
    if (!view || !area || count === null) return
    if (scroll) reveal(active)
    const tile = area.querySelector<HTMLElement>(`[data-index="${active}"]`)
    if (focus && !tile) return
    if (focus) tile?.focus({ preventScroll: true })
    wanted.current = { scroll: false, focus: false }
  })

  const goTo = (to: number) => {
    if (to === active) return
    wanted.current = { scroll: false, focus: true }
    listing.active = to
    setActive(to)
    reveal(to)
  }
  const open = (index: number) => {
    const item = listing.at(index)
    if (!item) return
    listing.active = index
    gallery.open(item)
  }
  const step = (event: KeyboardEvent) => {
    if (!view || !count || !isInGrid(event.target)) return false
    const to = stepFrom(active, event.key, view, count)
    if (to === null) return false
    goTo(to)
    return true
  }
  const search = useRef<HTMLInputElement>(null)
  useShortcuts({
    gridMove: step,
    gridPage: step,
    gridEnd: step,
    search: () => search.current?.focus(),
    select: (event) => (selection && isInGrid(event.target) ? selection.toggle(active) : false),
    extendSelection: (event) => (selection && isInGrid(event.target) ? selection.extendTo(active) : false),
    selectAll: () => (selection && count ? selection.all() : false),
    clearSelection: () => (isMarking ? selection?.clear() : false),
  })
  const check = useCallback(
    (index: number, { shiftKey }: MouseEvent) =>
      shiftKey ? selection?.extendTo(index) : selection?.toggle(index),
    [selection],
  )
  const gestures = useTileGestures({ selection, open, onTouch: setActive })
  const note = problem ?? limit.problem ?? emptiness(listing, query)
  const retry = () => {
    if (limit.problem) limit.resume()
    if (problem || !count) void listing.reload()
  }

  return (
    <main class="wall" ref={scroller} tabIndex={-1}>
      <GridBar {...props} searchField={search} />
      <div
        class="tiles"
        ref={tiles}
        {...(view && count ? describe(view, count, selection !== null) : {})}
        aria-busy={listing.isBusy}
        style={{
          height: view && count ? `${heightOf(view, count)}px` : '',
          '--side': view ? `${view.side}px` : '',
        }}
        {...gestures}
      >
        {view && count
          ? rowsToShow(view, count, active).map((row) => (
              // biome-ignore lint/a11y/useSemanticElements: rows of a table cannot be laid out by columns that change
              // biome-ignore lint/a11y/useFocusableInteractive: the link in the cell has the focus
              <div
                key={row}
                role="row"
                class="row"
                aria-rowindex={row + 1}
                style={{
                  transform: `translateY(${row * view.rowHeight}px)`,
                  height: `${view.side}px`,
                }}
              >
                {columnsOf(view, row, count).map((column) => {
                  const index = row * view.columns + column
                  const item = listing.at(index)
                  return (
                    <Tile
                      key={column}
                      item={item}
                      query={query}
                      index={index}
                      count={count}
                      column={column}
                      side={view.side}
                      isActive={index === active}
                      isSelected={selection && item ? selection.has(item) : null}
                      calm={calm}
                      limit={limit}
                      onCheck={check}
                    />
                  )
                })}
              </div>
            ))
          : null}
      </div>
      {count === null && !problem && <Skeleton />}
      {note && (
        <Notice
          problem={note}
          failures={problem ? listing.failures : limit.pauses}
          isOverPhoto={Boolean(count)}
          isBusy={listing.isBusy}
          onRetry={retry}
          onNext={retry}
          instead={
            note.code === 'nothing_found'
              ? { label: words.showAll, onClick: () => gallery.browse({ ...query, search: '' }, 'replace') }
              : undefined
          }
          onUpload={query.folder === everything.folder ? onUpload : null}
        />
      )}
      {props.tools}
      <p class="visually-hidden" role="status">
        {note ? texts.problems[kindOf(note)].title : count === null ? words.loading : words.count(count)}
      </p>
    </main>
  )
}

/** An empty grid is none. */
function describe({ columns }: ViewWindow, count: number, isMultiple: boolean) {
  return {
    role: 'grid' as const,
    'aria-label': words.title,
    'aria-rowcount': Math.ceil(count / columns),
    'aria-colcount': columns,
    ...(isMultiple && { 'aria-multiselectable': true }),
  }
}

function rowsToShow({ firstRow, lastRow, columns }: ViewWindow, count: number, active: number): number[] {
  const end = Math.min(lastRow, Math.ceil(count / columns) - 1)
  const rows = Array.from({ length: Math.max(0, end - firstRow + 1) }, (_, place) => firstRow + place)
  // The focus stays where it is, also when its tile is scrolled away.
  const own = Math.floor(Math.min(active, count - 1) / columns)
  if (own < firstRow) return [own, ...rows]
  return own > end ? [...rows, own] : rows
}

function columnsOf({ columns }: ViewWindow, row: number, count: number): number[] {
  return Array.from({ length: Math.min(columns, count - row * columns) }, (_, column) => column)
}

function heightOf({ columns, rowHeight }: ViewWindow, count: number): number {
  return Math.ceil(count / columns) * rowHeight - gap
}

/** Not in a field, a button, or a list of choices. */
function isInGrid(target: EventTarget | null): boolean {
  return target instanceof Element && (target === document.body || target.closest('.tiles, .wall') !== null)
}

/** Nothing to show is no failure, and is told alike. */
function emptiness({ count, missingFolder }: Listing, { folder, search }: Query): ApiProblem | null {
  if (count !== 0) return null
  const isRoot = folder === everything.folder
  const code = search
    ? 'nothing_found'
    : missingFolder
      ? 'root_missing'
      : isRoot
        ? 'no_photos'
        : 'folder_empty'
  return { code, status: 0, detail: missingFolder, requestId: null, retryAfterSeconds: null }
}

/** In place of the tiles until the first names are there. */
function Skeleton() {
  return (
    <div class="skeleton" aria-hidden="true">
      {Array.from({ length: 12 }, (_, place) => (
        <span key={place} />
      ))}
    </div>
  )
}
