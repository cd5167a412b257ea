/** One photo of the grid: a link to it, whose picture is fetched only where somebody looks. */
import './tile.css'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import { CheckIcon } from '../../icons.tsx'
import { texts } from '../../texts.ts'
import { addressOf } from '../address.ts'
import { type Item, keyOf, type Query, thumbnailOf } from '../order.ts'
import type { Calm } from './calm.ts'
import type { PictureLimit } from './picture-limit.ts'

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
  /** Where tiles fly by, pictures are asked for when they have stood for a moment. */
  calm: Calm
  /** Where the server refuses pictures for a while, they wait and are asked for again. */
  limit: PictureLimit
  onCheck: (index: number, event: MouseEvent) => void
}

const labels = texts.grid

/** Most tiles stay as they are when the focus, a mark or the wall moves: they are drawn again only when one of these changes. */
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
        {...{ 'aria-label': labels.tile(item?.name ?? labels.onItsWay, index + 1, count) }}
        tabIndex={isActive ? 0 : -1}
        data-index={index}
        draggable={false}
      >
        {item && <TilePicture key={keyOf(item)} item={item} side={side} calm={calm} limit={limit} />}
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
          onClick={(event) => onCheck(index, event)}
        >
          <CheckIcon />
        </button>
      )}
    </div>
  )
}

/** A picture that fails so often although the server gives it is damaged. */
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
      // A picture that nobody waits for any more must not stand in the way of those that are looked at.
      element.removeAttribute('srcset')
      element.removeAttribute('src')
    }
  }, [soon])
  const small = thumbnailOf(item, 'w256h256')
  const onError = async () => {
    const pauses = limit.pauses
    const isWorthIt = await limit.failed(small)
    // A pause says nothing about this picture.
    if (limit.pauses === pauses && limit.pause() === null) tries.current++
    const element = picture.current
    if (!isWorthIt || tries.current > triesInAll || !element) return setBroken(true)
    // The same address again: the browser asks only when it is set anew.
    const { srcset, src } = element
    element.removeAttribute('srcset')
    element.src = src
    element.srcset = srcset
  }
  // The box takes a photo's long side; the tile is filled by its short one.
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
