/** Blurred picture of a photo, painted from its placeholder (ThumbHash) without a request. */
import { useLayoutEffect, useRef } from 'preact/hooks'
import { thumbHashToRGBA } from 'thumbhash'

export interface BlurredProps {
  class: string
  /** ThumbHash in base64url. A damaged text paints nothing. */
  placeholder: string
  /** Width divided by height, for the style sheet; by default the rough ratio of the placeholder. */
  ratio?: number | null | undefined
}

export function Blurred({ class: name, placeholder, ratio }: BlurredProps) {
  const canvas = useRef<HTMLCanvasElement>(null)
  useLayoutEffect(() => {
    const paint = () => {
      const element = canvas.current
      const pixels = pixelsOf(placeholder)
      if (!element || !pixels) return
      element.width = pixels.width
      element.height = pixels.height
      // A data URL would be decoded later.
      element.getContext('2d')?.putImageData(pixels, 0, 0)
      element.style.setProperty('--ratio', String(ratio ?? pixels.width / pixels.height))
    }
    if (waiting.add(paint).size === 1) requestAnimationFrame(paintSome)
    return () => void waiting.delete(paint)
  }, [placeholder, ratio])
  return <canvas class={name} ref={canvas} width={0} height={0} />
}

const waiting = new Set<() => void>()
/** Time for placeholders before each frame, so that a screen of new tiles delays no input. */
const paintMs = 4

function paintSome(): void {
  const end = performance.now() + paintMs
  for (const paint of waiting) {
    if (performance.now() > end) return void requestAnimationFrame(paintSome)
    waiting.delete(paint)
    paint()
  }
}

/** Returns up to 32 x 32 pixels; `null` for a text that is no placeholder. */
function pixelsOf(placeholder: string): ImageData | null {
  try {
    const binary = atob(placeholder.replaceAll('-', '+').replaceAll('_', '/'))
    const { w, h, rgba } = thumbHashToRGBA(Uint8Array.from(binary, (character) => character.charCodeAt(0)))
    return new ImageData(new Uint8ClampedArray(rgba), w, h)
  } catch {
    return null
  }
}
