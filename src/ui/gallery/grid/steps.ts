/** Where a key leads from a tile. */
import type { ViewWindow } from './view-window.ts'

/** The index of the tile, `null` for any other key. Rows depend on the window, so Home and End go to the first and the last photo. */
export function stepFrom(
  index: number,
  key: string,
  { columns, rowsInSight }: Pick<ViewWindow, 'columns' | 'rowsInSight'>,
  count: number,
): number | null {
  const last = count - 1
  /** Up and down stay in their column where there is such a photo. */
  const byRows = (rows: number) => {
    const to = index + rows * columns
    if (to >= 0 && to <= last) return to
    if (rows < 0) return rows === -1 ? index : index % columns
    const lastRow = Math.floor(last / columns)
    if (Math.floor(index / columns) === lastRow) return index
    return Math.min(last, lastRow * columns + (index % columns))
  }
  switch (key) {
    case 'ArrowLeft':
      return Math.max(0, index - 1)
    case 'ArrowRight':
      return Math.min(last, index + 1)
    case 'ArrowUp':
      return byRows(-1)
    case 'ArrowDown':
      return byRows(1)
    case 'PageUp':
      return byRows(-rowsInSight)
    case 'PageDown':
      return byRows(rowsInSight)
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return null
  }
}
