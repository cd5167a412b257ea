/** One photo of the grid: a link to it, whose picture is fetched only where somebody looks. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { addressOf } from '../address.ts'
import { CheckIcon } from '../icons.tsx'
import { type Item, keyOf, type Query, thumbnailOf } from '../order.ts'
import { texts } from '../texts.ts'

export interface TileProps {
  /** `undefined` while its name is on the way. */
  item: Item | undefined
  query: Query
  index: number
  count: number
  column: number
  /** In CSS pixels. */
  side: number
  /** The one that the Tab key reaches. */
  isActive: boolean
  /** `null` where nothing can be selected. */
  isSelected: boolean | null
  /** Before the picture is asked for: a while, where tiles fly by. */
  delayMs: number
  onCheck: (event: MouseEvent) => void
}

const words = texts.grid

export function Tile(props: TileProps) {
  const { item, query, index, count, column, side, isActive, isSelected } = props
  return (
    // biome-ignore lint/a11y/useSemanticElements: cells of a table cannot be laid out by columns that change
    // biome-ignore lint/a11y/useFocusableInteractive: the link in it has the focus
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
        {...{ 'aria-label': words.tile(item?.name ?? words.onItsWay, index + 1, count) }}
        tabIndex={isActive ? 0 : -1}
        data-index={index}
        draggable={false}
      >
        {item && <TilePicture key={keyOf(item)} item={item} side={side} delayMs={props.delayMs} />}
      </a>
      {item && isSelected !== null && (
        // biome-ignore lint/a11y/useSemanticElements: an input would tell neither Shift nor who has already been clicked
        <button
          type="button"
          role="checkbox"
          class="check"
          tabIndex={-1}
          aria-checked={isSelected}
          aria-label={texts.selection.select(item.name)}
          onClick={props.onCheck}
        >
          <CheckIcon />
        </button>
      )}
    </div>
  )
}

function TilePicture({ item, side, delayMs }: { item: Item; side: number; delayMs: number }) {
  const picture = useRef<HTMLImageElement>(null)
  const [isWanted, setWanted] = useState(delayMs === 0)
  const [state, setState] = useState<'loading' | 'shown' | 'broken'>('loading')
  useEffect(() => {
    const timer = isWanted ? 0 : setTimeout(() => setWanted(true), delayMs)
    return () => clearTimeout(timer)
  }, [isWanted, delayMs])
  useEffect(() => {
    const element = picture.current
    return () => {
      // A picture that nobody waits for any more must not stand in the way of those that are looked at.
      element?.removeAttribute('srcset')
      element?.removeAttribute('src')
    }
  }, [])
  const small = thumbnailOf(item, 'w256h256')
  // The box takes a photo's long side; the tile is filled by its short one.
  const needed = `${Math.round(side * 1.5)}px`
  return (
    <>
      <img
        ref={picture}
        class={`thumbnail ${state}`}
        alt=""
        sizes={needed}
        srcset={isWanted ? `${small} 256w, ${thumbnailOf(item, 'w480h320')} 480w` : undefined}
        src={isWanted ? small : undefined}
        decoding="async"
        draggable={false}
        onLoad={() => setState('shown')}
        onError={() => setState('broken')}
      />
      {state === 'broken' && <span class="broken-name">{item.name}</span>}
    </>
  )
}
