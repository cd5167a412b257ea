/** Fits pictures into boxes. All reducers follow the same rule, so thumbnails look alike on every storage. */

/** Pixels. */
export interface Size {
  width: number
  height: number
}

/**
 * Turns the box so that its long side lies along the long side of the upright photo. A portrait photo in 960x640 gets
 * 640x960, as Dropbox does with `bestfit`; otherwise the photo would be only 640 high.
 */
export function turnBox(box: Size, photo: Size): Size {
  const long = Math.max(box.width, box.height)
  const short = Math.min(box.width, box.height)
  return photo.height > photo.width ? { width: short, height: long } : { width: long, height: short }
}

/**
 * Returns the long side of the photo after fitting into the turned box, in pixels and at least 1. Never enlarges.
 * Swapping width and height gives the same result, so callers need not know the EXIF orientation.
 */
export function fittedLongSide(box: Size, photo: Size): number {
  const long = Math.max(photo.width, photo.height)
  const short = Math.min(photo.width, photo.height)
  const scale = Math.min(1, Math.max(box.width, box.height) / long, Math.min(box.width, box.height) / short)
  // Round down: rounding up could push the short side over its limit.
  return Math.max(1, Math.floor(long * scale))
}

/** Returns the size of the photo after fitting into the turned box, in whole pixels and at least 1. Never enlarges. */
export function fittedSize(box: Size, photo: Size): Size {
  const turned = turnBox(box, photo)
  const scale = Math.min(1, turned.width / photo.width, turned.height / photo.height)
  const side = (length: number) => Math.max(1, Math.round(length * scale))
  return { width: side(photo.width), height: side(photo.height) }
}

/** Returns the smallest size that holds all these sizes. */
export function largestOf(sizes: readonly Size[]): Size {
  return {
    width: Math.max(...sizes.map(({ width }) => width)),
    height: Math.max(...sizes.map(({ height }) => height)),
  }
}
