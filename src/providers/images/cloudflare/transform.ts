/** Pictures by the Images binding: which transformations to ask for, and how to read their results. */
import { withoutMetadata } from '../../../base/picture/clean.ts'
import { readPictureHeader } from '../../../base/picture/header.ts'
import { usualQuality, withinBytes } from '../../../base/picture/within-bytes.ts'
import type { ReducedImage, Reduction, ThumbnailType } from '../../../ports/images.ts'
import { type Overlay, type OverlayShape, overlayOf } from './overlay.ts'
import type { PeekedPicture } from './peek.ts'
import { canvasOf, isPlain, longSide, type Shape, shapeOf, uprightSize, whole } from './shape.ts'

/** Subset of the binding, in web-platform types. `ImagesBinding` of @cloudflare/workers-types implements this interface. */
export interface ImagesService {
  info(picture: ReadableStream<Uint8Array>): Promise<{ format: string; width?: number; height?: number }>
  input(picture: ReadableStream<Uint8Array>): PictureTransformer
}

interface PictureTransformer {
  transform(options: Shape | OverlayShape): PictureTransformer
  draw(
    picture: ReadableStream<Uint8Array> | PictureTransformer,
    options: { opacity: number; left: number; top: number },
  ): PictureTransformer
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
  // A watermark needs the size of the upright picture.
  if (only && reductions.length === 1 && isPlain(only.box) && !only.watermark) {
    const { box, mediaType } = only
    return [await transform(binding, body, whole(longSide(box, header)), mediaType)]
  }
  const between = await transform(
    binding,
    body,
    whole(Math.max(...reductions.map(({ box }) => longSide(box, header)))),
    // WebP keeps the transparency of a PNG or WebP.
    header.mediaType === 'image/jpeg' ? 'image/jpeg' : 'image/webp',
    { quality: betweenQuality },
  )
  const original = uprightSize(header, between)
  const results: ReducedImage[] = []
  for (const { box, mediaType, watermark } of reductions) {
    const make = (scale: number, quality: number) => {
      const stream = new Blob([new Uint8Array(between.bytes)]).stream()
      const mark = watermark && overlayOf(watermark, canvasOf(box, original, scale))
      return transform(binding, stream, shapeOf(box, original, scale), mediaType, { quality, mark })
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
  { quality = usualQuality[mediaType], mark }: { quality?: number; mark?: Overlay | null | undefined } = {},
): Promise<ReducedImage> {
  const shaped = binding.input(picture).transform(shape)
  const result = await drawn(binding, shaped, mark).output({ format: mediaType, quality, anim: false })
  return reducedImage(binding, result.response())
}

function drawn(
  binding: ImagesService,
  picture: PictureTransformer,
  mark: Overlay | null | undefined,
): PictureTransformer {
  if (!mark) return picture
  const { png, shape, opacity, left, top } = mark
  const overlay = binding.input(new Blob([png]).stream()).transform(shape)
  return picture.draw(overlay, { opacity, left, top })
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
