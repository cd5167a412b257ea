/** Canvas of a picture that is painted pixel by pixel. */
import sharp, { type Sharp } from 'sharp'
import type { Rgb } from './colour.ts'
import type { Random } from './random.ts'

export interface Canvas {
  readonly width: number
  readonly height: number
  /** Red, green and blue of each pixel, from 0 to 1; values above 1 are overexposed. */
  readonly pixels: Float32Array
}

/** Paints every pixel. `x` and `y` count from the top left corner, in parts of the canvas' shorter side. */
export function paint(width: number, height: number, colourAt: (x: number, y: number) => Rgb): Canvas {
  const canvas = { width, height, pixels: new Float32Array(width * height * 3) }
  repaint(canvas, (x, y) => colourAt(x, y))
  return canvas
}

/** Repaints every pixel, given its present colour. */
export function repaint(canvas: Canvas, colourAt: (x: number, y: number, before: Rgb) => Rgb): void {
  const { width, height, pixels } = canvas
  const unit = 1 / Math.min(width, height)
  for (let row = 0, i = 0; row < height; row++) {
    for (let column = 0; column < width; column++, i += 3) {
      const before: Rgb = [pixels[i] ?? 0, pixels[i + 1] ?? 0, pixels[i + 2] ?? 0]
      const [red, green, blue] = colourAt(column * unit, row * unit, before)
      pixels[i] = red
      pixels[i + 1] = green
      pixels[i + 2] = blue
    }
  }
}

/** Returns the colour at a place, in the units of {@link paint}. Beyond the edges, returns the nearest colour. */
export function colourAt({ width, height, pixels }: Canvas, x: number, y: number): Rgb {
  const unit = Math.min(width, height)
  const column = Math.max(0, Math.min(width - 1, Math.round(x * unit)))
  const row = Math.max(0, Math.min(height - 1, Math.round(y * unit)))
  const i = (row * width + column) * 3
  return [pixels[i] ?? 0, pixels[i + 1] ?? 0, pixels[i + 2] ?? 0]
}

/** Converts the canvas to an 8-bit picture with soft highlights, a vignette, and grain that keeps gradients from banding. */
export function develop({ width, height, pixels }: Canvas, random: Random, vignette = 0.22): Sharp {
  const bytes = new Uint8Array(pixels.length)
  const grain = Float32Array.from({ length: 8192 }, () => (random() + random() - 1) * 3.4)
  for (let row = 0, i = 0; row < height; row++) {
    const down = row / height - 0.5
    const offset = Math.floor(random() * 8192)
    for (let column = 0; column < width; column++) {
      const across = column / width - 0.5
      const shade = 1 - vignette * (across * across + down * down) * 1.7
      const speck = grain[(offset + column) & 8191] ?? 0
      for (const end = i + 3; i < end; i++) bytes[i] = byteOf((pixels[i] ?? 0) * shade, speck)
    }
  }
  // Smooths slanting edges.
  return sharp(bytes, { raw: { width, height, channels: 3 } }).blur(0.6)
}

function byteOf(value: number, speck: number): number {
  const soft = value > 0.8 ? 0.8 + 0.2 * (1 - Math.exp((0.8 - value) * 5)) : value
  return Math.max(0, Math.min(255, soft * 255 + speck + 0.5))
}
