/** Lays a photo out in a box whose result needs a certain ratio of width to height, with a border or a cut if necessary. */
import { fittedSize, type Size, turnBox } from './fit.ts'

/** Allowed ratios of width to height. */
export interface RatioRange {
  min: number
  max: number
  fit: 'pad' | 'crop'
}

export interface Layout {
  /** Size of the result. */
  canvas: Size
  /**
   * Size of the whole photo in the result, in the middle of the canvas. Larger than the canvas where the photo is cropped, smaller where it
   * gets a border.
   */
  photo: Size
}

/**
 * Returns the layout of an upright photo in the turned box, in whole pixels and at least 1. Never enlarges the photo. The canvas has a
 * ratio within `ratio` also after rounding, because platforms compare exactly.
 */
export function layoutOf(box: Size, photo: Size, ratio?: RatioRange): Layout {
  if (!ratio) {
    const size = fittedSize(box, photo)
    return { canvas: size, photo: size }
  }
  const own = photo.width / photo.height
  const wanted = Math.min(Math.max(own, ratio.min), ratio.max)
  const isPadded = ratio.fit === 'pad' && wanted !== own
  const ideal = withRatio(photo, wanted, isPadded)
  const turned = turnBox(box, ideal)
  const scale = Math.min(1, turned.width / ideal.width, turned.height / ideal.height)
  const bounds = isPadded ? turned : smallerOf(turned, photo)
  const canvas = wholeSize({ width: ideal.width * scale, height: ideal.height * scale }, bounds, ratio)
  if (wanted === own) return { canvas, photo: canvas }
  return { canvas, photo: isPadded ? contained(photo, canvas) : covering(photo, canvas) }
}

/** Returns the smallest size around the photo, or the largest within it, with this ratio. */
function withRatio({ width, height }: Size, ratio: number, isAround: boolean): Size {
  const isTooNarrow = width / height < ratio
  return isTooNarrow === isAround ? { width: height * ratio, height } : { width, height: width / ratio }
}

function smallerOf(one: Size, other: Size): Size {
  return { width: Math.min(one.width, other.width), height: Math.min(one.height, other.height) }
}

/** Returns the largest whole size near `ideal` within the bounds, with an allowed ratio. Falls back to rounding if there is none. */
function wholeSize(ideal: Size, bounds: Size, { min, max }: RatioRange): Size {
  const ratio = ideal.width / ideal.height
  // Rounding up keeps the full width of a wide picture. The tolerance is for errors of floating-point numbers.
  const tallest = Math.max(1, Math.min(Math.ceil(ideal.height - 1e-6), bounds.height))
  for (let height = tallest; height >= 1; height--) {
    const nearest = Math.min(Math.round(ratio * height), bounds.width)
    const width = [nearest, nearest + 1, nearest - 1].find(
      (side) => side >= 1 && side <= bounds.width && side / height >= min && side / height <= max,
    )
    if (width) return { width, height }
  }
  return { width: Math.max(1, Math.min(Math.round(ideal.width), bounds.width)), height: tallest }
}

function contained(photo: Size, canvas: Size): Size {
  const scale = Math.min(1, canvas.width / photo.width, canvas.height / photo.height)
  return { width: wholeSide(photo.width * scale), height: wholeSide(photo.height * scale) }
}

function covering(photo: Size, canvas: Size): Size {
  const scale = Math.max(canvas.width / photo.width, canvas.height / photo.height)
  return {
    width: Math.max(canvas.width, wholeSide(photo.width * scale)),
    height: Math.max(canvas.height, wholeSide(photo.height * scale)),
  }
}

const wholeSide = (length: number) => Math.max(1, Math.round(length))
