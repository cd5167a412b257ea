/** Grid of all photos as square tiles. Only the tiles in view are in the document. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { ApiProblem } from '../../problem.ts'
import './grid.css'
import { useActiveTile } from './active-tile.ts'
import { GridBar } from './grid-bar.tsx'
import { useGridKeys } from './grid-keys.ts'
import { GridNotice, GridStatus } from './grid-notice.tsx'
import type { GridProps } from './grid-props.ts'
import type { Listing } from './listing.ts'
import { createPictureLimit, type PictureLimit } from './picture-limit.ts'
import { createPictureTurns } from './picture-turns.ts'
import { useTileGestures } from './tile-gestures.ts'
import { gridAttributes, heightOf, TileRows } from './tile-rows.tsx'
import { useWallView, type ViewWindow } from './view-window.ts'

export function Grid(props: GridProps) {
  const { gallery, listing, query, selection } = props
  const { count, problem } = listing
  const scroller = useRef<HTMLElement>(null)
  const tiles = useRef<HTMLDivElement>(null)
  const searchField = useRef<HTMLInputElement>(null)
  const wall = useWallView(scroller, tiles)
  const { view } = wall
  const limit = usePictureLimit()
  const supply = useMemo(() => ({ calm: wall.calm, limit, turns: createPictureTurns() }), [wall.calm, limit])
  const isMarking = Boolean(selection?.size || selection?.isFilling || selection?.isOn)
  const active = useActiveTile({ ...props, tiles, wall, isMarking })
  useNames(listing, view)
  useGridKeys({ active, view, count, selection, isMarking, searchField })
  const check = useCallback(
    (index: number, { shiftKey }: MouseEvent) =>
      shiftKey ? selection?.extendTo(index) : selection?.toggle(index),
    [selection],
  )
  const open = (index: number) => {
    const item = listing.at(index)
    if (!item) return
    listing.active = index
    gallery.open(item)
  }
  const gestures = useTileGestures({ selection, open, onTouch: active.set })
  const shown = view && count ? { view, count } : null

  return (
    <main class="wall" ref={scroller} tabIndex={-1}>
      <GridBar {...props} searchField={searchField} />
      <div
        class="tiles"
        ref={tiles}
        {...(shown ? gridAttributes(shown.view, shown.count, selection !== null) : {})}
        aria-busy={listing.isBusy}
        style={{
          height: shown ? `${heightOf(shown.view, shown.count)}px` : '',
          '--side': view ? `${view.side}px` : '',
        }}
        {...gestures}
      >
        {shown && (
          <TileRows
            {...shown}
            listing={listing}
            query={query}
            active={active.index}
            selection={selection}
            supply={supply}
            onCheck={check}
          />
        )}
      </div>
      {count === null && !problem && <Skeleton />}
      <GridNotice {...props} limit={limit} />
      {props.tools}
      <GridStatus listing={listing} query={query} limit={limit} />
    </main>
  )
}

/** Creates the picture limit of this grid, and renders again when a pause begins or ends. */
function usePictureLimit(): PictureLimit {
  const [, setProblem] = useState<ApiProblem | null>(null)
  const [limit] = useState(() => {
    const made = createPictureLimit(() => setProblem(made.problem))
    return made
  })
  return limit
}

/** Loads the names of the photos in view. */
function useNames(listing: Listing, view: ViewWindow | null): void {
  const { count, problem } = listing
  useEffect(() => {
    if (count === null && !problem) void listing.load(0, 0)
  }, [listing, count, problem])
  const first = view ? view.firstRow * view.columns : 0
  const last = view ? Math.min((view.lastRow + 1) * view.columns, count ?? 0) - 1 : -1
  useEffect(() => {
    if (!problem && last >= first) void listing.load(first, last)
  })
}

/** Placeholder for the tiles until the first names are loaded. */
function Skeleton() {
  return (
    <div class="skeleton" aria-hidden="true">
      {Array.from({ length: 12 }, (_, place) => (
        <span key={place} />
      ))}
    </div>
  )
}
