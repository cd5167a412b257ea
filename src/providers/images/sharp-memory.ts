/** Estimates the memory that libvips needs for a picture, from the header alone. Measured by bench/thumbnail-memory.ts. */
import type { Metadata } from 'sharp'
import { webpChunks } from '../../base/picture/blocks.ts'
import { largestOf, type Size } from '../../base/picture/fit.ts'
import type { ThumbnailType } from '../../ports/images.ts'

/** Header fields that the estimate uses. */
type Picture = Pick<
  Metadata,
  | 'format'
  | 'width'
  | 'height'
  | 'channels'
  | 'depth'
  | 'isProgressive'
  | 'chromaSubsampling'
  | 'pages'
  | 'hasAlpha'
>

/** A picture to make. */
export interface Result {
  size: Size
  mediaType: ThumbnailType
  /** Size of the whole photo, if the picture is made from its decoded pixels. Several pictures always are. Default: `size`. */
  kept?: Size
  /** Size of the watermark. Default: none. */
  drawn?: Size
}

/** Memory of the smallest reduction: the pipeline's buffers and the encoder's tables. */
export const fixedBytes = 10_000_000
/** Rows that sequential reading keeps in memory, measured for a strong reduction. */
const rowsKept = 2200
/** Several stages hold the result's pixels at once; the AVIF encoder keeps many more copies. */
const bytesPerResultPixel: Readonly<Record<ThumbnailType, number>> = {
  'image/jpeg': 11,
  'image/webp': 14,
  'image/avif': 55,
}
/** Bytes of a pixel that several results are made from: three colours and transparency. */
const bytesPerKeptPixel = 4
/** Bytes of a pixel below a watermark: the watermark, the part of the picture, and their composition. */
const bytesPerDrawnPixel = 32

/**
 * Estimates the peak in bytes beyond the compressed original. The estimate is too high by a tenth for decoders that hold the whole
 * picture, where it matters most. For baseline JPEGs, which libjpeg shrinks while reading, it is up to three times too high.
 *
 * Several results come from the pixels of the largest: these pixels remain in memory while one result after another is encoded.
 */
export function estimateMemory(picture: Picture, original: Uint8Array, results: readonly Result[]): number {
  const encoding = Math.max(
    ...results.map(
      (result) => pixelsOf(result.size) * bytesPerResultPixel[result.mediaType] + markBytes(result),
    ),
  )
  const source = sourceBytes(picture, original)
  if (results.length === 1 && !results[0]?.kept) return Math.ceil(fixedBytes + encoding + source)
  const largest = largestOf(results.map(({ size, kept }) => kept ?? size))
  const pixels = pixelsOf(largest)
  const decoding = source + pixels * bytesPerResultPixel['image/jpeg']
  return Math.ceil(fixedBytes + Math.max(decoding, pixels * bytesPerKeptPixel + encoding))
}

const pixelsOf = ({ width, height }: Size) => width * height

/** Returns the bytes for the pixels that a watermark is drawn on, and for the drawing. */
function markBytes({ size, drawn }: Result): number {
  return drawn ? pixelsOf(size) * bytesPerKeptPixel + pixelsOf(drawn) * bytesPerDrawnPixel : 0
}

/**
 * Estimates the peak in bytes of decoding a whole AVIF and encoding it as JPEG. Measured at 24 and 96 megapixels: 18 bytes per pixel
 * at 8 bits, 25 at 10 bits.
 */
export function estimateAvifMemory({
  width,
  height,
  depth,
}: Pick<Picture, 'width' | 'height' | 'depth'>): number {
  return fixedBytes + width * height * (depth === 'uchar' ? 19 : 26)
}

function sourceBytes(picture: Picture, original: Uint8Array): number {
  const pixels = picture.width * picture.height
  const bytesPerPixel = picture.channels * (picture.depth === 'uchar' ? 1 : 2)
  if (picture.format === 'webp') return pixels * webpBytesPerPixel(picture, original)
  if (picture.isProgressive) {
    // A progressive JPEG keeps all its coefficients in memory, an interlaced PNG the whole picture.
    return pixels * (picture.format === 'jpeg' ? 2 * samplesPerPixel(picture) : bytesPerPixel) * 1.02
  }
  return Math.min(pixels, picture.width * rowsKept) * bytesPerPixel
}

/** Samples per pixel, fewer with sub-sampled colour. libjpeg keeps 2 bytes per sample. */
function samplesPerPixel({ chromaSubsampling, channels }: Picture): number {
  if (chromaSubsampling === '4:2:0') return 1.5
  if (chromaSubsampling === '4:2:2') return 2
  return channels
}

/** Bytes per pixel. Lossless WebP is decoded whole as 32-bit pixels, animations on two canvases; lossy stills are scaled by row. */
function webpBytesPerPixel(picture: Picture, original: Uint8Array): number {
  if ((picture.pages ?? 1) > 1) return 10
  for (const { kind } of webpChunks(original)) {
    if (kind === 'VP8L' || kind === 'ANMF') return kind === 'ANMF' ? 10 : 4.3
    // Chunks after the pixels do not matter, and a file may have any number of them.
    if (kind === 'VP8 ') break
  }
  return picture.hasAlpha ? 1.5 : 0.3
}
