/** Sideways swipes over an element, during which the picture follows the finger. */
import type { RefObject } from 'preact'
import { useEffect } from 'preact/hooks'

export interface SwipeActions {
  left: () => void
  right: () => void
  /** Disables swipes while it returns true. */
  isOff: () => boolean
}

const enoughPixels = 56

/**
 * Calls back for a swipe by finger or pen over `area`, whose child `.picture` follows the finger. The area's style leaves vertical
 * panning to the browser (`touch-action: pan-y`). On a zoomed page, the browser pans in every direction.
 */
export function useSwipe(area: RefObject<HTMLElement | null>, { left, right, isOff }: SwipeActions): void {
  useEffect(() => {
    const element = area.current
    if (!element) return
    const listening = new AbortController()
    const { signal } = listening
    let start: { id: number; x: number } | null = null

    const follow = (distance: number) => {
      const picture = element.querySelector<HTMLElement>('.picture')
      if (picture) picture.style.transform = distance === 0 ? '' : `translateX(${distance}px)`
    }
    const onDown = ({ pointerType, pointerId, clientX, isPrimary }: PointerEvent) => {
      const isZoomed = (visualViewport?.scale ?? 1) > 1.01 || isOff()
      // A second finger makes a pinch.
      if (!isPrimary && start) follow(0)
      start = pointerType === 'mouse' || !isPrimary || isZoomed ? null : { id: pointerId, x: clientX }
    }
    const onMove = ({ pointerId, clientX }: PointerEvent) => {
      if (start?.id === pointerId) follow(clientX - start.x)
    }
    const onUp = ({ pointerId, clientX }: PointerEvent) => {
      if (start?.id !== pointerId) return
      const distance = clientX - start.x
      start = null
      follow(0)
      if (distance <= -enoughPixels) left()
      if (distance >= enoughPixels) right()
    }
    const onCancel = () => {
      start = null
      follow(0)
    }
    element.addEventListener('pointerdown', onDown, { signal })
    element.addEventListener('pointermove', onMove, { signal })
    element.addEventListener('pointerup', onUp, { signal })
    element.addEventListener('pointercancel', onCancel, { signal })
    return () => listening.abort()
  }, [area, left, right, isOff])
}
