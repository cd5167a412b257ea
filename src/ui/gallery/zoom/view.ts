/** Where a zoomed photo lies: sizes in CSS pixels, positions from the middle of the stage. */

export interface Point {
  x: number
  y: number
}

/** The photo's middle, and how many times larger than at rest it is. */
export interface View extends Point {
  scale: number
}

export interface Surroundings {
  /** The photo as it is shown at rest. */
  photo: { width: number; height: number }
  /** What can be seen of it when it fills the window, and where the window's middle lies. */
  window: { width: number; height: number; middle: Point }
}

export const atRest: View = { scale: 1, x: 0, y: 0 }
export const largestScale = 6
/** What a double tap and the key Z zoom to. */
export const closeScale = 2.5
export const stepScale = 1.5
/** Below this a pinch was no wish to come closer. */
const leastScale = 1.05

export function isAtRest({ scale }: View): boolean {
  return scale < leastScale
}

/** Zooms so that what lies at `around` stays there. */
export function zoomed(view: View, scale: number, around: Point): View {
  const factor = scale / view.scale
  return { scale, x: around.x - factor * (around.x - view.x), y: around.y - factor * (around.y - view.y) }
}

/** The nearest view that leaves no gap which could be filled, and has in the middle what is smaller than the window. */
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
