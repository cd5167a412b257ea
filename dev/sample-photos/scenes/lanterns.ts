/** Paints lights out of focus over wet ground at night. */
import { type Canvas, paint } from '../canvas.ts'
import { glow, gradient, lengthOf, mix, type Rgb, scale, smoothstep } from '../colour.ts'
import type { Palette } from '../palette.ts'
import { between, fractal, noiseFrom, type Random } from '../random.ts'

interface Lantern {
  x: number
  y: number
  radius: number
  colour: Rgb
  strength: number
}

export function lanterns(width: number, height: number, palette: Palette, random: Random): Canvas {
  const unit = Math.min(width, height)
  const right = width / unit
  const bottom = height / unit
  const ground = bottom * between(random, 0.62, 0.7)
  const noise = noiseFrom(random)
  const lights = hang(right, ground, palette, random)
  const night = gradient(
    scale(palette.near, 0.8),
    mix(palette.near, palette.water, 0.7),
    mix(palette.water, palette.far, 0.45),
  )
  return paint(width, height, (x, y) => {
    const isGround = y > ground
    const ripple = isGround ? fractal(noise, x * 5, (y - ground) * 38, 3) - 0.5 : 0
    const level = isGround ? ground - (y - ground) * 1.3 + ripple * 0.16 : y
    const at = x + ripple * 0.04
    const softness = isGround ? 1.5 : 1
    let colour = night(level / ground)
    for (const light of lights) {
      const distance = lengthOf(at - light.x, level - light.y)
      if (distance > light.radius * 3.2) continue
      const disc = smoothstep(light.radius * softness, light.radius * (1.86 - softness), distance)
      const ring = 0.72 + 0.42 * smoothstep(light.radius * 0.6, light.radius * 0.96, distance)
      const halo = 0.12 * Math.exp(-((distance / light.radius) ** 2) * 0.6)
      colour = glow(colour, light.colour, (disc * ring + halo) * light.strength)
    }
    if (!isGround) return colour
    const near = (y - ground) / (bottom - ground)
    return scale(mix(colour, palette.near, 0.25 + near * 0.4), 0.9 + ripple * 0.5)
  })
}

/** Creates strings of lanterns that sag from side to side. Nearer strings are larger and fainter. */
function hang(right: number, ground: number, palette: Palette, random: Random): Lantern[] {
  const tints = [palette.light, ...palette.accents]
  return Array.from({ length: 5 }, (_, string) => {
    const nearness = string / 4
    const count = Math.round(between(random, 9, 13) - nearness * 4)
    const from = ground * between(random, 0.06, 0.5)
    const to = ground * between(random, 0.06, 0.5)
    const sag = ground * between(random, 0.15, 0.4)
    return Array.from({ length: count }, (_, index): Lantern => {
      const along = (index + 0.5 + between(random, -0.2, 0.2)) / count
      return {
        x: right * (along * 1.1 - 0.05),
        y: from + (to - from) * along + sag * 4 * along * (1 - along) + between(random, -0.01, 0.01),
        radius: (0.018 + 0.062 * nearness ** 1.4) * between(random, 0.8, 1.2),
        colour: tints[Math.floor(random() * tints.length)] ?? palette.light,
        strength: between(random, 0.35, 0.85) * (1 - 0.45 * nearness),
      }
    })
  }).flat()
}
