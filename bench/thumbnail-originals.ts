/** Draws the originals for thumbnail-memory.ts in a separate process: `node bench/thumbnail-originals.ts DIRECTORY`. */
import { join } from 'node:path'
import sharp, { type Sharp } from 'sharp'

/** Files and their labels in the table. */
export const originals = {
  'baseline-24.jpg': '24 MP JPEG, baseline',
  'progressive-24.jpg': '24 MP JPEG, progressive',
  'plain-12.png': '12 MP PNG',
  'plain-24.webp': '24 MP WebP',
  'baseline-100.jpg': '100 MP JPEG, baseline',
  'progressive-100.jpg': '100 MP JPEG, progressive',
} as const
export type Original = keyof typeof originals

/** Draws soft shapes with film grain, which compress about as well as photos. */
export function picture(width: number, height: number): Sharp {
  const side = 1024
  const pixels = new Uint8Array(side * side * 3)
  let state = 1
  for (let i = 0; i < pixels.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    const column = Math.floor(i / 3) % side
    const row = Math.floor(i / 3 / side)
    pixels[i] = 128 + 80 * Math.sin(column / 60 + (i % 3)) * Math.cos(row / 47) + (state >>> 27)
  }
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } }).resize(width, height, {
    fit: 'fill',
  })
}

async function make(directory: string): Promise<void> {
  const write = (name: Original, original: Sharp) => original.toFile(join(directory, name))
  const medium = [6000, 4000] as const
  const large = [12_000, 8334] as const
  await write('baseline-24.jpg', picture(...medium).jpeg({ quality: 97 }))
  await write('progressive-24.jpg', picture(...medium).jpeg({ quality: 97, progressive: true }))
  await write('plain-12.png', picture(4240, 2832).png())
  await write('plain-24.webp', picture(...medium).webp({ quality: 90, effort: 2 }))
  await write('baseline-100.jpg', picture(...large).jpeg({ quality: 97 }))
  await write('progressive-100.jpg', picture(...large).jpeg({ quality: 97, progressive: true }))
}

const [directory] = process.argv.slice(2)
if (import.meta.main && directory) await make(directory)
