/** Keys of the grid: moving between tiles, searching and selecting. */
import type { RefObject } from 'preact'
import { useShortcuts } from '../../keyboard.ts'
import type { ActiveTile } from './active-tile.ts'
import type { GridSelection } from './grid-props.ts'
import { stepFrom } from './steps.ts'
import type { ViewWindow } from './view-window.ts'

export interface GridKeysOptions {
  active: ActiveTile
  view: ViewWindow | null
  count: number | null
  selection: GridSelection | null
  isMarking: boolean
  searchField: RefObject<HTMLInputElement | null>
}

export function useGridKeys({
  active,
  view,
  count,
  selection,
  isMarking,
  searchField,
}: GridKeysOptions): void {
  const step = (event: KeyboardEvent) => {
    if (!view || !count || !isInGrid(event.target)) return false
    const to = stepFrom(active.index, event.key, view, count)
    if (to === null) return false
    active.goTo(to)
    return true
  }
  useShortcuts({
    gridMove: step,
    gridPage: step,
    gridEnd: step,
    search: () => searchField.current?.focus(),
    select: ({ target }) => (selection && isInGrid(target) ? selection.toggle(active.index) : false),
    extendSelection: ({ target }) =>
      selection && isInGrid(target) ? selection.extendTo(active.index) : false,
    selectAll: () => (selection && count ? selection.all() : false),
    clearSelection: () => (isMarking ? selection?.clear() : false),
  })
}

/** True if the key was pressed in the grid, or without a focused element. Fields never get shortcuts (src/ui/keyboard.ts). */
function isInGrid(target: EventTarget | null): boolean {
  return target instanceof Element && (target === document.body || target.closest('.tiles, .wall') !== null)
}
