/** Makes the watermark of a tenant from the configuration: a line of text, or a picture from the tenant's storage. */
import { isPublisherError, PublisherError } from '../base/errors.ts'
import { sha256Hex, toHex } from '../base/hex.ts'
import { readPictureHeader } from '../base/picture/header.ts'
import { fontVersion } from '../base/watermark/glyphs.ts'
import { textPicture } from '../base/watermark/text-picture.ts'
import type { WatermarkSettings } from '../contract/blocks/watermark.ts'
import type { ImageReducer, Watermark } from '../ports/images.ts'
import type { RecordFiles } from '../ports/storage.ts'

export interface WatermarkTools {
  store: Pick<RecordFiles, 'readOwnFile'>
  images: ImageReducer
  /** The tenant, for fair queueing of image work. */
  owner: string
}

/** Upper bounds on the tenant's file. */
const maxFileBytes = 1_000_000
const maxFilePixels = 4_000_000
/** Box for the tenant's picture. A larger picture would take memory for invisible details. */
const box = { width: 1024, height: 1024 }
/** Version of the drawing. Increase it when the same settings give other pictures. */
const drawingVersion = 1

const fileName = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}$/

/** Checks if the settings ask for a watermark. */
export function wantsWatermark({ text, image, opacity }: WatermarkSettings): boolean {
  return opacity > 0 && (text !== undefined || image !== undefined)
}

/**
 * Returns the watermark, or `null` if the settings ask for none. Throws `watermark_unavailable` with the reason if it cannot be drawn. Passes
 * on errors of the store and of the reducer that may be gone at the next try.
 */
export async function makeWatermark(
  tools: WatermarkTools,
  settings: WatermarkSettings,
): Promise<Watermark | null> {
  if (!wantsWatermark(settings)) return null
  const { text, image, position, opacity, size: share } = settings
  const { identity, ...picture } = await (image === undefined ? ofText(text ?? '') : ofFile(tools, image))
  const key = await sha256Hex(JSON.stringify([drawingVersion, identity, position, opacity, share]))
  return { ...picture, key: key.slice(0, 12), position, opacity, share }
}

interface Picture extends Pick<Watermark, 'picture' | 'width' | 'height'> {
  /** Differs between pictures. */
  identity: string
}

async function ofText(text: string): Promise<Picture> {
  const drawn = await textPicture(text)
  if (!drawn) {
    throw unavailable(
      'The text of the watermark has no letter that can be drawn. Use Latin letters, or a picture.',
    )
  }
  const { png, ...size } = drawn
  return { picture: png, ...size, identity: JSON.stringify(['text', fontVersion, text]) }
}

async function ofFile(tools: WatermarkTools, name: string): Promise<Picture> {
  if (!fileName.test(name)) {
    throw unavailable(
      'The file of the watermark needs a name of Latin letters, digits, dots, `-` and `_`, such as logo.png.',
    )
  }
  const bytes = await tools.store.readOwnFile([name])
  if (!bytes) throw unavailable(`The picture of the watermark is missing: ${name} in the folder .publisher.`)
  if (bytes.length > maxFileBytes)
    throw unavailable(`The picture of the watermark, ${name}, is larger than 1 MB.`)
  const header = readPictureHeader(bytes)
  if (typeof header === 'string') throw unavailable(damaged(name))
  if (header.width * header.height > maxFilePixels) {
    throw unavailable(`The picture of the watermark, ${name}, has more than 4 megapixels.`)
  }
  const digest = toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))
  const { bytes: picture, width, height } = await upright(tools, name, bytes)
  return { picture: new Uint8Array(picture), width, height, identity: JSON.stringify(['file', digest]) }
}

/** Opens the file once, so that a damaged file is found before any photo is read. */
async function upright({ images, owner }: WatermarkTools, name: string, bytes: Uint8Array<ArrayBuffer>) {
  try {
    const source = { body: new Blob([bytes]).stream(), size: bytes.length }
    const [made] = await images.reduceAll(source, [{ box, mediaType: 'image/webp' }], { owner })
    if (made) return made
  } catch (error) {
    if (!isPublisherError(error, 'photo_unreadable') && !isPublisherError(error, 'photo_too_large'))
      throw error
    throw unavailable(damaged(name), error)
  }
  throw new TypeError('The reducer made no picture.')
}

const damaged = (name: string) =>
  `The picture of the watermark, ${name}, is damaged, or it is not a PNG, WebP or JPEG.`

function unavailable(message: string, cause?: unknown): PublisherError {
  return new PublisherError('watermark_unavailable', message, { cause })
}
