/** Tile of the grid: a link to a photo, whose picture loads only in view. */
import './tile.css'
import { useMemo } from 'preact/hooks'
import { CheckIcon } from '../../icons.tsx'
import { texts } from '../../texts.ts'
import { addressOf } from '../address.ts'
import { type Item, keyOf, type Query } from '../order.ts'
import { TilePicture, type TilePictureProps } from './tile-picture.tsx'

export interface TileProps extends Omit<TilePictureProps, 'item'> {
  /** `undefined` while the name is loading. */
  item: Item | undefined
  query: Query
  index: number
  count: number
  column: number
  /** True if the Tab key reaches this tile. */
  isActive: boolean
  /** `null` if photos cannot be selected. */
  isSelected: boolean | null
  onCheck: (index: number, event: MouseEvent) => void
}

const labels = texts.grid

/** Memoized tile: renders again only when one of its props changes, not with each focus, selection or scroll. */
export function Tile(props: TileProps) {
  const { item, query, index, count, column, side, isActive, isSelected, isInSight, supply, onCheck } = props
  return useMemo(
    () => <TileLink {...props} />,
    [item, query, index, count, column, side, isActive, isSelected, isInSight, supply, onCheck],
  )
}

function TileLink(props: TileProps) {
  const { item, query, index, count, column, side, isActive, isSelected, isInSight, supply, onCheck } = props
  return (
    // biome-ignore lint/a11y/useSemanticElements: cells of a table cannot be laid out by columns that change
    // biome-ignore lint/a11y/useFocusableInteractive: the link in the cell has the focus
    <div
      role="gridcell"
      class={`cell ${isSelected ? 'selected' : ''}`}
      aria-colindex={column + 1}
      aria-selected={isSelected ?? undefined}
    >
      <a
        class="tile"
        {...(item
          ? { href: addressOf({ query, photo: item }), title: item.name }
          : { role: 'link' as const, 'aria-disabled': true })}
        {...{ 'aria-label': labels.tile(item?.name ?? labels.onItsWay, index + 1, count) }}
        tabIndex={isActive ? 0 : -1}
        data-index={index}
        draggable={false}
      >
        {item && (
          <TilePicture
            key={`${keyOf(item)} ${item.version}`}
            item={item}
            side={side}
            isInSight={isInSight}
            supply={supply}
          />
        )}
      </a>
      {item && isSelected !== null && (
        // biome-ignore lint/a11y/useSemanticElements: the change event of an input does not report Shift
        <button
          type="button"
          role="checkbox"
          class="check"
          tabIndex={-1}
          aria-checked={isSelected}
          aria-label={texts.selection.select(item.name)}
          onClick={(event) => onCheck(index, event)}
        >
          <CheckIcon />
        </button>
      )}
    </div>
  )
}
