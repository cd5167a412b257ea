/** Encodes a grey picture with transparency as PNG (https://www.w3.org/TR/png-3/). */
import { crc32 } from '../picture/strip/crc32.ts'

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
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
    new Uint8Array(signature),
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', new Uint8Array(0)),
  ]
  return new Uint8Array(await new Blob(parts).arrayBuffer())
}

function chunk(kind: string, data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + data.length)
  bytes.set(bytesOf(data.length))
  bytes.set(new TextEncoder().encode(kind), 4)
  bytes.set(data, 8)
  bytes.set(bytesOf(crc32(bytes.subarray(4, 8 + data.length))), 8 + data.length)
  return bytes
}

function bytesOf(number: number): number[] {
  return [number >>> 24, (number >>> 16) & 255, (number >>> 8) & 255, number & 255]
}
