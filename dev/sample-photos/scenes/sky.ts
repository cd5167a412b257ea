/** Paints an evening or morning sky: a low sun, drifting clouds, and stars where it is dark. */
import { clamp, glow, gradient, lengthOf, mix, type Rgb, smoothstep } from '../colour.ts'
import type { Palette } from '../palette.ts'
import { between, fractal, noiseFrom, type Random } from '../random.ts'

export interface Sky {
  sun: { x: number; y: number }
  colourAt(x: number, y: number): Rgb
  /** Returns the colour without the sun's disc and the stars, as restless water mirrors it. */
  diffuseAt(x: number, y: number): Rgb
}

export interface SkyOptions {
  /** Width of the picture and height of the horizon, in parts of the shorter side. */
  width: number
  horizon: number
  /** Height of the sun above the horizon, 0 to 1. */
  altitude?: number
}

export function skyOf(palette: Palette, random: Random, { width, horizon, altitude = 0.2 }: SkyOptions): Sky {
  const noise = noiseFrom(random)
  const colours = gradient(...palette.sky)
  const sun = {
    x: width * between(random, 0.25, 0.75),
    y: horizon * (1 - altitude * between(random, 0.7, 1.2)),
  }
  const isDark = (palette.sky[0]?.[2] ?? 0) < 0.35
  const brilliance = isDark ? 1 : 0.35

  function diffuseAt(x: number, y: number): Rgb {
    const distance = lengthOf(x - sun.x, (y - sun.y) * 1.1)
    const height = y / horizon
    const cloud =
      smoothstep(0.5, 0.78, fractal(noise, x * 2.2 + y * 0.6, y * 7.5, 4)) * smoothstep(0, 0.25, height)
    const lit = Math.exp(-distance * 1.8)
    const colour = mix(
      colours(clamp(height) ** 0.9),
      mix(palette.far, palette.light, 0.15 + lit * 0.85),
      cloud * 0.55,
    )
    return glow(colour, palette.light, brilliance * (0.4 * Math.exp(-distance * 3.6) + 0.12 * lit))
  }

  return {
    sun,
    diffuseAt,
    colourAt(x, y) {
      const disc = smoothstep(0.052, 0.047, lengthOf(x - sun.x, y - sun.y))
      const colour = glow(diffuseAt(x, y), palette.light, disc * 0.9)
      const isStar = isDark && y < horizon * 0.5 && random() > 0.9988
      return isStar ? glow(colour, [1, 1, 1], between(random, 0.15, 0.7) * (1 - (2 * y) / horizon)) : colour
    },
  }
}
