/** Taps, clicks with a modifier, and long presses on a tile. */
import { useEffect, useRef } from 'preact/hooks'
import type { GridSelection } from './grid-props.ts'

export interface TileGestureActions {
  selection: Pick<GridSelection, 'size' | 'isOn' | 'toggle' | 'extendTo'> | null
  open(index: number): void
  /** Called with the tile that was used last, which the Tab key then reaches. */
  onTouch(index: number): void
}

interface Press {
  timer: ReturnType<typeof setTimeout> | undefined
  x: number
  y: number
  /** True after a long press, whose click must not open the photo. */
  wasLong: boolean
}

const longPressMs = 450
const steadyPixels = 10

/** Returns the listeners for the element that holds the tiles. */
export function useTileGestures({ selection, open, onTouch }: TileGestureActions) {
  const press = useRef<Press>({ timer: undefined, x: 0, y: 0, wasLong: false })
  const end = () => clearTimeout(press.current.timer)
  useEffect(() => end, [])

  return {
    onPointerDown({ pointerType, target, clientX: x, clientY: y }: PointerEvent) {
      end()
      const index = indexOf(target)
      press.current = { timer: undefined, x, y, wasLong: false }
      if (pointerType === 'mouse' || index === null || !selection) return
      press.current.timer = setTimeout(() => {
        press.current.wasLong = true
        onTouch(index)
        selection.toggle(index)
      }, longPressMs)
    },
    onPointerMove({ clientX, clientY }: PointerEvent) {
      const { x, y } = press.current
      if (Math.hypot(clientX - x, clientY - y) > steadyPixels) end()
    },
    onPointerUp: end,
    onPointerCancel: end,
    // A long press selects, so the browser's menu for links must not open.
    onContextMenu(event: MouseEvent) {
      const isTouch = 'pointerType' in event && event.pointerType !== 'mouse'
      if (selection && isTouch && indexOf(event.target) !== null) event.preventDefault()
    },
    onClick(event: MouseEvent) {
      const index = indexOf(event.target)
      if (index === null) return
      const { shiftKey, ctrlKey, metaKey } = event
      const hasModifier = shiftKey || ctrlKey || metaKey
      // For visitors a tile is a plain link, which a modifier opens in a new tab.
      if (hasModifier && !selection) return
      event.preventDefault()
      onTouch(index)
      if (press.current.wasLong) {
        press.current.wasLong = false
        return
      }
      if (selection && shiftKey) selection.extendTo(index)
      else if (selection && (hasModifier || ((selection.isOn || selection.size > 0) && event.detail > 0)))
        selection.toggle(index)
      else open(index)
    },
  }
}

function indexOf(target: EventTarget | null): number | null {
  const tile = target instanceof Element ? target.closest<HTMLElement>('a.tile') : null
  return tile?.dataset.index === undefined ? null : Number(tile.dataset.index)
}
