/** Paints trunks in the mist, with slanting light. */
import { type Canvas, paint } from '../canvas.ts'
import { glow, gradient, lengthOf, mix, type Rgb, scale, smoothstep } from '../colour.ts'
import type { Palette } from '../palette.ts'
import { between, fractal, type Noise, noiseFrom, type Random } from '../random.ts'

interface Trunk {
  x: number
  radius: number
  lean: number
  /** Nearness from 0 (far away) to 1 (in front). */
  nearness: number
}

export function forest(width: number, height: number, palette: Palette, random: Random): Canvas {
  const unit = Math.min(width, height)
  const right = width / unit
  const bottom = height / unit
  const noise = noiseFrom(random)
  const trunks = grow(right, random)
  const sun = { x: right * between(random, 0.3, 0.7), y: bottom * 0.3 }
  const air = gradient(...palette.sky.slice(1).map((colour) => mix(colour, palette.far, 0.25)))
  return paint(width, height, (x, y) => {
    const mist = fractal(noise, x * 1.6, y * 3.2 + 20, 4)
    const distance = lengthOf(x - sun.x, y - sun.y) + 1e-6
    const aside = { x: (x - sun.x) / distance, y: (y - sun.y) / distance }
    const beam = fractal(noise, aside.x * 3 + 50, aside.y * 3 + distance * 0.3, 3)
    const light =
      Math.exp(-distance * 1.9) * 0.42 +
      smoothstep(0.5, 0.75, beam) * Math.exp(-distance * 1.1) * smoothstep(0.02, 0.5, distance) * 0.5
    const background = glow(air(0.25 + (y / bottom) * 0.75), palette.light, light)
    const floor = bottom * 0.74 + 0.05 * noise(x * 2, 7)
    const seen = trunkAt(trunks, palette, noise, { x, y, bottom, light }) ?? background
    const fog = (mist - 0.3) * 0.55 * smoothstep(bottom * 0.25, bottom * 0.9, y)
    const withFog = mix(seen, background, Math.max(0, fog))
    if (y < floor) return withFog
    const fern = fractal(noise, x * 26, y * 34, 4)
    const ground = scale(mix(palette.near, palette.far, fern * 0.75 - 0.12), 0.75 + 0.35 * fern)
    return mix(withFog, ground, smoothstep(floor, floor + 0.16, y + (fern - 0.5) * 0.1))
  })
}

/** Creates the trunks, from front to back. */
function grow(right: number, random: Random): Trunk[] {
  const count = Math.round(30 * right)
  return Array.from({ length: count }, (_, index): Trunk => {
    const nearness = (1 - index / count) ** 2.7
    return {
      x: right * random(),
      radius: (0.006 + 0.048 * nearness) * between(random, 0.7, 1.2),
      lean: between(random, -0.05, 0.05),
      nearness,
    }
  })
}

function trunkAt(
  trunks: readonly Trunk[],
  palette: Palette,
  noise: Noise,
  { x, y, bottom, light }: { x: number; y: number; bottom: number; light: number },
): Rgb | undefined {
  for (const { x: foot, radius, lean, nearness } of trunks) {
    const root = bottom * (0.84 + 0.16 * nearness)
    if (y > root) continue
    const width = radius * (1 + 0.5 * smoothstep(0.14, 0, root - y))
    const across = (x - foot - lean * (bottom - y) - 0.008 * noise(y * 4, foot * 30)) / width
    if (Math.abs(across) > 1) continue
    const bark = fractal(noise, across * 3 + foot * 90, y * 9, 4) - 0.5
    const body = mix(palette.far, palette.near, 0.25 + 0.75 * nearness)
    const round = 0.72 + 0.4 * Math.sqrt(1 - across * across) - across * 0.16
    return glow(
      scale(body, round * (1 + bark * 0.5 * (0.3 + nearness))),
      palette.light,
      light * (0.5 - 0.35 * nearness),
    )
  }
  return undefined
}
