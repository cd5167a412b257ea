/** Paints folded silk: a surface warped by itself, lit from one side. */
import { type Canvas, paint } from '../canvas.ts'
import { clamp, glow, gradient, mix, scale } from '../colour.ts'
import type { Palette } from '../palette.ts'
import { between, fractal, noiseFrom, type Random } from '../random.ts'

export function silk(width: number, height: number, palette: Palette, random: Random): Canvas {
  const noise = noiseFrom(random)
  const [first, second, third, fourth, fifth] = palette.accents
  const dark = palette.near
  const shades = gradient(
    dark,
    fifth ?? dark,
    second ?? dark,
    first ?? dark,
    fourth ?? palette.light,
    third ?? dark,
  )
  const turn = between(random, 0, Math.PI)
  const cosine = Math.cos(turn)
  const sine = Math.sin(turn)
  const surface = (x: number, y: number) => {
    const u = (x * cosine + y * sine) * 1.9
    const v = (y * cosine - x * sine) * 0.85
    const bend = fractal(noise, u, v, 2)
    const fold = fractal(noise, u + bend * 2.6 + 3, v + bend * 1.9, 2)
    return { bend, fold: fractal(noise, u + fold * 3.1, v + fold * 2.2 + 8, 3) + 0.35 * fold }
  }
  const step = 0.004
  return paint(width, height, (x, y) => {
    const { bend, fold } = surface(x, y)
    const slope = (surface(x + step, y + step).fold - fold) / step
    const lit = clamp(0.5 - slope * 0.075, 0, 1.2)
    const colour = mix(shades(clamp(fold * 0.95 - 0.1)), shades(clamp(bend * 1.3 - 0.2)), 0.35)
    const weave = 1 + 0.02 * Math.sin((x + y * 0.3) * 900)
    return glow(scale(colour, (0.3 + 1.05 * lit) * weave), palette.light, Math.max(0, lit - 0.72) ** 2 * 1.6)
  })
}
