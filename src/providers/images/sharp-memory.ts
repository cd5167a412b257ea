/** How much memory libvips will take for a picture, known from its header alone. Measured by bench/thumbnail-memory.ts. */
import type { Metadata } from 'sharp'
import { webpChunks } from '../../base/picture/blocks.ts'
import type { ThumbnailType } from '../../ports/images.ts'
import type { ThumbnailBox } from '../../ports/storage.ts'

/** What the estimate goes by. */
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

/** What any reduction takes, however small: the pipeline's own buffers and the encoder's tables. */
export const fixedBytes = 10_000_000
/** Sequential reading keeps a window of rows; libvips' is about this long where the picture shrinks a lot. */
const rowsKept = 2200
/** Pixels of the result live in several stages at once; the AVIF encoder keeps many more copies. */
const bytesPerResultPixel: Readonly<Record<ThumbnailType, number>> = {
  'image/jpeg': 11,
  'image/webp': 14,
  'image/avif': 55,
}

/**
 * Estimates the peak in bytes beyond the compressed original. It errs on the high side: by up to three times for
 * baseline JPEGs, which libjpeg shrinks while reading, and by a tenth where it matters most, whole-picture decoders.
 */
export function estimateMemory(
  picture: Picture,
  original: Uint8Array,
  result: ThumbnailBox,
  mediaType: ThumbnailType,
): number {
  const resultBytes = result.width * result.height * bytesPerResultPixel[mediaType]
  return Math.ceil(fixedBytes + resultBytes + sourceBytes(picture, original))
}

/**
 * Estimates the peak in bytes of decoding a whole AVIF and encoding it as JPEG. Measured at 24 and 96 megapixels: 18 bytes for each
 * pixel of 8 bits, 25 for 10 bits.
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
    // A JPEG in several scans keeps all its coefficients, an interlaced PNG the whole picture.
    return pixels * (picture.format === 'jpeg' ? 2 * samplesPerPixel(picture) : bytesPerPixel) * 1.02
  }
  return Math.min(pixels, picture.width * rowsKept) * bytesPerPixel
}

/** libjpeg keeps coefficients of 2 bytes per sample; sub-sampled colour has fewer samples. */
function samplesPerPixel({ chromaSubsampling, channels }: Picture): number {
  if (chromaSubsampling === '4:2:0') return 1.5
  if (chromaSubsampling === '4:2:2') return 2
  return channels
}

/** Lossless WebP is decoded whole as 32-bit pixels, animations on two canvases; lossy stills are scaled row by row. */
function webpBytesPerPixel(picture: Picture, original: Uint8Array): number {
  if ((picture.pages ?? 1) > 1) return 10
  for (const { kind } of webpChunks(original)) {
    if (kind === 'VP8L' || kind === 'ANMF') return kind === 'ANMF' ? 10 : 4.3
    // Chunks behind the pixels are without number, and none of them counts.
    if (kind === 'VP8 ') break
  }
  return picture.hasAlpha ? 1.5 : 0.3
}
