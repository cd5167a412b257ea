/** Closing a sheet by dragging it down. */
import type { RefObject } from 'preact'
import { useEffect, useRef } from 'preact/hooks'

/** Distance that closes the sheet: a share of its height, at most `pixels`. */
const enough = { part: 0.3, pixels: 160 }
/** Minimum speed and distance of a flick. */
const flick = { pixelsPerMs: 0.5, pixels: 24 }
/** Longest pause before the finger lifts for a movement to count as a flick. */
const restMs = 80
const settlingMs = 180

interface Drag {
  id: number
  startY: number
  y: number
  /** Speed of the latest move. */
  pixelsPerMs: number
  at: number
}

/** Lets a finger drag `sheet` down while its `.drag-handle` is visible. The sheet springs back after a short, slow drag. */
export function useDragDown(sheet: RefObject<HTMLElement | null>, onClose: () => void): void {
  const close = useRef(onClose)
  close.current = onClose
  useEffect(() => {
    const element = sheet.current
    if (!element) return
    const listening = new AbortController()
    const { signal } = listening
    let drag: Drag | null = null

    const wayOf = ({ y, startY }: Drag) => Math.max(0, y - startY)
    const settle = (isClosing: boolean, way: number) => {
      drag = null
      element.style.translate = ''
      if (way === 0) return
      if (matchMedia('(prefers-reduced-motion: reduce)').matches) return isClosing && close.current()
      const translate = [`0 ${way}px`, isClosing ? '0 100%' : '0 0']
      const moving = element.animate({ translate }, { duration: settlingMs, easing: 'ease-out' })
      if (isClosing) moving.onfinish = () => close.current()
    }
    const onDown = ({ target, isPrimary, pointerId, clientY, timeStamp }: PointerEvent) => {
      const isHandle = target instanceof Element && target.closest('.drag-handle, .sheet-head')
      const isVisible = element.querySelector('.drag-handle')?.clientHeight
      if (!isPrimary || !isHandle || !isVisible || target.closest('button, a')) return
      drag = { id: pointerId, startY: clientY, y: clientY, pixelsPerMs: 0, at: timeStamp }
    }
    const onMove = ({ pointerId, clientY, timeStamp }: PointerEvent) => {
      if (drag?.id !== pointerId) return
      const pixelsPerMs = (clientY - drag.y) / Math.max(1, timeStamp - drag.at)
      drag = { ...drag, y: clientY, pixelsPerMs, at: timeStamp }
      element.style.translate = `0 ${wayOf(drag)}px`
    }
    const onUp = ({ pointerId, timeStamp }: PointerEvent) => {
      if (drag?.id !== pointerId) return
      const way = wayOf(drag)
      const isFar = way >= Math.min(enough.pixels, element.clientHeight * enough.part)
      const isFlick =
        drag.pixelsPerMs >= flick.pixelsPerMs && way >= flick.pixels && timeStamp - drag.at <= restMs
      settle(isFar || isFlick, way)
    }
    const onCancel = ({ pointerId }: PointerEvent) => {
      if (drag?.id === pointerId) settle(false, wayOf(drag))
    }
    element.addEventListener('pointerdown', onDown, { signal })
    document.addEventListener('pointermove', onMove, { signal })
    document.addEventListener('pointerup', onUp, { signal })
    document.addEventListener('pointercancel', onCancel, { signal })
    return () => listening.abort()
  }, [sheet])
}
