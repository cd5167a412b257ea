/** Checks an uploaded file before it is stored. Refuses files that can never be shown, and converts AVIF and HEIC to JPEG. */
import { isPublisherError, PublisherError } from '../base/errors.ts'
import { stripperOf } from '../base/picture/clean.ts'
import { timeInContainer } from '../base/picture/container.ts'
import { exifOfTime } from '../base/picture/exif.ts'
import {
  type HeaderTrouble,
  type PictureFacts,
  type PictureHeader,
  pictureFacts,
  readPictureFacts,
} from '../base/picture/header.ts'
import { createInput } from '../base/picture/input.ts'
import { maxPhotoPixels } from '../base/picture/limits.ts'
import { type PhoneFormat, phoneFormat } from '../base/picture/phone-formats.ts'
import { withExif } from '../base/picture/strip/jpeg.ts'
import type { ImageReducer, Watermark } from '../ports/images.ts'
import { type PhotoFacts, uprightFacts } from './picture-facts.ts'
import { usualType } from './thumbnail/media-type.ts'
import type { SizedThumbnail } from './thumbnail/previews.ts'
import { boxes, type ThumbnailSize } from './thumbnail/sizes.ts'

/** A file as the client sent it. */
export interface ReceivedFile {
  /** Filename from the client. */
  filename: string
  /** The bytes in order. */
  chunks: readonly Uint8Array[]
  /** Number of bytes. */
  size: number
}

export interface NewPhotoTools {
  images: ImageReducer
  /** The tenant, for fair queueing of image work. */
  owner: string
  /** Largest photo that is stored, also after conversion to JPEG. */
  maxBytes: number
  /** True when the storage makes thumbnails itself: then clients get WebP at best. */
  isNative?: boolean
  /** Drawn over the thumbnails. Default: none. */
  watermark?: Watermark
  /** Receives the number of bytes that a photo occupies in memory beside the upload. */
  onBytes(bytes: number): void
}

/** A file whose content is a photo. */
export interface NewPhoto extends ReceivedFile {
  mediaType: PictureHeader['mediaType']
  /** Thumbnails that the check made. Empty if this host could not decode the photo now. */
  previews: readonly SizedThumbnail[]
  /** `null` for a converted photo, whose header was not read. */
  facts: PhotoFacts | null
}

/** Sizes that the check makes: for tiles of the grid, and for a photo on a phone. */
const checkedSizes: readonly ThumbnailSize[] = ['w960h640', 'w480h320', 'w256h256']

/**
 * Returns the photo; an AVIF or HEIC becomes a JPEG. Throws `unsupported_photo`, `photo_unreadable` for a damaged or truncated
 * file, and `photo_too_large`. Throws `busy` if the check needs a decode for which the host has no capacity now.
 */
export async function checkNewPhoto(tools: NewPhotoTools, file: ReceivedFile): Promise<NewPhoto> {
  const format = phoneFormat(beginning(file))
  if (format) return asJpeg(tools, file, format)
  const facts = usable(headerOf(file))
  const { mediaType } = facts
  const previews = await requirePicture(tools, file, mediaType)
  return { ...file, mediaType, previews, facts: uprightFacts(facts) }
}

/** Returns the file as a stream. Can be called any number of times. */
export function streamOf({ chunks }: ReceivedFile): ReadableStream<Uint8Array> {
  const pending = chunks.values()
  return new ReadableStream({
    pull(controller) {
      const { done, value } = pending.next()
      if (done) controller.close()
      else controller.enqueue(value)
    },
  })
}

async function asJpeg(
  { images, owner, maxBytes, onBytes }: NewPhotoTools,
  file: ReceivedFile,
  format: PhoneFormat,
): Promise<NewPhoto> {
  if (!images.toJpeg) throw cannotOpen(format)
  try {
    const { bytes } = await images.toJpeg({ body: streamOf(file), size: file.size }, owner)
    onBytes(bytes.length)
    const chunks = withTime(bytes, file)
    const size = chunks.reduce((sum, { length }) => sum + length, 0)
    if (size > maxBytes) throw largeAsJpeg(maxBytes)
    return { filename: file.filename, chunks, size, mediaType: 'image/jpeg', previews: [], facts: null }
  } catch (error) {
    throw isPublisherError(error, 'thumbnail_unavailable') || isPublisherError(error, 'unsupported_photo')
      ? cannotOpen(format, error)
      : error
  }
}

/** Adds the capture time of the original file to the JPEG, since some hosts keep no metadata. */
function withTime(jpeg: Uint8Array, { chunks, size }: ReceivedFile): Uint8Array[] {
  const facts = readPictureFacts(jpeg)
  const takenAt = typeof facts === 'object' && facts.takenAt === null ? timeInContainer(chunks, size) : null
  if (takenAt === null) return [jpeg]
  return withExif(jpeg, exifOfTime(takenAt))
}

function largeAsJpeg(maxBytes: number): PublisherError {
  return new PublisherError(
    'photo_too_large',
    `This photo is larger than ${maxBytes / 2 ** 20} MB as a JPEG. Export it as a JPEG of lower quality.`,
  )
}

function cannotOpen(format: PhoneFormat, cause?: unknown): PublisherError {
  return new PublisherError(
    'unsupported_photo',
    format === 'HEIC'
      ? 'This server cannot open HEIC. On an iPhone choose Settings > Camera > Formats > Most Compatible, or export the photo as JPEG.'
      : 'This server cannot open this AVIF. Export the photo as JPEG.',
    { cause },
  )
}

function usable(header: PictureFacts | HeaderTrouble): PictureFacts {
  if (header === 'excessive') {
    throw new PublisherError(
      'unsupported_photo',
      'This photo contains too much text and metadata (8 MB at most). Save it without metadata and try again.',
    )
  }
  if (header === 'incomplete' || header === 'unsupported') {
    throw new PublisherError('unsupported_photo', 'This is not a JPEG, PNG or WebP photo.')
  }
  if (header.width * header.height > maxPhotoPixels) {
    throw new PublisherError(
      'photo_too_large',
      'This photo has too many pixels. The limit is 100 megapixels.',
    )
  }
  return header
}

/**
 * Returns thumbnails of the picture. Throws if the picture is damaged or truncated, or if this host has too little memory to ever show the
 * picture. If the host cannot decode the picture now, a file with a complete structure passes.
 */
async function requirePicture(
  { images, owner, isNative = false, watermark }: NewPhotoTools,
  file: ReceivedFile,
  mediaType: PictureHeader['mediaType'],
): Promise<SizedThumbnail[]> {
  try {
    const asked = usualType(isNative)
    const reductions = checkedSizes.map((size) => ({
      box: boxes[size],
      mediaType: asked,
      ...(watermark && { watermark }),
    }))
    const pictures = await images.reduceAll({ body: streamOf(file), size: file.size }, reductions, { owner })
    return pictures.flatMap(({ bytes, mediaType: made }, at): SizedThumbnail[] => {
      const size = checkedSizes[at]
      return size ? [{ size, asked, bytes: new Uint8Array(bytes), mediaType: made }] : []
    })
  } catch (error) {
    if (isPublisherError(error, 'photo_unreadable')) throw damaged(error)
    if (!isPublisherError(error) || error.code === 'photo_too_large') throw error
    if (hasEnd(file, mediaType)) return []
    throw isPublisherError(error, 'busy') ? error : damaged(error)
  }
}

function damaged(cause: unknown): PublisherError {
  return new PublisherError(
    'photo_unreadable',
    'This photo is damaged or incomplete. Copy it from the camera again, or export it again.',
    { cause },
  )
}

/** Checks if the structure of the file is complete, up to its end marker. */
function hasEnd({ chunks }: ReceivedFile, mediaType: PictureHeader['mediaType']): boolean {
  const input = createInput()
  const pending = chunks.values()
  const reading = stripperOf(mediaType, 1)(input)
  try {
    for (;;) {
      const step = reading.next()
      if (step.done) return step.value
      if (step.value) continue
      const { done, value } = pending.next()
      if (done) input.end()
      else input.push(value)
    }
  } catch (error) {
    if (isPublisherError(error, 'photo_unreadable')) return false
    throw error
  }
}

/** Reads the header chunk by chunk: phones write several MB of metadata before the size. */
function headerOf({ chunks }: ReceivedFile): PictureFacts | HeaderTrouble {
  const input = createInput()
  const reading = pictureFacts(input)
  for (const chunk of chunks) {
    input.push(chunk)
    const step = reading.next()
    if (step.done) return step.value
  }
  return 'incomplete'
}

/** Returns the first 256 bytes, fewer if the file is shorter. */
function beginning({ chunks }: ReceivedFile): Uint8Array {
  const bytes = new Uint8Array(256)
  let length = 0
  for (const chunk of chunks) {
    const part = chunk.subarray(0, bytes.length - length)
    bytes.set(part, length)
    length += part.length
    if (length === bytes.length) break
  }
  return bytes.subarray(0, length)
}
