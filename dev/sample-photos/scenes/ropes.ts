/** Paints ropes: a coil, a knot, wraps side by side, or hanging loops. */
import { type Canvas, paint } from '../canvas.ts'
import { glow, mix, type Rgb, scale } from '../colour.ts'
import type { Palette } from '../palette.ts'
import { between, fractal, type Noise, noiseFrom, type Random } from '../random.ts'
import { type Curve, castShadows, layRope, reliefOf } from '../rope.ts'

export const arrangements = ['coil', 'knot', 'wraps', 'loops'] as const
export type Arrangement = (typeof arrangements)[number]

export interface RopesOptions {
  arrangement: Arrangement
}

interface Rope {
  curve: Curve
  radius: number
  colour: Rgb
  isClosed?: boolean
}

export function ropes(
  width: number,
  height: number,
  palette: Palette,
  random: Random,
  { arrangement }: RopesOptions,
): Canvas {
  const noise = noiseFrom(random)
  const unit = Math.min(width, height)
  const size = { right: width / unit, bottom: height / unit }
  const canvas = linen(width, height, palette, noise, arrangement === 'loops')
  const relief = reliefOf(canvas)
  for (const { curve, ...look } of arrange[arrangement](size, palette, random)) {
    layRope(canvas, relief, noise, curve, { ...look, light: palette.light })
  }
  castShadows(canvas, relief, arrangement === 'loops' ? 0.55 : 0.72)
  return canvas
}

interface Size {
  right: number
  bottom: number
}

const arrange: Readonly<Record<Arrangement, (size: Size, palette: Palette, random: Random) => Rope[]>> = {
  coil({ right, bottom }, palette, random) {
    const turns = 6
    const start = random() * 6
    const x = right * between(random, 0.42, 0.58)
    const y = bottom * between(random, 0.46, 0.54)
    const radius = 0.031
    const spiral: Curve = (t) => {
      const angle = start + t * turns * 2 * Math.PI
      const reach = 0.05 + t * turns * radius * 1.98 + Math.max(0, t - 0.9) ** 2 * 120
      return {
        x: x + Math.cos(angle) * reach,
        y: y + Math.sin(angle) * reach,
        z: 0.005 + 0.004 * Math.sin(angle * 2.3),
      }
    }
    return [{ curve: spiral, radius, colour: palette.rope }]
  },
  knot({ right, bottom }, palette, random) {
    const tilt = between(random, -0.4, 0.4)
    const reach = Math.min(right, bottom) * 0.148
    const trefoil: Curve = (t) => {
      const angle = t * 2 * Math.PI
      const x = (Math.sin(angle) + 2 * Math.sin(2 * angle)) * reach
      const y = (Math.cos(angle) - 2 * Math.cos(2 * angle) + 0.45) * reach
      const z = 0.05 - Math.sin(3 * angle) * 0.042
      return {
        x: right / 2 + x * Math.cos(tilt) - y * Math.sin(tilt),
        y: bottom / 2 + x * Math.sin(tilt) + y * Math.cos(tilt),
        z,
      }
    }
    return [{ curve: trefoil, radius: 0.042, colour: palette.rope, isClosed: true }]
  },
  wraps({ right, bottom }, palette, random) {
    const radius = 0.036
    const rows = Math.ceil(bottom / (radius * 1.96)) + 1
    const lean = between(random, -0.06, 0.06)
    const horizontal = Array.from({ length: rows }, (_, row): Rope => {
      const level = row * radius * 1.96
      const wander = random() * 6
      const curve: Curve = (t) => ({
        x: -0.1 + t * (right + 0.2),
        y: level + lean * t + 0.006 * Math.sin(t * 5 + wander),
        z: 0.002,
      })
      return { curve, radius, colour: scale(palette.rope, between(random, 0.9, 1.06)) }
    })
    const middle = right * between(random, 0.4, 0.6)
    const upright = [-1.02, 0, 1.02].map((aside, index): Rope => {
      const curve: Curve = (t) => {
        const y = -0.1 + t * (bottom + 0.2)
        const braid = Math.sin((y / 0.2) * Math.PI + (index * 2 * Math.PI) / 3)
        return {
          x: middle + braid * 0.055 + aside * 0.004,
          y,
          z: 0.062 + 0.022 * Math.cos((y / 0.2) * 2 * Math.PI + index * 2.1),
        }
      }
      return { curve, radius: 0.03, colour: mix(palette.rope, palette.accents[index] ?? palette.rope, 0.55) }
    })
    return [...horizontal, ...upright]
  },
  loops({ right, bottom }, palette, random) {
    return Array.from({ length: 6 }, (_, index): Rope => {
      const middle = right * ((index + 0.5) / 6 + between(random, -0.05, 0.05))
      const half = right * between(random, 0.14, 0.26)
      const depth = bottom * between(random, 0.38, 0.85)
      const curve: Curve = (t) => {
        const side = 2 * t - 1
        return {
          x: middle + half * Math.sign(side) * Math.abs(side) ** 0.72,
          y: -0.06 + depth * (1 - Math.abs(side) ** 2.2),
          z: 0.03 + index * 0.045,
        }
      }
      const tint = palette.accents[index % palette.accents.length] ?? palette.rope
      return {
        curve,
        radius: 0.02 + 0.006 * (index % 3),
        colour: mix(palette.rope, tint, index % 2 ? 0.5 : 0.1),
      }
    })
  },
}

/** Paints a woven cloth, or a plain wall for hanging ropes, with light from the upper left. */
function linen(width: number, height: number, palette: Palette, noise: Noise, isWall: boolean): Canvas {
  return paint(width, height, (x, y) => {
    const cloud = fractal(noise, x * 2.4 + 60, y * 2.4, 3) - 0.5
    const thread = isWall
      ? 0
      : 0.05 * (Math.sin(x * 420 + noise(x * 30, y * 4) * 5) + Math.sin(y * 420 + noise(x * 4, y * 30) * 5))
    const light = 1.18 - 0.34 * (x * 0.5 + y * 0.75)
    const slub = (noise(x * 90, y * 14) + noise(x * 14 + 30, y * 90) - 1) * (isWall ? 0.02 : 0.09)
    return glow(scale(palette.cloth, light * (1 + cloud * 0.24 + thread + slub)), palette.light, 0.05 * light)
  })
}
