/** Encodes a grey picture with transparency as PNG (https://www.w3.org/TR/png-3/). */
import { pngSignature } from '../picture/header.ts'
import { chunkOf } from '../picture/strip/png.ts'

/** Bit depth 8, grey with alpha, and the only compression, filter and order without interlacing. */
const greyWithAlpha = [8, 4, 0, 0, 0]
const bytesPerPixel = 2

/** `pixels`: a byte of grey and a byte of opacity for each pixel, row by row. */
export async function encodePng(
  width: number,
  height: number,
  pixels: Uint8Array,
): Promise<Uint8Array<ArrayBuffer>> {
  const row = width * bytesPerPixel
  // Each row begins with the number of its filter, 0 for none.
  const rows = new Uint8Array((row + 1) * height)
  for (let y = 0; y < height; y++) rows.set(pixels.subarray(y * row, (y + 1) * row), y * (row + 1) + 1)
  const packed = new Blob([rows]).stream().pipeThrough(new CompressionStream('deflate'))
  const data = new Uint8Array(await new Response(packed).arrayBuffer())
  const header = new Uint8Array([...bytesOf(width), ...bytesOf(height), ...greyWithAlpha])
  const parts = [
    Uint8Array.from(pngSignature, (letter) => letter.charCodeAt(0)),
    chunkOf('IHDR', header),
    chunkOf('IDAT', data),
    chunkOf('IEND', new Uint8Array(0)),
  ]
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}

function bytesOf(number: number): number[] {
  return [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255]
}
