/** A watermark as an overlay of the Images binding (https://developers.cloudflare.com/images/optimization/draw-overlays/). */
import type { Size } from '../../../base/picture/fit.ts'
import { placeOf } from '../../../base/picture/watermark-place.ts'
import type { Watermark } from '../../../ports/images.ts'

/** Options that bring an overlay to its size, larger or smaller. */
export interface OverlayShape extends Size {
  fit: 'contain'
}

export interface Overlay {
  png: Uint8Array<ArrayBuffer>
  shape: OverlayShape
  opacity: number
  /** Distance from the edges in pixels. */
  left: number
  top: number
}

/** Returns the overlay for a picture of this size; `null` if the picture is too small. */
export function overlayOf(mark: Watermark, picture: Size): Overlay | null {
  const place = placeOf(picture, mark)
  if (!place) return null
  const { left, top, width, height } = place
  return { png: mark.picture, shape: { width, height, fit: 'contain' }, opacity: mark.opacity, left, top }
}
