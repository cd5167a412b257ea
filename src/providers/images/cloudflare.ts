/**
 * Reduces pictures with the Images binding of Cloudflare Workers. An isolate has 128 MB for all its requests, so originals stream
 * through. The isolate holds only their first bytes, until type and size are known.
 */
import { BodyTooLarge, bytesAtMost } from '../../base/bounded-body.ts'
import { PublisherError } from '../../base/errors.ts'
import { readPictureHeader } from '../../base/picture/header.ts'
import { maxPhotoBytes, maxPhotoPixels } from '../../base/picture/limits.ts'
import type { ImageReducer, PictureSource, ReducedImage, Reduction } from '../../ports/images.ts'
import { createDrawProbe } from './cloudflare/draw-probe.ts'
import { peekPicture, unreadable } from './cloudflare/peek.ts'
import { type ImagesService, transformed } from './cloudflare/transform.ts'

/** Quality of a JPEG that replaces an original. */
const originalQuality = 92
export interface CloudflareReducerOptions {
  /** Largest original in bytes. Default: 50 MB. */
  maxBytes?: number
  /** Largest picture in pixels. Default: 110 million. The service itself stops at 100 million. */
  maxPixels?: number
}

/**
 * Creates the reducer. Reads type and size from the photo's header, because the binding's `info()` would need the whole photo a second
 * time. The service may return JPEG or WebP when asked for AVIF; the result has the actual type. Throws `busy` when the service fails
 * for a reason other than the photo.
 */
export function createCloudflareReducer(
  binding: ImagesService,
  options: CloudflareReducerOptions = {},
): ImageReducer {
  const { maxBytes = maxPhotoBytes, maxPixels = maxPhotoPixels } = options
  const expectDrawing = createDrawProbe(binding)

  async function reduceAll(source: PictureSource, reductions: readonly Reduction[]): Promise<ReducedImage[]> {
    if (source.size > maxBytes) {
      await source.body.cancel().catch(() => undefined)
      throw tooLarge(`The photo is larger than ${maxBytes / 2 ** 20} MB.`)
    }
    const { header, body, failure } = await peekPicture(source.body, maxBytes)
    try {
      if (header.width * header.height > maxPixels) {
        throw tooLarge(`The photo has more than ${Math.floor(maxPixels / 1e6)} megapixels.`)
      }
      if (reductions.some(({ watermark }) => watermark)) await expectDrawing()
      return await transformed(binding, { header, body }, reductions)
    } catch (error) {
      await body.cancel(error).catch(() => undefined)
      throw failure() ?? asPublisherError(error)
    }
  }

  return {
    async reduce(source, box, mediaType) {
      const [made] = await reduceAll(source, [{ box, mediaType }])
      if (!made) throw new Error('no result for the only reduction')
      return made
    },
    reduceAll,
    /**
     * The service opens HEIC, and AVIF for some accounts, and drops their metadata. The JPEG may be as large as `maxBytes`, like the
     * source.
     */
    async toJpeg({ body, size }) {
      try {
        if (size > maxBytes) throw tooLarge(`The photo is larger than ${maxBytes / 2 ** 20} MB.`)
        const result = await binding
          .input(body)
          .output({ format: 'image/jpeg', quality: originalQuality, anim: false })
        const bytes = await bytesAtMost(result.response().body, maxBytes)
        const header = readPictureHeader(bytes)
        if (typeof header === 'string' || header.mediaType !== 'image/jpeg') throw cannotOpen(header)
        return { ...header, mediaType: header.mediaType, bytes }
      } catch (error) {
        await body.cancel(error).catch(() => undefined)
        const known = asPublisherError(error)
        throw known.code === 'photo_unreadable' ? cannotOpen(error) : known
      }
    },
  }
}

/**
 * Creates the reducer of a Worker without the binding. Refuses every picture with `thumbnail_unavailable`; thumbnails that a storage
 * makes still work.
 */
export function createUnavailableReducer(): ImageReducer {
  const refuse = async ({ body }: PictureSource): Promise<never> => {
    await body.cancel().catch(() => undefined)
    const message = 'This server cannot make thumbnails: it has no Images binding.'
    throw new PublisherError('thumbnail_unavailable', message)
  }
  return { reduce: refuse, reduceAll: refuse }
}

/** Error codes of the service (https://developers.cloudflare.com/images/reference/troubleshooting/). */
const tooLargeCodes: readonly unknown[] = [9402, 9413]
const unreadableCodes: readonly unknown[] = [9412, 9520, 9523]
const usageLimitCode = 9422

function asPublisherError(error: unknown): PublisherError {
  if (error instanceof PublisherError) return error
  if (error instanceof BodyTooLarge) return tooLarge('The photo is too large as a JPEG.', error)
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (tooLargeCodes.includes(code)) return tooLarge('This photo is too large to resize.', error)
  if (unreadableCodes.includes(code)) return unreadable(error)
  if (code === usageLimitCode) {
    const message = 'The monthly limit for thumbnails is reached.'
    return new PublisherError('thumbnail_unavailable', message, { cause: error })
  }
  const message = 'The image service is not responding. Try again in a moment.'
  return new PublisherError('busy', message, { cause: error, retryAfterMs: 5000 })
}

function cannotOpen(cause: unknown): PublisherError {
  return new PublisherError('unsupported_photo', 'This server cannot open this kind of photo.', { cause })
}

function tooLarge(message: string, cause?: unknown): PublisherError {
  return new PublisherError('photo_too_large', message, { cause })
}
