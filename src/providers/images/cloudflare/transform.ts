/** Pictures by the Images binding: which transformations to ask for, and how to read their results. */
import { withoutMetadata } from '../../../base/picture/clean.ts'
import { readPictureHeader } from '../../../base/picture/header.ts'
import { usualQuality, withinBytes } from '../../../base/picture/within-bytes.ts'
import type { ReducedImage, Reduction, ThumbnailType } from '../../../ports/images.ts'
import type { PeekedPicture } from './peek.ts'
import { isPlain, longSide, type Shape, shapeOf, uprightSize, whole } from './shape.ts'

/** Subset of the binding, in web-platform types. `ImagesBinding` of @cloudflare/workers-types implements this interface. */
export interface ImagesService {
  info(picture: ReadableStream<Uint8Array>): Promise<{ format: string; width?: number; height?: number }>
  input(picture: ReadableStream<Uint8Array>): PictureTransformer
}

interface PictureTransformer {
  transform(options: Shape): PictureTransformer
  output(options: { format: ThumbnailType; quality: number; anim: false }): Promise<{ response(): Response }>
}

/** Quality of a picture that exists only until several pictures are made from it. */
const betweenQuality = 95

/**
 * Makes the pictures. A single picture comes straight from the original. Several come from a picture as large as the largest of them,
 * because the original streams through only once and is too large to hold.
 */
export async function transformed(
  binding: ImagesService,
  { header, body }: Pick<PeekedPicture, 'header' | 'body'>,
  reductions: readonly Reduction[],
): Promise<ReducedImage[]> {
  const [only] = reductions
  if (only && reductions.length === 1 && isPlain(only.box)) {
    const { box, mediaType } = only
    return [await transform(binding, body, whole(longSide(box, header)), mediaType)]
  }
  const between = await transform(
    binding,
    body,
    whole(Math.max(...reductions.map(({ box }) => longSide(box, header)))),
    // WebP keeps the transparency of a PNG or WebP.
    header.mediaType === 'image/jpeg' ? 'image/jpeg' : 'image/webp',
    betweenQuality,
  )
  const original = uprightSize(header, between)
  const results: ReducedImage[] = []
  for (const { box, mediaType } of reductions) {
    const make = (scale: number, quality: number) => {
      const stream = new Blob([new Uint8Array(between.bytes)]).stream()
      return transform(binding, stream, shapeOf(box, original, scale), mediaType, quality)
    }
    const made =
      box.maxBytes === undefined
        ? make(1, usualQuality[mediaType])
        : withinBytes(box.maxBytes, mediaType, ({ scale, quality }) => make(scale, quality))
    results.push(await made)
  }
  return results
}

async function transform(
  binding: ImagesService,
  picture: ReadableStream<Uint8Array>,
  shape: Shape,
  mediaType: ThumbnailType,
  quality: number = usualQuality[mediaType],
): Promise<ReducedImage> {
  const result = await binding
    .input(picture)
    .transform(shape)
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
