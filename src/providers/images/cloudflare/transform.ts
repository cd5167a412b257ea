/** Pictures by the Images binding: which transformations to ask for, and how to read their results. */
import { withoutMetadata } from '../../../base/picture/clean.ts'
import { fittedLongSide } from '../../../base/picture/fit.ts'
import { readPictureHeader } from '../../../base/picture/header.ts'
import type { ReducedImage, Reduction, ThumbnailType } from '../../../ports/images.ts'
import type { PeekedPicture } from './peek.ts'

/** Subset of the binding, in web-platform types. `ImagesBinding` of @cloudflare/workers-types implements this interface. */
export interface ImagesService {
  info(picture: ReadableStream<Uint8Array>): Promise<{ format: string; width?: number; height?: number }>
  input(picture: ReadableStream<Uint8Array>): PictureTransformer
}

interface PictureTransformer {
  transform(options: { width: number; height: number; fit: 'scale-down' }): PictureTransformer
  output(options: { format: ThumbnailType; quality: number; anim: false }): Promise<{ response(): Response }>
}

/** Quality of a picture that exists only until several pictures are made from it. */
const betweenQuality = 95

const quality: Readonly<Record<ThumbnailType, number>> = {
  'image/jpeg': 80,
  'image/webp': 80,
  'image/avif': 70,
}

/**
 * Makes the pictures. A single picture comes straight from the original. Several come from a picture as large as the largest of them,
 * because the original streams through only once and is too large to hold.
 */
export async function transformed(
  binding: ImagesService,
  { header, body }: Pick<PeekedPicture, 'header' | 'body'>,
  reductions: readonly Reduction[],
): Promise<ReducedImage[]> {
  const tasks = reductions.map(({ box, mediaType }) => ({
    side: fittedLongSide(box, header),
    mediaType,
    quality: quality[mediaType],
  }))
  const [only] = tasks
  if (only && tasks.length === 1) return [await transform(binding, body, only)]
  const between = await transform(binding, body, {
    side: Math.max(...tasks.map(({ side }) => side)),
    // WebP keeps the transparency of a PNG or WebP.
    mediaType: header.mediaType === 'image/jpeg' ? 'image/jpeg' : 'image/webp',
    quality: betweenQuality,
  })
  const results: ReducedImage[] = []
  for (const task of tasks) {
    results.push(await transform(binding, new Blob([new Uint8Array(between.bytes)]).stream(), task))
  }
  return results
}

interface Task {
  /** Long side in pixels. */
  side: number
  mediaType: ThumbnailType
  quality: number
}

async function transform(
  binding: ImagesService,
  picture: ReadableStream<Uint8Array>,
  { side, mediaType, quality }: Task,
): Promise<ReducedImage> {
  const result = await binding
    .input(picture)
    .transform({ width: side, height: side, fit: 'scale-down' })
    .output({ format: mediaType, quality, anim: false })
  return reducedImage(binding, result.response())
}

async function reducedImage(binding: ImagesService, response: Response): Promise<ReducedImage> {
  const bytes = new Uint8Array(await response.arrayBuffer())
  const header = readPictureHeader(bytes)
  if (typeof header === 'object' && header.mediaType !== 'image/png') {
    // The service keeps the copyright tags of JPEGs.
    return { ...header, mediaType: header.mediaType, bytes: withoutMetadata(bytes).bytes }
  }
  const { format, width, height } = await binding.info(new Blob([bytes]).stream())
  if (format !== 'image/avif' || !width || !height) throw new Error(`unexpected result: ${format}`)
  return { bytes, mediaType: format, width, height }
}
