/** Geometry of a zoomed photo: sizes in CSS pixels, positions from the middle of the stage. */

export interface Point {
  x: number
  y: number
}

/** Position of the photo's middle, and its scale relative to the photo at rest. */
export interface View extends Point {
  scale: number
}

export interface Surroundings {
  /** Size of the photo at rest. */
  photo: { width: number; height: number }
  /** Size of the window and the position of its middle. */
  window: { width: number; height: number; middle: Point }
}

export const atRest: View = { scale: 1, x: 0, y: 0 }
export const largestScale = 6
/** Scale after a double tap or the key Z. */
export const closeScale = 2.5
export const stepScale = 1.5
/** Scale below which a pinch counts as accidental. */
const leastScale = 1.05

export function isAtRest({ scale }: View): boolean {
  return scale < leastScale
}

/** Zooms around a fixed point. */
export function zoomed(view: View, scale: number, around: Point): View {
  const factor = scale / view.scale
  return { scale, x: around.x - factor * (around.x - view.x), y: around.y - factor * (around.y - view.y) }
}

/** Returns the nearest valid view: no gap beside a photo larger than the window, and a smaller photo centred. */
export function settled(view: View, { photo, window }: Surroundings): View {
  const scale = Math.min(largestScale, view.scale)
  if (isAtRest({ ...view, scale })) return atRest
  const { x, y } = scale === view.scale ? view : zoomed(view, scale, window.middle)
  const roomX = Math.max(0, scale * photo.width - window.width) / 2
  const roomY = Math.max(0, scale * photo.height - window.height) / 2
  return {
    scale,
    x: between(x, window.middle.x - roomX, window.middle.x + roomX),
    y: between(y, window.middle.y - roomY, window.middle.y + roomY),
  }
}

export function distance(one: Point, other: Point): number {
  return Math.hypot(one.x - other.x, one.y - other.y)
}

function between(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
