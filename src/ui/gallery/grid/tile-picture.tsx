/** Picture of a tile over its placeholder. Gives up its request when the tile leaves the window before the picture came. */
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { useArrival } from '../arrival.ts'
import { Blurred } from '../blurred.tsx'
import { type Item, thumbnailOf } from '../order.ts'
import type { PictureSupply } from './picture-supply.ts'

export interface TilePictureProps {
  item: Item
  /** Width and height in CSS pixels. */
  side: number
  /** True if the tile is in the window, false in the spare rows beside it. */
  isInSight: boolean
  supply: PictureSupply
}

/** Attempts after which a picture that the server does send counts as damaged. */
const triesInAll = 3

export function TilePicture({ item, side, isInSight, supply }: TilePictureProps) {
  const picture = useRef<HTMLImageElement>(null)
  const { arrival, fade, ...arriving } = useArrival()
  const [isBroken, setBroken] = useState(false)
  const isAwaited = arrival === 'awaited' && !isBroken
  const isAsked = useTurn({ isInSight, isAwaited, supply })
  useEffect(() => cancelOnLeaving(picture.current), [isAsked])
  const small = thumbnailOf(item, 'w256h256')
  const onError = useRetries(picture, small, supply, () => setBroken(true))
  // The server's sizes limit the long side, but the short side has to fill the tile.
  const needed = `${Math.round(side * 1.5)}px`
  return (
    <>
      {item.placeholder && arrival !== 'there' && !isBroken && (
        <Blurred class="blurred" placeholder={item.placeholder} />
      )}
      <img
        // A new element, because Preact empties `src` instead of removing it, which counts as a broken picture.
        key={String(isAsked)}
        ref={picture}
        class={`thumbnail ${fade}`}
        alt=""
        sizes={needed}
        srcset={isAsked ? `${small} 256w, ${thumbnailOf(item, 'w480h320')} 480w` : undefined}
        src={isAsked ? small : undefined}
        decoding="async"
        fetchpriority={isInSight ? 'high' : 'low'}
        draggable={false}
        onLoad={arriving.onLoad}
        onAnimationEnd={arriving.onAnimationEnd}
        onError={() => void onError()}
      />
      {isBroken && <span class="broken-name">{item.name}</span>}
    </>
  )
}

interface Turn extends Pick<TilePictureProps, 'isInSight' | 'supply'> {
  /** True until the picture has arrived or is broken. */
  isAwaited: boolean
}

/** True once the picture may be requested. False again if the tile leaves the window before the picture came. */
function useTurn({ isInSight, isAwaited, supply }: Turn): boolean {
  const { limit, calm, turns } = supply
  const [soon] = useState(() => limit.pause() ?? calm.soon())
  const [isAsked, setAsked] = useState(soon === null && isInSight)
  // A layout effect, so that all tiles in sight are known before the tiles outside look for their turn.
  useLayoutEffect(() => (isInSight && isAwaited ? turns.begin() : undefined), [isInSight, isAwaited, turns])
  useEffect(() => {
    if (!isAwaited) return
    let isGone = false
    let cancel = () => {}
    const ask = () => setAsked(true)
    if (!isInSight) setAsked(false)
    void (async () => {
      await soon
      if (isGone) return
      if (isInSight) ask()
      else cancel = turns.whenIdle(ask)
    })()
    return () => {
      isGone = true
      cancel()
    }
  }, [soon, isInSight, isAwaited, turns])
  return isAsked
}

/** Returns a handler of errors. It repeats the request where that is worthwhile, and calls `onBroken` otherwise. */
function useRetries(
  picture: { readonly current: HTMLImageElement | null },
  address: string,
  { limit }: PictureSupply,
  onBroken: () => void,
): () => Promise<void> {
  const tries = useRef(1)
  return async () => {
    const pauses = limit.pauses
    const isWorthIt = await limit.failed(address)
    // A pause does not count as an attempt.
    if (limit.pauses === pauses && limit.pause() === null) tries.current++
    const element = picture.current
    if (!isWorthIt || tries.current > triesInAll || !element) return onBroken()
    // Sets the same address again, which makes the browser repeat the request.
    const { srcset, src } = element
    element.removeAttribute('srcset')
    element.src = src
    element.srcset = srcset
  }
}

/** Returns a function that cancels the request, so that it does not delay pictures in view. */
function cancelOnLeaving(element: HTMLImageElement | null): () => void {
  return () => {
    if (!element || element.complete) return
    element.removeAttribute('srcset')
    element.removeAttribute('src')
  }
}
