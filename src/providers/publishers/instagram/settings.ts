/** Settings of an entry, and the picture that Instagram takes. */
import { z } from 'zod'
import type { PictureBox, ReducedImage } from '../../../ports/images.ts'

const schema = z.object({
  ratio: z.enum(['pad', 'crop']).default('pad').catch('pad'),
  pad_colour: z
    .string()
    .regex(/^#[0-9a-f]{6}$/i)
    .default('#ffffff')
    .catch('#ffffff'),
})

/** Ratios of width to height, from 4:5 to 1.91:1. */
const ratios = { min: 0.8, max: 1.91 }
/** Reads 8 MB as 8 × 10^6 bytes, the stricter interpretation. */
const maxBytes = 8_000_000

/** Returns the largest picture that Instagram shows, with the ratio that it demands. */
export function pictureBoxOf(config: unknown): PictureBox & Required<Pick<PictureBox, 'ratio' | 'maxBytes'>> {
  const { ratio: fit, pad_colour: colour } = schema
    .catch({ ratio: 'pad', pad_colour: '#ffffff' })
    .parse(config)
  return { width: 1440, height: 1800, maxBytes, ratio: { ...ratios, fit, colour } }
}

/** Returns the reason for which Instagram would refuse the picture. */
export function pictureFault({ bytes, width, height, mediaType }: ReducedImage): string | undefined {
  if (mediaType !== 'image/jpeg') return 'Instagram takes JPEG only, and this picture has another format.'
  if (bytes.length > maxBytes) return 'Instagram takes pictures of up to 8 MB, and this picture is larger.'
  const ratio = width / height
  if (ratio >= ratios.min && ratio <= ratios.max) return undefined
  return 'Instagram takes pictures from 4:5 to 1.91:1, and this picture has another shape.'
}
