/** Sizes and fits to ask the Images binding for. Every size is computed here, because the service rounds by rules of its own. */
import { fittedLongSide, fittedSize, type Size } from '../../../base/picture/fit.ts'
import { layoutOf } from '../../../base/picture/layout.ts'
import type { PictureBox } from '../../../ports/images.ts'

/** Options of a transformation (https://developers.cloudflare.com/images/transform-images/bindings/). */
export interface Shape extends Size {
  fit: 'scale-down' | 'pad' | 'cover'
  /** Colour of the border of `pad`, and behind transparent parts. */
  background?: string
}

/** Checks if the box demands neither a ratio nor a file size. */
export function isPlain({ maxBytes, ratio }: PictureBox): boolean {
  return maxBytes === undefined && ratio === undefined
}

/** Returns the shape of a whole photo with this long side, for either orientation. */
export function whole(longSide: number): Shape {
  return { width: longSide, height: longSide, fit: 'scale-down' }
}

/** Returns the long side of the whole photo that the box needs. Takes the size as stored, so it allows for both orientations. */
export function longSide(box: PictureBox, stored: Size): number {
  if (!box.ratio) return fittedLongSide(box, stored)
  const turned = { width: stored.height, height: stored.width }
  const sizes = [layoutOf(box, stored, box.ratio).photo, layoutOf(box, turned, box.ratio).photo]
  return Math.max(...sizes.flatMap(({ width, height }) => [width, height]))
}

/** Returns the size of the original in the orientation of a picture that the service has made of it. */
export function uprightSize({ width, height }: Size, made: Size): Size {
  const isTurned = width > height !== made.width > made.height && made.width !== made.height
  return isTurned ? { width: height, height: width } : { width, height }
}

/** Returns the shape for the box, with sides of `scale`. */
export function shapeOf(box: PictureBox, original: Size, scale: number): Shape {
  const { ratio } = box
  if (!ratio) return whole(scaled(fittedLongSide(box, original), scale))
  const { canvas } = layoutOf(box, original, ratio)
  const smaller = { width: scaled(canvas.width, scale), height: scaled(canvas.height, scale) }
  const layout = scale === 1 ? { canvas } : layoutOf(smaller, original, ratio)
  if (ratio.fit === 'crop') return { ...layout.canvas, fit: 'cover' }
  return { ...layout.canvas, fit: 'pad', background: ratio.colour }
}

/** Returns the size of the picture that {@link shapeOf} asks for. Without a ratio, the service may round by a pixel. */
export function canvasOf(box: PictureBox, original: Size, scale: number): Size {
  const { width, height, fit } = shapeOf(box, original, scale)
  return fit === 'scale-down' ? fittedSize({ width, height }, original) : { width, height }
}

const scaled = (side: number, scale: number) => Math.max(1, Math.floor(side * scale))
