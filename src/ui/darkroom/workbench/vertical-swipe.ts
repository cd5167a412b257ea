/** Vertical swipes over a photo. */

export interface VerticalSwipe {
  /** Returns the action of a swipe of this distance in pixels (up is negative), or `null`. */
  actionOf(distance: number): (() => void) | null
  /** Shows the progress of the swipe in pixels; 0 when it has ended. */
  show(distance: number, stage: HTMLElement): void
}

/** Distance below which the direction of a movement is undecided. */
const undecidedPx = 12
/** Minimum length of a swipe: a share of the stage's height, and at least a length that no thumb reaches by accident. */
const enough = { part: 0.2, pixels: 110 }

/** Returns the minimum length of a swipe over this stage in pixels. */
export function thresholdOf(stage: HTMLElement): number {
  return Math.max(enough.pixels, stage.clientHeight * enough.part)
}

/**
 * Listens in the capture phase until `signal` aborts. Handles only clearly vertical movements. Sideways swipes, a zoomed page, a second
 * finger and buttons keep their meaning. Where the page has to scroll, the style leaves vertical panning to the browser. Returns a
 * function that ends the swipe under way.
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
    // A second finger makes a pinch.
    if (!event.isPrimary || event.pointerType === 'mouse' || !stage || isZoomed) return end()
    // A zoomed picture pans, and buttons get their click.
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
      // Makes the stage drop the touch that it has already seen.
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
