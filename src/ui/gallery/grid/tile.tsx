/** Tile of the grid: a link to a photo, whose picture loads only in view. */
import './tile.css'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { CheckIcon } from '../../icons.tsx'
import { texts } from '../../texts.ts'
import { addressOf } from '../address.ts'
import { type Item, keyOf, type Query, thumbnailOf } from '../order.ts'
import type { Calm } from './calm.ts'
import type { PictureLimit } from './picture-limit.ts'

export interface TileProps {
  /** `undefined` while the name is loading. */
  item: Item | undefined
  query: Query
  index: number
  count: number
  column: number
  /** Width and height in CSS pixels. */
  side: number
  /** True if the Tab key reaches this tile. */
  isActive: boolean
  /** `null` if photos cannot be selected. */
  isSelected: boolean | null
  /** Delays pictures during fast scrolling. */
  calm: Calm
  /** Pauses and retries pictures that the server refuses with a rate limit. */
  limit: PictureLimit
  onCheck: (index: number, event: MouseEvent) => void
}

const labels = texts.grid

/** Memoized tile: renders again only when one of its props changes, not with each focus, selection or scroll. */
export function Tile(props: TileProps) {
  const { item, query, index, count, column, side, isActive, isSelected, calm, limit, onCheck } = props
  return useMemo(
    () => <TileLink {...props} />,
    [item, query, index, count, column, side, isActive, isSelected, calm, limit, onCheck],
  )
}

function TileLink(props: TileProps) {
  const { item, query, index, count, column, side, isActive, isSelected, calm, limit, onCheck } = props
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
        {item && <TilePicture key={keyOf(item)} item={item} side={side} calm={calm} limit={limit} />}
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

/** Attempts after which a picture that the server does send counts as damaged. */
const triesInAll = 3

type TilePictureProps = { item: Item; side: number; calm: Calm; limit: PictureLimit }

function TilePicture({ item, side, calm, limit }: TilePictureProps) {
  const picture = useRef<HTMLImageElement>(null)
  const [soon] = useState(() => limit.pause() ?? calm.soon())
  const tries = useRef(1)
  const [isWanted, setWanted] = useState(soon === null)
  const [isBroken, setBroken] = useState(false)
  useEffect(() => {
    let isGone = false
    void soon?.then(() => !isGone && setWanted(true))
    const element = picture.current
    return () => {
      isGone = true
      if (!element || element.complete) return
      // Cancels the request, so that it does not delay pictures in view.
      element.removeAttribute('srcset')
      element.removeAttribute('src')
    }
  }, [soon])
  const small = thumbnailOf(item, 'w256h256')
  const onError = async () => {
    const pauses = limit.pauses
    const isWorthIt = await limit.failed(small)
    // A pause does not count as an attempt.
    if (limit.pauses === pauses && limit.pause() === null) tries.current++
    const element = picture.current
    if (!isWorthIt || tries.current > triesInAll || !element) return setBroken(true)
    // Sets the same address again, which makes the browser repeat the request.
    const { srcset, src } = element
    element.removeAttribute('srcset')
    element.src = src
    element.srcset = srcset
  }
  // The server's sizes limit the long side, but the short side has to fill the tile.
  const needed = `${Math.round(side * 1.5)}px`
  return (
    <>
      <img
        ref={picture}
        class="thumbnail"
        alt=""
        sizes={needed}
        srcset={isWanted ? `${small} 256w, ${thumbnailOf(item, 'w480h320')} 480w` : undefined}
        src={isWanted ? small : undefined}
        decoding="async"
        draggable={false}
        onError={() => void onError()}
      />
      {isBroken && <span class="broken-name">{item.name}</span>}
    </>
  )
}
