/** Rows of tiles in view, and the row of the active tile, which stays in the document to keep the focus. */
import { texts } from '../../texts.ts'
import type { Query } from '../order.ts'
import type { Listing } from './listing.ts'
import { Tile, type TileProps } from './tile.tsx'
import { gap, type ViewWindow } from './view-window.ts'

export interface TileRowsProps extends Pick<TileProps, 'supply' | 'onCheck'> {
  listing: Listing
  query: Query
  view: ViewWindow
  count: number
  /** Index of the active tile. */
  active: number
  /** `null` if photos cannot be selected. */
  selection: { has(item: NonNullable<TileProps['item']>): boolean } | null
}

export function TileRows(props: TileRowsProps) {
  const { listing, query, view, count, active, selection, supply, onCheck } = props
  return rowsToShow(view, count, active).map((row) => (
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
            isInSight={row >= view.firstInSight && row <= view.lastInSight}
            supply={supply}
            onCheck={onCheck}
          />
        )
      })}
    </div>
  ))
}

/** Returns the attributes of the element that holds the rows. Without photos, the element is not a grid. */
export function gridAttributes({ columns }: ViewWindow, count: number, isMultiple: boolean) {
  return {
    role: 'grid' as const,
    'aria-label': texts.grid.title,
    'aria-rowcount': Math.ceil(count / columns),
    'aria-colcount': columns,
    ...(isMultiple && { 'aria-multiselectable': true }),
  }
}

function rowsToShow({ firstRow, lastRow, columns }: ViewWindow, count: number, active: number): number[] {
  const end = Math.min(lastRow, Math.ceil(count / columns) - 1)
  const rows = Array.from({ length: Math.max(0, end - firstRow + 1) }, (_, place) => firstRow + place)
  const own = Math.floor(Math.min(active, count - 1) / columns)
  if (own < firstRow) return [own, ...rows]
  return own > end ? [...rows, own] : rows
}

function columnsOf({ columns }: ViewWindow, row: number, count: number): number[] {
  return Array.from({ length: Math.min(columns, count - row * columns) }, (_, column) => column)
}

/** Returns the height of all rows in pixels. */
export function heightOf({ columns, rowHeight }: ViewWindow, count: number): number {
  return Math.ceil(count / columns) * rowHeight - gap
}
