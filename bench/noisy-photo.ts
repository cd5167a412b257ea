/** A photo of random noise, which compresses badly: 24 megapixels take some 13 MB. */
import sharp from 'sharp'

/** Returns a JPEG of this many pixels. */
export async function noisyPhoto(width: number, height: number): Promise<Buffer> {
  const noise = { type: 'gaussian' as const, mean: 120, sigma: 40 }
  return sharp({ create: { width, height, channels: 3, background: '#765', noise } })
    .jpeg({ quality: 85 })
    .toBuffer()
}
