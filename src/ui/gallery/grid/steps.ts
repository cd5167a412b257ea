/** Movement between tiles by keys. */
import type { ViewWindow } from './view-window.ts'

/**
 * Returns the index of the tile to which a key moves; `null` for other keys. Home and End go to the first and last photo, because rows
 * depend on the window.
 */
export function stepFrom(
  index: number,
  key: string,
  { columns, rowsInSight }: Pick<ViewWindow, 'columns' | 'rowsInSight'>,
  count: number,
): number | null {
  const last = count - 1
  /** Moves by rows, staying in the column if the last row reaches that far. */
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
