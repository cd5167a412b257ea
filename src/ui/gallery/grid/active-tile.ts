/** Active tile, from which the arrow keys move. Once the tile is in the document, it scrolls into view and takes the focus. */
import type { RefObject } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import type { GridProps } from './grid-props.ts'
import type { WallView } from './view-window.ts'

export interface ActiveTile {
  index: number
  /** Makes another tile active without scrolling, after a pointer touched it. */
  set(index: number): void
  /** Makes a tile active, scrolls it into view and focuses it. */
  goTo(index: number): void
}

type ActiveTileOptions = Pick<GridProps, 'listing' | 'from' | 'takesFocus'> & {
  tiles: RefObject<HTMLElement | null>
  wall: WallView
  /** True while the bar for selected photos covers the lower tiles. */
  isMarking: boolean
}

export function useActiveTile(options: ActiveTileOptions): ActiveTile {
  const { listing, from, takesFocus, tiles, wall, isMarking } = options
  const { count } = listing
  const { view, reveal } = wall
  const [chosen, set] = useState(from ?? listing.active ?? 0)
  const index = count === null ? chosen : Math.min(chosen, Math.max(0, count - 1))
  /** Pending scroll and focus, applied once the tile is in the document. */
  const wanted = useRef({ scroll: (from ?? listing.active) !== null, focus: takesFocus })

  // Another list starts at its last active tile, or at its first.
  const shown = useRef(listing)
  if (shown.current !== listing) {
    shown.current = listing
    wanted.current = { scroll: true, focus: false }
    set(listing.active ?? 0)
  }
  // Declared before the effect below, which scrolls in the same pass.
  useLayoutEffect(() => {
    if (isMarking && tiles.current?.querySelector('.tile:focus-visible')) wanted.current.scroll = true
  }, [isMarking])
  useLayoutEffect(() => {
    const { scroll, focus } = wanted.current
    const area = tiles.current
    if (!view || !area || count === null) return
    if (scroll) reveal(index)
    const tile = area.querySelector<HTMLElement>(`[data-index="${index}"]`)
    if (focus && !tile) return
    if (focus) tile?.focus({ preventScroll: true })
    wanted.current = { scroll: false, focus: false }
  })

  return {
    index,
    set,
    goTo(to) {
      if (to === index) return
      wanted.current = { scroll: false, focus: true }
      listing.active = to
      set(to)
      reveal(to)
    },
  }
}
