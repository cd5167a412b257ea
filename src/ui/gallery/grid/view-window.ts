/** Which rows of tiles are in sight. All rows are equally high, so this is arithmetic: nothing is measured per tile, or while the wall moves. */
import type { RefObject } from 'preact'
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type Calm, createCalm } from './calm.ts'

/** What only changes with the window's size. Lengths in CSS pixels. */
interface Geometry {
  columns: number
  /** Of a tile. */
  side: number
  /** From one row to the next. */
  rowHeight: number
  /** Rows that fit, at least one. */
  rowsInSight: number
  /** Of the frame that scrolls. */
  height: number
  /** Above the first row. */
  top: number
  /** The bar above the tiles, where it stays in place while they scroll below it. */
  covered: number
}

export interface ViewWindow extends Geometry {
  firstRow: number
  /** Included. */
  lastRow: number
}

export interface WallView {
  /** `null` until it is known how wide the tiles are. */
  view: ViewWindow | null
  /** Brings a tile into sight, moving no more than needed. Its row is among those of the next rendering. */
  reveal(index: number): void
  /** Whether tiles fly by just now. */
  calm: Calm
}

export const gap = 3
/** Rows kept ready above and below. */
const spare = 2

/** As many columns as fit: three on a phone, tiles of a thumbnail's natural size on a desktop. */
function columnsFor(width: number): number {
  const smallest = width < 600 ? 104 : 196
  return Math.max(2, Math.floor((width + gap) / (smallest + gap)))
}

/** Follows the scrolling of `scroller`, in which `tiles` lie below a bar. */
export function useWallView(
  scroller: RefObject<HTMLElement | null>,
  tiles: RefObject<HTMLElement | null>,
): WallView {
  const [view, setView] = useState<ViewWindow | null>(null)
  const geometry = useRef<Geometry | null>(null)
  const latest = useRef<ViewWindow | null>(null)
  const kept = useRef<number | null>(null)
  const [calm] = useState(createCalm)

  /** Here instead of in the scroll event that follows: the tile and its row are rendered at once, and only once. */
  const showAt = useCallback((top: number) => {
    if (!geometry.current) return
    const was = latest.current
    const now = windowAt(geometry.current, top)
    if (was && isSame(was, now)) return
    latest.current = now
    setView(now)
  }, [])

  useLayoutEffect(() => {
    const frame = scroller.current
    const area = tiles.current
    if (!frame || !area) return
    const measureAll = () => {
      if (area.clientWidth === 0) return
      const was = latest.current
      geometry.current = measure(frame, area)
      kept.current = was && keptTop(was, geometry.current)
      showAt(frame.scrollTop)
    }
    const follow = () => {
      const top = frame.scrollTop
      calm.moved(top, frame.clientHeight)
      showAt(top)
    }
    measureAll()
    const resizing = new ResizeObserver(measureAll)
    for (const element of [frame, area, area.previousElementSibling]) if (element) resizing.observe(element)
    frame.addEventListener('scroll', follow, { passive: true })
    return () => {
      resizing.disconnect()
      frame.removeEventListener('scroll', follow)
      calm.end()
    }
  }, [scroller, tiles, showAt, calm])
  // Once the wall is as high as its new rows make it.
  useLayoutEffect(() => {
    if (scroller.current && kept.current !== null) scroller.current.scrollTop = kept.current
    kept.current = null
  }, [scroller, view])

  const reveal = useCallback(
    (index: number) => {
      const frame = scroller.current
      if (!frame || !geometry.current) return
      const top = scrollTopFor(geometry.current, frame.scrollTop, index, heightCoveredBelow(frame))
      if (top === null) return
      frame.scrollTop = top
      calm.moved(top, geometry.current.height)
      showAt(top)
    },
    [scroller, showAt, calm],
  )
  return { view, reveal, calm }
}

function measure(frame: HTMLElement, area: HTMLElement): Geometry {
  const columns = columnsFor(area.clientWidth)
  const side = (area.clientWidth - gap * (columns - 1)) / columns
  const rowHeight = side + gap
  const bar = area.previousElementSibling
  return {
    columns,
    side,
    rowHeight,
    rowsInSight: Math.max(1, Math.floor(frame.clientHeight / rowHeight)),
    height: frame.clientHeight,
    top: area.offsetTop,
    covered: bar instanceof HTMLElement ? stuckHeight(bar) : 0,
  }
}

function windowAt(geometry: Geometry, scrollTop: number): ViewWindow {
  const { rowHeight, height, top } = geometry
  const above = scrollTop - top
  return {
    ...geometry,
    firstRow: Math.max(0, Math.floor(above / rowHeight) - spare),
    lastRow: Math.max(0, Math.floor((above + height) / rowHeight) + spare),
  }
}

function isSame(one: ViewWindow, other: ViewWindow): boolean {
  return (
    one.firstRow === other.firstRow &&
    one.lastRow === other.lastRow &&
    one.side === other.side &&
    one.rowsInSight === other.rowsInSight
  )
}

/** A phone that is turned goes on showing the photos that it showed. `null` where nothing has to move for that. */
function keptTop(was: ViewWindow, { columns, rowHeight, top }: Geometry): number | null {
  if (was.columns === columns || was.firstRow === 0) return null
  const firstInSight = (was.firstRow + spare) * was.columns
  return Math.floor(firstInSight / columns) * rowHeight + top
}

/** Where the wall has to be for the tile to be in sight. `null`: where it is. */
function scrollTopFor(
  { columns, rowHeight, height, top, covered }: Geometry,
  now: number,
  index: number,
  coveredBelow: number,
): number | null {
  const upper = top + Math.floor(index / columns) * rowHeight
  const highest = Math.max(0, upper - covered - gap)
  if (upper - covered < now) return highest
  // Where the room is less than a tile, its upper end is what is shown.
  const lowest = upper + rowHeight - (height - coveredBelow)
  return lowest > now ? Math.min(highest, lowest) : null
}

/** What is done with marked photos lies over the wall, above its padding; boxes alone say how high, as it may still be rising. */
function heightCoveredBelow(frame: HTMLElement): number {
  const bar = frame.querySelector<HTMLElement>('.selection-bar')
  return bar ? bar.offsetHeight + Number.parseFloat(getComputedStyle(frame).paddingBottom) : 0
}

function stuckHeight(element: HTMLElement): number {
  return getComputedStyle(element).position === 'sticky' ? element.offsetHeight : 0
}
