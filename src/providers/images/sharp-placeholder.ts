/** Placeholders of photos, made with sharp on Node. */
import sharp from 'sharp'
import { rgbaToThumbHash } from 'thumbhash'

/** Largest side that a thumbhash takes, in pixels. */
const maxSide = 100
/** Upper bound on the picture, which is a thumbnail. */
const maxPixels = 2_000_000

/** Returns the thumbhash of a small JPEG, WebP or AVIF, base64url, some 34 characters. Throws for a damaged or large picture. */
export async function placeholderOf(picture: Uint8Array): Promise<string> {
  const { data, info } = await sharp(picture, { limitInputPixels: maxPixels })
    .resize(maxSide, maxSide, { fit: 'inside', withoutEnlargement: true })
    .toColourspace('srgb')
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true })
  return Buffer.from(rgbaToThumbHash(info.width, info.height, data)).toString('base64url')
}
