/** Draws a watermark with libvips over finished pixels. Only the part below the watermark is composed. */
import sharp from 'sharp'
import { PublisherError } from '../../base/errors.ts'
import { type Place, placeOf } from '../../base/picture/watermark-place.ts'
import type { Watermark } from '../../ports/images.ts'
import type { Pixels } from './sharp-target.ts'

/** Draws over `pixels` in place. Throws `watermark_unavailable` for a picture of a watermark that cannot be opened. */
export async function drawWatermark(pixels: Pixels, mark: Watermark): Promise<void> {
  const place = placeOf(pixels.info, mark)
  if (!place) return
  const { width, height, channels } = pixels.info
  const part = sharp(pixels.data, { raw: { width, height, channels } })
    .extract(place)
    .composite([{ input: await overlayOf(mark, place), raw: { ...sizeOf(place), channels: 4 } }])
  const drawn = await (channels === 4 ? part : part.removeAlpha()).raw().toBuffer()
  const row = place.width * channels
  for (let line = 0; line < place.height; line++) {
    const at = ((place.top + line) * width + place.left) * channels
    pixels.data.set(drawn.subarray(line * row, (line + 1) * row), at)
  }
}

/** Returns the watermark as pixels with transparency, in its size in the picture. */
async function overlayOf({ picture, opacity }: Watermark, place: Place): Promise<Buffer> {
  try {
    const pixels = await sharp(picture)
      .resize({ ...sizeOf(place), fit: 'fill' })
      .toColourspace('srgb')
      .ensureAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer()
    for (let at = 3; at < pixels.length; at += 4) pixels[at] = Math.round((pixels[at] ?? 0) * opacity)
    return pixels
  } catch (error) {
    throw new PublisherError('watermark_unavailable', 'The picture of the watermark cannot be opened.', {
      cause: error,
    })
  }
}

const sizeOf = ({ width, height }: Place) => ({ width, height })
