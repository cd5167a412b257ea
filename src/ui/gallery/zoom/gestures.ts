/** Fingers, mouse and wheel on a photo that can be zoomed. */
import { type Point, type View, zoomed } from './view.ts'

export interface ZoomHandlers {
  view(): View
  isZoomed(): boolean
  /** From the window to the middle of the stage. */
  toStage(point: Point): Point
  /** Follows a gesture. */
  follow(view: View): void
  /** A gesture has ended. */
  end(): void
  /** In, or out again, at this point. */
  toggle(at: Point): void
}

/** Two taps closer than this in time (ms) and space (px) are one double tap. */
const doubleTap = { ms: 300, px: 30 }
/** What moves further was no tap. */
const tapPx = 10

/** Listens until `signal` ends it. One pointer pans what is zoomed, two pinch. */
export function listenToGestures(area: HTMLElement, handlers: ZoomHandlers, signal: AbortSignal): void {
  const pointers = new Map<number, Point>()
  let lastTap: (Point & { time: number }) | null = null
  let down: Point | null = null
  let isMouse = false

  area.addEventListener('pointerdown', onDown, { signal })
  area.addEventListener('pointermove', onMove, { signal })
  area.addEventListener('pointerup', onUp, { signal })
  area.addEventListener('pointercancel', onCancel, { signal })
  area.addEventListener('dblclick', onDoubleClick, { signal })
  area.addEventListener('wheel', onWheel, { signal, passive: false })

  function onDown(event: PointerEvent): void {
    if (!isOnPhoto(event) || event.button !== 0) return
    isMouse = event.pointerType === 'mouse'
    const point = { x: event.clientX, y: event.clientY }
    down = pointers.size === 0 ? point : null
    pointers.set(event.pointerId, point)
    if (pointers.size === 2 || handlers.isZoomed()) area.setPointerCapture(event.pointerId)
  }

  function onMove(event: PointerEvent): void {
    const before = pointers.get(event.pointerId)
    if (!before) return
    const now = { x: event.clientX, y: event.clientY }
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1]
    pointers.set(event.pointerId, now)
    if (other) handlers.follow(pinched(before, now, other))
    else if (handlers.isZoomed()) handlers.follow(moved(now.x - before.x, now.y - before.y))
  }

  /** One finger of two has moved: what lay between them still does. */
  function pinched(before: Point, now: Point, other: Point): View {
    const factor = distance(now, other) / Math.max(1, distance(before, other))
    const from = middle(before, other)
    const to = middle(now, other)
    const view = moved(to.x - from.x, to.y - from.y)
    return zoomed(view, Math.max(0.5, view.scale * factor), handlers.toStage(to))
  }

  function moved(x: number, y: number): View {
    const view = handlers.view()
    return { ...view, x: view.x + x, y: view.y + y }
  }

  function onUp(event: PointerEvent): void {
    if (!pointers.delete(event.pointerId)) return
    const point = { x: event.clientX, y: event.clientY }
    const isTap = down !== null && distance(down, point) < tapPx
    if (pointers.size === 0) handlers.end()
    // A mouse has a double click of its own, in the time that its owner needs.
    if (!isTap || isMouse) {
      lastTap = null
      return
    }
    const time = event.timeStamp
    if (lastTap && time - lastTap.time < doubleTap.ms && distance(lastTap, point) < doubleTap.px) {
      lastTap = null
      handlers.toggle(point)
    } else lastTap = { ...point, time }
  }

  function onCancel({ pointerId }: PointerEvent): void {
    if (pointers.delete(pointerId) && pointers.size === 0) handlers.end()
  }

  function onDoubleClick(event: MouseEvent): void {
    if (isMouse && isOnPhoto(event)) handlers.toggle({ x: event.clientX, y: event.clientY })
  }

  /** Pinching on a trackpad arrives as a wheel with Ctrl. Without it the wheel pans what is zoomed. */
  function onWheel(event: WheelEvent): void {
    if (!isOnPhoto(event) || (!event.ctrlKey && !handlers.isZoomed())) return
    event.preventDefault()
    if (event.ctrlKey) {
      const scale = Math.max(1, handlers.view().scale * Math.exp(-event.deltaY / 200))
      handlers.follow(
        zoomed(handlers.view(), scale, handlers.toStage({ x: event.clientX, y: event.clientY })),
      )
    } else handlers.follow(moved(-event.deltaX, -event.deltaY))
    handlers.end()
  }
}

/** Buttons and notices over the photo are no part of it. */
function isOnPhoto({ target }: Event): boolean {
  return target instanceof Element && target.closest('button, a, .notice') === null
}

function distance(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y)
}

function middle(one: Point, other: Point): Point {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 }
}
