/** Gestures of fingers, mouse and wheel that zoom and pan a photo. */
import { createDoubleTap } from './double-tap.ts'
import { distance, type Point, type View, zoomed } from './view.ts'

export interface ZoomHandlers {
  view(): View
  isZoomed(): boolean
  /** Converts window coordinates to coordinates from the middle of the stage. */
  toStage(point: Point): Point
  /** Shows the view during a gesture. */
  follow(view: View): void
  /** Called when a gesture has ended. */
  end(): void
  /** Zooms in at this point, or out again. */
  toggle(at: Point): void
}

/** Maximum movement of a tap. */
const maxTapPx = 10

/** Listens until `signal` aborts. A single pointer pans a zoomed photo, two pointers pinch. */
export function listenToGestures(area: HTMLElement, handlers: ZoomHandlers, signal: AbortSignal): void {
  const pointers = new Map<number, Point>()
  const taps = createDoubleTap()
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
    if (other) handlers.follow(pinched(handlers, before, now, other))
    else if (handlers.isZoomed()) handlers.follow(panned(handlers.view(), before, now))
  }

  function onUp(event: PointerEvent): void {
    if (!pointers.delete(event.pointerId)) return
    const point = { x: event.clientX, y: event.clientY }
    const isTap = down !== null && distance(down, point) < maxTapPx
    if (pointers.size === 0) handlers.end()
    // For a mouse, the browser's `dblclick` follows the double-click speed of the system.
    if (!isTap || isMouse) taps.forget()
    else if (taps.lifted(point, event.timeStamp)) handlers.toggle(point)
  }

  function onCancel({ pointerId }: PointerEvent): void {
    if (pointers.delete(pointerId) && pointers.size === 0) handlers.end()
  }

  function onDoubleClick(event: MouseEvent): void {
    if (isMouse && isOnPhoto(event)) handlers.toggle({ x: event.clientX, y: event.clientY })
  }

  /** Handles the wheel. With Ctrl, the event is a pinch on a trackpad; otherwise it pans a zoomed photo. */
  function onWheel(event: WheelEvent): void {
    if (!isOnPhoto(event) || (!event.ctrlKey && !handlers.isZoomed())) return
    event.preventDefault()
    if (event.ctrlKey) {
      const scale = Math.max(1, handlers.view().scale * Math.exp(-event.deltaY / 200))
      handlers.follow(
        zoomed(handlers.view(), scale, handlers.toStage({ x: event.clientX, y: event.clientY })),
      )
    } else handlers.follow(panned(handlers.view(), { x: event.deltaX, y: event.deltaY }, { x: 0, y: 0 }))
    handlers.end()
  }
}

/** False for buttons and notices over the photo. */
function isOnPhoto({ target }: Event): boolean {
  return target instanceof Element && target.closest('button, a, .notice') === null
}

/** Moves the view by the distance between two points. */
function panned(view: View, from: Point, to: Point): View {
  return { ...view, x: view.x + to.x - from.x, y: view.y + to.y - from.y }
}

/** Zooms after one of two fingers has moved, so that the photo stays under both. */
function pinched({ view, toStage }: ZoomHandlers, before: Point, now: Point, other: Point): View {
  const factor = distance(now, other) / Math.max(1, distance(before, other))
  const to = middle(now, other)
  const moved = panned(view(), middle(before, other), to)
  return zoomed(moved, Math.max(0.5, moved.scale * factor), toStage(to))
}

function middle(one: Point, other: Point): Point {
  return { x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 }
}
