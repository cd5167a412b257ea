/** Follows a finger that moves a photo clearly up or down. */

export interface VerticalSwipe {
  /** Gives the action of a swipe over this distance in pixels: up is negative. `null` where there is none. */
  actionOf(distance: number): (() => void) | null
  /** Shows how far the swipe is. A distance of 0: it has ended. */
  show(distance: number, stage: HTMLElement): void
}

/** Pixels within which a movement may still become anything. */
const undecidedPx = 12
/** Length of a swipe that counts: a part of the stage's height, and a length that a thumb does not reach by accident. */
const enough = { part: 0.2, pixels: 110 }

/** Length in pixels from which a swipe over this stage counts. */
export function thresholdOf(stage: HTMLElement): number {
  return Math.max(enough.pixels, stage.clientHeight * enough.part)
}

/**
 * Listens before the stage does, until `signal` ends it. Takes only what goes clearly up or down: a swipe sideways, a zoomed page,
 * a second finger and buttons keep their meaning. The style leaves such panning to the page where it has to scroll. Gives a function
 * that ends the swipe under way.
 */
export function listenToVerticalSwipes({ actionOf, show }: VerticalSwipe, signal: AbortSignal): () => void {
  const options = { capture: true, signal }
  let start: { id: number; x: number; y: number; stage: HTMLElement; isOurs: boolean } | null = null

  const end = () => {
    if (start) show(0, start.stage)
    start = null
  }
  const onDown = (event: PointerEvent) => {
    const stage = event.target instanceof Element ? event.target.closest<HTMLElement>('.stage') : null
    const isZoomed = (visualViewport?.scale ?? 1) > 1.01
    // A second finger is a pinch.
    if (!event.isPrimary || event.pointerType === 'mouse' || !stage || isZoomed) return end()
    // A zoomed picture is panned, and buttons are pressed.
    if (event.target instanceof Element && event.target.closest('button, a, .zoomed')) return end()
    start = { id: event.pointerId, x: event.clientX, y: event.clientY, stage, isOurs: false }
  }
  const onMove = (event: PointerEvent) => {
    if (start?.id !== event.pointerId) return
    const [dx, dy] = [event.clientX - start.x, event.clientY - start.y]
    if (!start.isOurs) {
      if (Math.hypot(dx, dy) < undecidedPx) return
      const goesUpOrDown = Math.abs(dy) > 1.5 * Math.abs(dx)
      if (!goesUpOrDown || !actionOf(dy)) {
        start = null
        return
      }
      start.isOurs = true
      // The stage forgets the finger that it has seen coming down.
      start.stage.dispatchEvent(new PointerEvent('pointercancel', { pointerId: event.pointerId }))
    }
    event.stopPropagation()
    show(actionOf(dy) ? dy : 0, start.stage)
  }
  const onUp = (event: PointerEvent) => {
    if (start?.id !== event.pointerId) return
    const { isOurs, stage, y } = start
    const distance = event.clientY - y
    end()
    if (!isOurs) return
    event.stopPropagation()
    if (Math.abs(distance) >= thresholdOf(stage)) actionOf(distance)?.()
  }
  document.addEventListener('pointerdown', onDown, options)
  document.addEventListener('pointermove', onMove, options)
  document.addEventListener('pointerup', onUp, options)
  document.addEventListener('pointercancel', (event) => event.isTrusted && end(), options)
  return end
}
