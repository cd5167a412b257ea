/** Paints dunes: crests that run into each other, lit from one side, with ripples from the wind. */
import { type Canvas, paint } from '../canvas.ts'
import { glow, mix, type Rgb, scale, smoothstep } from '../colour.ts'
import type { Palette } from '../palette.ts'
import { between, fractal, type Noise, noiseFrom, type Random } from '../random.ts'
import { skyOf } from './sky.ts'

interface Dune {
  crest(x: number): number
  /** Position where the lit side turns into the shaded side. */
  ridge: number
  nearness: number
}

export function dunes(width: number, height: number, palette: Palette, random: Random): Canvas {
  const unit = Math.min(width, height)
  const bottom = height / unit
  const noise = noiseFrom(random)
  const horizon = bottom * between(random, 0.36, 0.44)
  const sky = skyOf(palette, random, { width: width / unit, horizon, altitude: 0.42 })
  const layers = Array.from({ length: 6 }, (_, index) =>
    duneOf(index / 5, horizon, bottom, random, noise),
  ).reverse()
  return paint(width, height, (x, y) => {
    for (const dune of layers) {
      const below = y - dune.crest(x)
      if (below >= 0) return sand(palette, noise, dune, { x, y, below })
    }
    return sky.colourAt(x, y)
  })
}

function duneOf(nearness: number, horizon: number, bottom: number, random: Random, noise: Noise): Dune {
  const base = horizon + (bottom - horizon) * (nearness * 0.78 - 0.02)
  const height = 0.05 + 0.17 * nearness
  const phase = random() * 9
  const wave = between(random, 1, 1.7) * (1.5 - 0.7 * nearness)
  return {
    nearness,
    ridge: between(random, 0.2, 0.8),
    crest(x) {
      const swell = Math.sin(x * wave * 2 + phase)
      const steep = swell + 0.22 * Math.sin(x * wave * 4 + phase * 2 + 1)
      return base - height * (0.5 + 0.45 * steep) - 0.04 * noise(x * 1.3, phase) * nearness
    },
  }
}

function sand(
  palette: Palette,
  noise: Noise,
  dune: Dune,
  spot: { x: number; y: number; below: number },
): Rgb {
  const { x, y, below } = spot
  const slope = (dune.crest(x + 0.01) - dune.crest(x - 0.01)) / 0.02
  const fold = fractal(noise, x * 1.6 + dune.ridge * 40, y * 3.1, 3) - 0.5
  const lit = smoothstep(-0.45, 0.45, slope * 1.1 + fold * 0.9 - below * 0.3)
  const ripples = Math.sin(
    (below + 0.1 * slope) * (420 - 250 * dune.nearness) + fractal(noise, x * 5, y * 9, 2) * 9 + x * 9,
  )
  const warm = mix(palette.rope, palette.light, 0.3)
  const cool = mix(palette.far, palette.near, 0.2 + 0.5 * dune.nearness)
  const haze = (1 - dune.nearness) * 0.55
  const colour = mix(mix(cool, warm, lit * 0.92), palette.sky.at(-1) ?? warm, haze)
  const grain = 1 + ripples * 0.045 * (0.35 + dune.nearness) + fold * 0.1
  return glow(scale(colour, grain * (0.72 + 0.34 * lit)), palette.light, Math.exp(-below * 130) * 0.22)
}
