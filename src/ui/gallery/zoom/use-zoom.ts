/** Zoom of a photo by double tap, pinch, wheel, keys and buttons. */
import type { RefObject } from 'preact'
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { useShortcuts } from '../../keyboard.ts'
import { listenToGestures } from './gestures.ts'
import {
  atRest,
  closeScale,
  isAtRest,
  type Point,
  type Surroundings,
  settled,
  stepScale,
  type View,
  zoomed,
} from './view.ts'

export interface Zoom {
  /** Scale of the photo, 1 at rest. Changes when a gesture ends. */
  scale: number
  isZoomed(): boolean
  /** Zooms in by a step, around the middle. */
  closer(): void
  /** Zooms out by a step. */
  further(): void
  /** Shows the whole photo. */
  leave(): void
}

const panPixels = 80

/** State of the full-size view in the browser's history. */
export interface CloseUpState {
  isOn: boolean
  /** Called when a zoom begins or ends here. */
  set(isOn: boolean): void
}

/** Zooms the `.picture` in `area`. A new `photo` resets the zoom. */
export function useZoom(
  area: RefObject<HTMLElement | null>,
  photo: string | null,
  closeUp: CloseUpState,
): Zoom {
  const [scale, setScale] = useState(1)
  const latest = useRef(closeUp)
  latest.current = closeUp
  const zoom = useMemo(
    () =>
      createZoom(area, (next) => {
        setScale(next)
        latest.current.set(next > 1)
      }),
    [area],
  )
  useLayoutEffect(() => {
    if (closeUp.isOn === zoom.isZoomed()) return
    // The browser has stepped back or forward.
    if (closeUp.isOn) zoom.toggle()
    else zoom.leave()
    // Without a picture, the zoom stays off.
    closeUp.set(zoom.isZoomed())
  }, [zoom, closeUp.isOn])
  // Resets the zoom before the new photo is painted.
  useLayoutEffect(() => () => zoom.leave(), [zoom, photo])
  // A layout effect, because keys may be pressed as soon as the photo is visible.
  useLayoutEffect(() => {
    if (!area.current || photo === null) return
    const listening = new AbortController()
    listenToGestures(area.current, zoom.handlers, listening.signal)
    addEventListener('resize', zoom.handlers.end, { signal: listening.signal })
    return () => listening.abort()
  }, [area, zoom, photo])
  const ifZoomed = (action: (event: KeyboardEvent) => void) => (event: KeyboardEvent) =>
    zoom.isZoomed() ? action(event) : false
  useShortcuts({
    zoom: photo !== null && zoom.toggle,
    zoomIn: photo !== null && zoom.closer,
    zoomOut: ifZoomed(zoom.further),
    zoomWhole: ifZoomed(zoom.leave),
    zoomPan: ifZoomed(({ key }) => zoom.pan(...panOf(key))),
  })
  const isIn = scale > 1
  const before = useRef<Element | null>(null)
  useLayoutEffect(() => {
    const stage = area.current
    if (!isIn || !stage) return
    // Makes elements that the photo covers unreachable by keyboard.
    const covered = [...(stage.parentElement?.children ?? [])].filter(
      (element): element is HTMLElement =>
        element instanceof HTMLElement && element !== stage && element.role !== 'status',
    )
    before.current = document.activeElement
    for (const element of covered) element.inert = true
    return () => {
      for (const element of covered) element.inert = false
      if (before.current instanceof HTMLElement && !stage.contains(before.current)) before.current.focus()
    }
  }, [area, isIn])
  return { scale, ...zoom }
}

function createZoom(area: RefObject<HTMLElement | null>, onScale: (scale: number) => void) {
  let view: View = atRest

  function draw(isMoving: boolean): void {
    const picture = area.current?.querySelector<HTMLElement>('.picture')
    if (!picture) return
    picture.classList.toggle('settling', !isMoving)
    const { x, y, scale } = view
    picture.style.transform = isMoving || scale > 1 ? `translate(${x}px, ${y}px) scale(${scale})` : ''
  }

  function show(next: View): void {
    const around = surroundings()
    if (!around) return
    view = settled(next, around)
    draw(false)
    onScale(view.scale)
  }

  function surroundings(): Surroundings | null {
    const stage = area.current
    const image = stage?.querySelector<HTMLImageElement>('img.picture')
    if (!stage || !image?.naturalWidth) return null
    const box = stage.getBoundingClientRect()
    const fit = Math.min(box.width / image.naturalWidth, box.height / image.naturalHeight)
    return {
      photo: { width: image.naturalWidth * fit, height: image.naturalHeight * fit },
      window: {
        width: innerWidth,
        height: innerHeight,
        middle: toStage({ x: innerWidth / 2, y: innerHeight / 2 }),
      },
    }
  }

  function toStage({ x, y }: Point): Point {
    const box = area.current?.getBoundingClientRect() ?? new DOMRect()
    return { x: x - box.x - box.width / 2, y: y - box.y - box.height / 2 }
  }

  const middle = () => toStage({ x: innerWidth / 2, y: innerHeight / 2 })
  const isZoomed = () => !isAtRest(view)
  return {
    isZoomed,
    closer: () => show(zoomed(view, view.scale * stepScale, middle())),
    further: () => show(zoomed(view, view.scale / stepScale, middle())),
    toggle: () => show(isZoomed() ? atRest : zoomed(view, closeScale, middle())),
    pan: (x: number, y: number) => show({ ...view, x: view.x + x, y: view.y + y }),
    leave() {
      const was = view
      view = atRest
      if (was !== atRest) {
        draw(false)
        onScale(1)
      }
    },
    handlers: {
      view: () => view,
      isZoomed,
      toStage,
      follow(next: View) {
        view = next
        draw(true)
      },
      end() {
        if (view !== atRest) show(view)
      },
      toggle: (at: Point) => show(isZoomed() ? atRest : zoomed(view, closeScale, toStage(at))),
    },
  }
}

/** Returns the movement for an arrow key, which reveals the part of the photo on its side. */
function panOf(key: string): [x: number, y: number] {
  const x = { ArrowLeft: panPixels, ArrowRight: -panPixels }[key] ?? 0
  const y = { ArrowUp: panPixels, ArrowDown: -panPixels }[key] ?? 0
  return [x, y]
}
