/** Paints mountains behind mountains, over a lake or with pines in front. */
import { type Canvas, colourAt, paint, repaint } from '../canvas.ts'
import { glow, mix, type Rgb, scale, smoothstep } from '../colour.ts'
import type { Palette } from '../palette.ts'
import { between, fractal, type Noise, noiseFrom, type Random } from '../random.ts'
import { type Sky, skyOf } from './sky.ts'

export interface LandscapeOptions {
  hasLake: boolean
}

const ranges = 5

export function landscape(
  width: number,
  height: number,
  palette: Palette,
  random: Random,
  { hasLake }: LandscapeOptions,
): Canvas {
  const unit = Math.min(width, height)
  const bottom = height / unit
  const shore = bottom * (hasLake ? 0.66 : 1)
  const noise = noiseFrom(random)
  const sky = skyOf(palette, random, { width: width / unit, horizon: shore * 0.8, altitude: 0.38 })
  const crests = Array.from({ length: ranges }, (_, range) => crestLine(width, unit, noise, shore, range))
  const canvas = paint(width, height, (x, y) => {
    if (y > shore) return palette.water
    const column = Math.min(width - 1, Math.round(x * unit))
    for (let range = ranges - 1; range >= 0; range--) {
      const below = y - (crests[range]?.[column] ?? 0)
      if (below >= 0) return slope(palette, sky, noise, { x, y, below, range })
    }
    return sky.colourAt(x, y)
  })
  if (hasLake) reflect(canvas, palette, noise, shore, sky.sun.x)
  else plantPines(canvas, palette, random)
  return canvas
}

function slope(
  palette: Palette,
  sky: Sky,
  noise: Noise,
  { x, y, below, range }: { x: number; y: number; below: number; range: number },
): Rgb {
  const nearness = range / (ranges - 1)
  const body = mix(palette.far, palette.near, nearness ** 1.25)
  const haze = mix(palette.sky.at(-1) ?? palette.far, palette.far, 0.25 + nearness * 0.5)
  const rock = fractal(noise, x * 9 + range * 5, y * 13, 3) - 0.5
  const mist = smoothstep(0.02, 0.34 - nearness * 0.1, below) * (0.75 - nearness * 0.6)
  const rim = Math.exp(-below * 140) * Math.exp(-Math.abs(x - sky.sun.x) * 2.2) * (0.5 - nearness * 0.35)
  return glow(mix(scale(body, 1 + rock * 0.22 * (0.4 + nearness)), haze, mist), palette.light, rim)
}

/** Returns the top edge of the range in each column. */
function crestLine(width: number, unit: number, noise: Noise, shore: number, range: number): Float32Array {
  const nearness = range / (ranges - 1)
  const base = shore * (0.6 + 0.34 * nearness)
  const amplitude = shore * (0.3 - 0.17 * nearness)
  const seed = range * 31.7
  return Float32Array.from({ length: width }, (_, column) => {
    const x = (column / unit) * (1.1 + nearness * 1.2) + seed
    const ridge = 1 - Math.abs(2 * fractal(noise, x, seed, 6) - 1)
    return base - amplitude * (0.35 * fractal(noise, x * 0.7, seed + 9, 2) + 0.65 * ridge ** 1.6)
  })
}

/** Paints still water: the picture above it upside down, more disturbed the nearer it is. */
function reflect(canvas: Canvas, palette: Palette, noise: Noise, shore: number, sunX: number): void {
  const depth = canvas.height / Math.min(canvas.width, canvas.height) - shore
  repaint(canvas, (x, y, before) => {
    if (y < shore) return before
    const down = y - shore
    const near = down / depth
    const ripple = fractal(noise, x * (5 - 2 * near), (down * 60) / (0.25 + near), 2) - 0.5
    const mirrored = colourAt(
      canvas,
      x + ripple * 0.03 * (0.2 + near),
      shore - down * 0.92 - ripple * 0.06 * near,
    )
    const water = mix(scale(mirrored, 0.86), palette.water, 0.14 + near * 0.42)
    const glint =
      smoothstep(0.14, 0.3, ripple) * Math.exp(-(((x - sunX) / (0.05 + 0.1 * near)) ** 2)) * 0.4 * (1 - near)
    return glow(water, palette.light, glint + Math.exp(-down * 90) * 0.1)
  })
}

function plantPines(canvas: Canvas, palette: Palette, random: Random): void {
  const { width, height } = canvas
  const unit = Math.min(width, height)
  const crest = new Float32Array(width).fill(height / unit)
  for (let tree = 0; tree < (width / unit) * 34; tree++) {
    const centre = random() * width
    const tall = between(random, 0.06, 0.2) * (0.75 + 0.5 * Math.abs(centre / width - 0.5))
    const broad = tall * between(random, 0.2, 0.28) * unit
    for (let column = Math.ceil(centre - broad); column < centre + broad; column++) {
      const aside = Math.abs(column - centre) / broad
      const branches = 1 - 0.12 * Math.abs(Math.sin(aside * 19)) - 0.05 * random()
      const top = height / unit - 0.02 - tall * (1 - aside) ** 1.15 * branches
      if (column >= 0 && column < width) crest[column] = Math.min(crest[column] ?? 0, top)
    }
  }
  const dark = scale(palette.near, 0.7)
  repaint(canvas, (x, y, before) => {
    const line = crest[Math.min(width - 1, Math.round(x * unit))] ?? 0
    return y < line ? before : mix(dark, before, 0.18 * Math.exp(-(y - line) * 30))
  })
}
