/** Which rows of tiles are in sight. All rows are equally high, so this is arithmetic, and nothing is measured per tile. */
import type { RefObject } from 'preact'
import { useEffect, useLayoutEffect, useState } from 'preact/hooks'

export interface ViewWindow {
  columns: number
  /** Of a tile, in CSS pixels. */
  side: number
  /** From one row to the next. */
  rowHeight: number
  firstRow: number
  /** Included. */
  lastRow: number
  /** Rows that fit, at least one. */
  rowsInSight: number
}

export const gap = 3
/** Rows kept ready above and below. */
const spare = 2

/** As many columns as fit: three on a phone, tiles of a thumbnail's natural size on a desktop. */
function columnsFor(width: number): number {
  const smallest = width < 600 ? 104 : 196
  return Math.max(2, Math.floor((width + gap) / (smallest + gap)))
}

/** Follows the scrolling of `scroller`, in which `tiles` lie. `null` until it is known how wide they are. */
export function useViewWindow(
  scroller: RefObject<HTMLElement | null>,
  tiles: RefObject<HTMLElement | null>,
): ViewWindow | null {
  const [view, setView] = useState<ViewWindow | null>(null)
  useLayoutEffect(() => {
    const update = () => {
      const frame = scroller.current
      const area = tiles.current
      if (!frame || !area || area.clientWidth === 0) return
      setView((was) => {
        const now = look(frame, area)
        return was && isSame(was, now) ? was : now
      })
    }
    update()
    const resizing = new ResizeObserver(update)
    if (scroller.current) resizing.observe(scroller.current)
    if (tiles.current) resizing.observe(tiles.current)
    scroller.current?.addEventListener('scroll', update, { passive: true })
    const frame = scroller.current
    return () => {
      resizing.disconnect()
      frame?.removeEventListener('scroll', update)
    }
  }, [scroller, tiles])
  useKeptPlace(scroller, tiles, view)
  return view
}

function look(frame: HTMLElement, area: HTMLElement): ViewWindow {
  const columns = columnsFor(area.clientWidth)
  const side = (area.clientWidth - gap * (columns - 1)) / columns
  const rowHeight = side + gap
  const top = frame.scrollTop - area.offsetTop
  return {
    columns,
    side,
    rowHeight,
    firstRow: Math.max(0, Math.floor(top / rowHeight) - spare),
    lastRow: Math.max(0, Math.floor((top + frame.clientHeight) / rowHeight) + spare),
    rowsInSight: Math.max(1, Math.floor(frame.clientHeight / rowHeight)),
  }
}

function isSame(one: ViewWindow, other: ViewWindow): boolean {
  return one.firstRow === other.firstRow && one.lastRow === other.lastRow && one.side === other.side
}

/** A phone that is turned goes on showing the photos that it showed. */
function useKeptPlace(
  scroller: RefObject<HTMLElement | null>,
  tiles: RefObject<HTMLElement | null>,
  view: ViewWindow | null,
): void {
  const [seen, setSeen] = useState<ViewWindow | null>(null)
  useEffect(() => {
    if (!view) return
    setSeen(view)
    const frame = scroller.current
    const top = tiles.current?.offsetTop ?? 0
    if (!seen || !frame || seen.columns === view.columns || seen.firstRow === 0) return
    const firstInSight = (seen.firstRow + spare) * seen.columns
    frame.scrollTop = Math.floor(firstInSight / view.columns) * view.rowHeight + top
  }, [view, seen, scroller, tiles])
}

/** Brings a tile into sight, moving no more than needed. */
export function scrollToTile(
  frame: HTMLElement,
  area: HTMLElement,
  { columns, rowHeight }: ViewWindow,
  index: number,
): void {
  // The bar above the tiles stays in place while they scroll below it.
  const covered =
    area.previousElementSibling instanceof HTMLElement ? stuckHeight(area.previousElementSibling) : 0
  const top = area.offsetTop + Math.floor(index / columns) * rowHeight
  const inSight = frame.clientHeight - coveredBelow(frame)
  const highest = top - covered - gap
  if (top - covered < frame.scrollTop) frame.scrollTop = highest
  // Where the room is less than a tile, its upper end is what is shown.
  else if (top + rowHeight > frame.scrollTop + inSight)
    frame.scrollTop = Math.min(highest, top + rowHeight - inSight)
}

/** What is done with marked photos lies over the lower end of the wall. */
function coveredBelow(frame: HTMLElement): number {
  const bar = frame.querySelector('.selection-bar')
  return bar ? Math.max(0, frame.getBoundingClientRect().bottom - bar.getBoundingClientRect().top) : 0
}

function stuckHeight(element: HTMLElement): number {
  return getComputedStyle(element).position === 'sticky' ? element.offsetHeight : 0
}
