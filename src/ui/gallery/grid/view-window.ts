/** Rows of tiles in view. All rows have the same height, so scrolling needs arithmetic only and measures nothing. */
import type { RefObject } from 'preact'
import { useCallback, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { type Calm, createCalm } from './calm.ts'

/** Values that change only with the window's size. Lengths are in CSS pixels. */
interface Geometry {
  columns: number
  /** Width and height of a tile. */
  side: number
  /** Distance from row to row. */
  rowHeight: number
  /** Number of rows that fit into the frame, at least 1. */
  rowsInSight: number
  /** Height of the scroll frame. */
  height: number
  /** Height above the first row. */
  top: number
  /** Height of the sticky bar above the tiles; 0 if it scrolls with them. */
  covered: number
}

export interface ViewWindow extends Geometry {
  firstRow: number
  /** Last rendered row, inclusive. */
  lastRow: number
  /** First and last row of which a part is in the window. */
  firstInSight: number
  lastInSight: number
}

export interface WallView {
  /** `null` until the tiles are measured. */
  view: ViewWindow | null
  /** Scrolls a tile into view, no further than necessary. The next render includes its row. */
  reveal(index: number): void
  /** Delays pictures during fast scrolling. */
  calm: Calm
}

export const gap = 3
/** Extra rows above and below the view. */
const spareRows = 2

/** Returns the number of columns: three on a phone. On a desktop, tiles have about a thumbnail's natural size. */
function columnsFor(width: number): number {
  const smallest = width < 600 ? 104 : 196
  return Math.max(2, Math.floor((width + gap) / (smallest + gap)))
}

/** Tracks the scrolling of `scroller`, which contains a bar and `tiles`. */
export function useWallView(
  scroller: RefObject<HTMLElement | null>,
  tiles: RefObject<HTMLElement | null>,
): WallView {
  const [view, setView] = useState<ViewWindow | null>(null)
  const geometry = useRef<Geometry | null>(null)
  const latest = useRef<ViewWindow | null>(null)
  const kept = useRef<number | null>(null)
  const [calm] = useState(createCalm)

  /** Renders the rows at this scroll position at once, so that the scroll event that follows changes nothing. */
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
  // Restores the position after the new rows have set the height of the wall.
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
  const firstInSight = Math.max(0, Math.floor(above / rowHeight))
  const lastInSight = Math.max(0, Math.floor((above + height) / rowHeight))
  return {
    ...geometry,
    firstRow: Math.max(0, firstInSight - spareRows),
    lastRow: lastInSight + spareRows,
    firstInSight,
    lastInSight,
  }
}

function isSame(one: ViewWindow, other: ViewWindow): boolean {
  return (
    one.firstInSight === other.firstInSight &&
    one.lastInSight === other.lastInSight &&
    one.side === other.side &&
    one.rowsInSight === other.rowsInSight
  )
}

/** Returns the scroll position that keeps the same photos in view after a phone is turned; `null` if it need not change. */
function keptTop(was: ViewWindow, { columns, rowHeight, top }: Geometry): number | null {
  if (was.columns === columns || was.firstRow === 0) return null
  const firstInSight = (was.firstRow + spareRows) * was.columns
  return Math.floor(firstInSight / columns) * rowHeight + top
}

/** Returns the scroll position that brings the tile into view; `null` if it need not change. */
function scrollTopFor(
  { columns, rowHeight, height, top, covered }: Geometry,
  now: number,
  index: number,
  coveredBelow: number,
): number | null {
  const upper = top + Math.floor(index / columns) * rowHeight
  const highest = Math.max(0, upper - covered - gap)
  if (upper - covered < now) return highest
  // Shows the top of a tile that does not fit.
  const lowest = upper + rowHeight - (height - coveredBelow)
  return lowest > now ? Math.min(highest, lowest) : null
}

/** Returns the height that the selection bar covers, from its layout box, because the bar may still be animating. */
function heightCoveredBelow(frame: HTMLElement): number {
  const bar = frame.querySelector<HTMLElement>('.selection-bar')
  return bar ? bar.offsetHeight + Number.parseFloat(getComputedStyle(frame).paddingBottom) : 0
}

function stuckHeight(element: HTMLElement): number {
  return getComputedStyle(element).position === 'sticky' ? element.offsetHeight : 0
}
