/** Reduces a picture until its file is small enough: first by lower quality, then by fewer pixels. */
import { PublisherError } from '../errors.ts'

/** Quality of each format, measured by bench/picture-formats.ts. */
export const usualQuality = { 'image/jpeg': 80, 'image/webp': 80, 'image/avif': 70 } as const

/** A try to make the file small enough. */
export interface Step {
  quality: number
  /** Factor of the sides, at most 1. */
  scale: number
}

/** Reductions of the quality, in order. */
const lessQuality = [0, 10, 20, 30]
/** Reduction of the quality of smaller pictures, which look better than full-size pictures of the lowest quality. */
const lessWhenSmaller = 20
/** Factors of the sides. The smallest makes a picture of 2560 pixels 176 pixels wide. */
const scales = Array.from({ length: 12 }, (_, index) => 0.8 ** (index + 1))

/**
 * Returns the first picture of at most `maxBytes`. The same input takes the same steps. Throws `photo_too_large` if the smallest picture
 * is still too large.
 */
export async function withinBytes<Picture extends { bytes: Uint8Array }>(
  maxBytes: number,
  mediaType: keyof typeof usualQuality,
  encode: (step: Step) => Promise<Picture>,
): Promise<Picture> {
  const usual = usualQuality[mediaType]
  const steps: Step[] = [
    ...lessQuality.map((less) => ({ quality: usual - less, scale: 1 })),
    ...scales.map((scale) => ({ quality: usual - lessWhenSmaller, scale })),
  ]
  for (const step of steps) {
    const made = await encode(step)
    if (made.bytes.length <= maxBytes) return made
  }
  throw new PublisherError(
    'photo_too_large',
    'This photo stays too large for the platform, even when reduced.',
  )
}
