/** Reduces a JPEG, PNG or WebP with libvips, and repairs JPEGs that phones write incorrectly. */
import sharp, { type Metadata, type Sharp } from 'sharp'
import { largestOf, type Size } from '../../base/picture/fit.ts'
import type { ReducedImage } from '../../ports/images.ts'
import { orUnreadable } from './sharp-errors.ts'
import { withEndMark, withScanHeader } from './sharp-source.ts'
import { createPixelEncoder, finished, isStreamable, reduced, streamed, type Target } from './sharp-target.ts'

/** Reads the header with libvips, which inflates the text and profiles of a PNG. */
export async function inspect(original: Uint8Array): Promise<Metadata> {
  // sharp's own limit would throw an error without a reason.
  return orUnreadable(() => sharp(original, { limitInputPixels: false }).metadata())
}

/**
 * Encodes the picture for each target, in sRGB without metadata. Decodes the original once: with several targets, all are made from the
 * pixels of the largest. Throws `photo_unreadable`, or `busy` after 10 s for the decode or a single target.
 */
export async function encodeAll(
  original: Uint8Array<ArrayBuffer>,
  picture: Metadata,
  targets: readonly Target[],
): Promise<ReducedImage[]> {
  const decode = (size: Size, output: (upright: Sharp) => Sharp) =>
    withRepairs(original, (bytes) => {
      const whole = sharp(bytes, { failOn: 'warning', limitInputPixels: picture.width * picture.height })
      // sharp's defaults drop all metadata and convert to sRGB.
      // The size has the shape of the photo within half a pixel. `inside` would round again.
      const upright = whole.autoOrient().resize({ ...size, fit: 'fill' })
      return finished(output(upright))
    })
  return orUnreadable(async () => {
    const [only] = targets
    if (only && targets.length === 1 && isStreamable(only)) {
      const made = await decode(only.layout.photo, (upright) => streamed(upright, only))
      return [reduced(made, only.mediaType)]
    }
    const largest = largestOf(targets.map(({ layout }) => layout.photo))
    const { data, info } = await decode(largest, (upright) => upright.raw({ depth: 'uchar' }))
    const results: ReducedImage[] = []
    const encode = createPixelEncoder({ data, info })
    for (const [at, target] of targets.entries()) {
      results.push(await encode(target, at === targets.length - 1))
    }
    return results
  })
}

/** Tries again with a repaired original where only a mark of the file is wrong. */
async function withRepairs<T>(
  original: Uint8Array<ArrayBuffer>,
  attempt: (bytes: Uint8Array) => Promise<T>,
): Promise<T> {
  return attempt(original)
    .catch((error: unknown) => {
      if (isHarmless(error)) return attempt(withScanHeader(original))
      throw error
    })
    .catch((error: unknown) => {
      // With an end marker, libjpeg warns only if picture data is missing.
      if (hasNoEnd(error)) return attempt(withEndMark(original))
      throw error
    })
}

/**
 * Recognises the warning about the wrong scan header of many Samsung phones (https://github.com/lovell/sharp/issues/1578). Decoders
 * otherwise ignore that header. Every other warning means that picture data is damaged.
 */
function isHarmless(error: unknown): boolean {
  return error instanceof Error && error.message.includes('Invalid SOS parameters for sequential JPEG')
}

/** Recognises a JPEG without an end marker, with or without its last rows. */
function hasNoEnd(error: unknown): boolean {
  return error instanceof Error && error.message.includes('premature end of JPEG image')
}
