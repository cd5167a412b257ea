/** How a picture goes into a box: the same for every reducer, so that all storages look alike. */

/** Pixels. */
export interface Size {
  width: number
  height: number
}

/**
 * The box turned to the photo's orientation: its long side lies along the photo's long side. A portrait photo in
 * 960x640 gets 640x960, as Dropbox does with `bestfit`; unturned it would be only 640 high.
 * `photo` is the upright photo.
 */
export function turnBox(box: Size, photo: Size): Size {
  const long = Math.max(box.width, box.height)
  const short = Math.min(box.width, box.height)
  return photo.height > photo.width ? { width: short, height: long } : { width: long, height: short }
}

/**
 * The long side of the photo after it was fitted into the turned box without enlarging: pixels, at least 1. It is the
 * same for a photo that lies on its side, so the EXIF orientation need not be known.
 */
export function fittedLongSide(box: Size, photo: Size): number {
  const long = Math.max(photo.width, photo.height)
  const short = Math.min(photo.width, photo.height)
  const scale = Math.min(1, Math.max(box.width, box.height) / long, Math.min(box.width, box.height) / short)
  // Rounded down, for rounding up could push the short side over its limit.
  return Math.max(1, Math.floor(long * scale))
}
