/** Swiping up keeps a photo, swiping down removes it: a longer way than to the next one, and it says so while the finger is down. */
import './curate-swipe.css'
import { useLayoutEffect, useRef } from 'preact/hooks'
import { KeepIcon, RemoveIcon } from '../../icons.tsx'
import { texts } from '../../texts.ts'

export interface CurateSwipeProps {
  /** Which photo is under the finger. A swipe that began on another one ends. */
  photo: string
  /** `null`: off for this gallery, or nothing to do it with. */
  onKeep: (() => void) | null
  onRemove: (() => void) | null
}

/** Until here it may become anything. Pixels. */
const undecided = 12
/** A part of the stage's height, and a length that a thumb does not do by accident. */
const enough = { part: 0.2, pixels: 110 }

type Way = 'keep' | 'remove'
const words = texts.workbench.swipe

/**
 * Listens before the stage does, and takes only what goes clearly up or down: a swipe sideways, a zoomed page, a second finger and
 * whatever lies on the stage keep their meaning. The style leaves such panning to the page where it has to scroll.
 */
export function CurateSwipe({ photo, onKeep, onRemove }: CurateSwipeProps) {
  const sign = useRef<HTMLParagraphElement>(null)
  const cancel = useRef(() => {})
  // Both before anything is painted: the finger may be lifted as soon as another photo is seen.
  useLayoutEffect(() => () => cancel.current(), [photo])
  useLayoutEffect(() => {
    const listening = new AbortController()
    const options = { capture: true, signal: listening.signal }
    let start: { id: number; x: number; y: number; stage: HTMLElement; isOurs: boolean } | null = null

    const actionOf = (distance: number) => (distance < 0 ? onKeep : onRemove)
    const show = (distance: number, stage: HTMLElement) => {
      const picture = stage.querySelector<HTMLElement>('.picture')
      if (picture) picture.style.transform = distance === 0 ? '' : `translateY(${distance}px)`
      const element = sign.current
      if (!element) return
      element.hidden = distance === 0
      if (distance === 0) return
      const way: Way = distance < 0 ? 'keep' : 'remove'
      const part = Math.abs(distance) / threshold(stage)
      element.dataset.way = way
      element.dataset.armed = String(part >= 1)
      element.style.setProperty('--part', String(Math.min(1, part)))
    }
    const end = () => {
      if (start) show(0, start.stage)
      start = null
    }
    cancel.current = end

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
        if (Math.hypot(dx, dy) < undecided) return
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
      if (Math.abs(distance) >= threshold(stage)) actionOf(distance)?.()
    }
    document.addEventListener('pointerdown', onDown, options)
    document.addEventListener('pointermove', onMove, options)
    document.addEventListener('pointerup', onUp, options)
    document.addEventListener('pointercancel', (event) => event.isTrusted && end(), options)
    return () => {
      end()
      listening.abort()
    }
  }, [onKeep, onRemove])
  return (
    <p class="swipe-sign" ref={sign} hidden aria-hidden="true">
      <span class="to-keep">
        <KeepIcon />
        <span class="not-yet">{words.keep}</span>
        <span class="armed">{words.keepNow}</span>
      </span>
      <span class="to-remove">
        <RemoveIcon />
        <span class="not-yet">{words.remove}</span>
        <span class="armed">{words.removeNow}</span>
      </span>
    </p>
  )
}

function threshold(stage: HTMLElement): number {
  return Math.max(enough.pixels, stage.clientHeight * enough.part)
}
