/** Paints vessels and fruit on a table, in the light of one window. */
import { type Canvas, paint } from '../canvas.ts'
import { clamp, glow, lengthOf, mix, type Rgb, scale, smoothstep } from '../colour.ts'
import type { Palette } from '../palette.ts'
import { between, fractal, type Noise, noiseFrom, type Random } from '../random.ts'

/** Half the width of a thing at a height from 0 (foot) to 1 (top), relative to its widest point. */
type Profile = (height: number) => number

const profiles: readonly Profile[] = [
  // A bottle: body, shoulder, neck, lip.
  (h) =>
    0.97 - 0.69 * smoothstep(0.5, 0.72, h) + 0.07 * smoothstep(0.93, 0.95, h) - 0.05 * smoothstep(0.06, 0, h),
  // A round vase with a short neck.
  (h) =>
    0.5 +
    0.5 * Math.sin(Math.PI * clamp(h * 1.18)) ** 0.8 -
    0.1 * smoothstep(0.7, 0.86, h) +
    0.12 * smoothstep(0.88, 1, h),
  // A tall jug.
  (h) =>
    0.62 +
    0.36 * Math.sin(Math.PI * (0.18 + 0.75 * h)) -
    0.32 * smoothstep(0.6, 0.86, h) +
    0.2 * smoothstep(0.86, 1, h),
  // A bowl.
  (h) => 0.36 + 0.64 * Math.sin((Math.PI / 2) * clamp(h) ** 0.7),
  // An apple or orange.
  (h) => roundness(h),
  // A pear.
  (h) => roundness(h ** 1.25) * (1 - 0.36 * smoothstep(0.3, 0.95, h)),
]

function roundness(h: number): number {
  return Math.sqrt(Math.max(0, 1 - (2 * h - 1) ** 2))
}

interface Thing {
  profile: Profile
  x: number
  foot: number
  half: number
  tall: number
  colour: Rgb
  gloss: number
  /** True when its inside is visible from above. */
  isOpen: boolean
}

export function stillLife(width: number, height: number, palette: Palette, random: Random): Canvas {
  const unit = Math.min(width, height)
  const right = width / unit
  const bottom = height / unit
  const edge = bottom * between(random, 0.58, 0.64)
  const noise = noiseFrom(random)
  const things = arrange(right, bottom, palette, random)
  return paint(width, height, (x, y) => {
    for (const thing of things) {
      const seen = thingAt(thing, palette, noise, x, y)
      if (seen) return seen
    }
    const ground = y > edge ? table(palette, noise, x, y, edge) : wall(palette, noise, x, y, right)
    return scale(
      ground,
      things.reduce((light, thing) => light * (1 - shadowOf(thing, x, y, edge)), 1),
    )
  })
}

/** Arranges the things, from front to back. */
function arrange(right: number, bottom: number, palette: Palette, random: Random): Thing[] {
  const kinds = [
    { profile: 0, half: 0.085, tall: 0.52 },
    { profile: 1, half: 0.14, tall: 0.34 },
    { profile: 2, half: 0.115, tall: 0.42 },
    { profile: 3, half: 0.17, tall: 0.15 },
    { profile: 4, half: 0.075, tall: 0.14 },
    { profile: 5, half: 0.07, tall: 0.17 },
    { profile: 4, half: 0.065, tall: 0.125 },
  ]
  const firstColour = Math.floor(random() * palette.accents.length)
  const room = right * 0.78
  const places = shuffled([0.04, 0.22, 0.4, 0.56, 0.72, 0.86, 0.98], random)
  return kinds
    .map((kind, index): Thing => {
      const isFruit = kind.profile >= 4
      const size = between(random, 0.9, 1.1)
      return {
        profile: profiles[kind.profile] ?? (() => 1),
        x: (right - room) / 2 + room * ((places[index] ?? 0.5) + between(random, -0.03, 0.03)),
        foot: bottom * (isFruit ? between(random, 0.83, 0.89) : between(random, 0.71, 0.79)),
        half: kind.half * size,
        tall: kind.tall * size,
        colour: palette.accents[(firstColour + index) % palette.accents.length] ?? palette.rope,
        gloss: isFruit ? 0.25 : between(random, 0.15, 0.8),
        isOpen: !isFruit,
      }
    })
    .sort((a, b) => b.foot - a.foot)
}

function shuffled<T>(items: readonly T[], random: Random): T[] {
  return items
    .map((item) => ({ item, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ item }) => item)
}

function thingAt(thing: Thing, palette: Palette, noise: Noise, x: number, y: number): Rgb | undefined {
  const height = (thing.foot - y) / thing.tall
  const across = (x - thing.x) / thing.half
  if (thing.isOpen) {
    const mouth = thing.profile(1)
    const rim = lengthOf(across / mouth, ((height - 1) * thing.tall) / (thing.half * mouth * 0.16))
    if (rim < 0.88) return scale(thing.colour, 0.1 + 0.3 * smoothstep(-0.4, 1, across / mouth))
    if (rim < 1) return scale(thing.colour, 0.75 - 0.35 * (across / mouth))
  }
  // A round foot is visible from slightly above.
  const sunk = 0.1 * thing.half * Math.sqrt(Math.max(0, 1 - across * across))
  const h = height + sunk / thing.tall
  if (h < 0 || h > 1 || Math.abs(across) > 1.05) return undefined
  const reach = thing.profile(h)
  if (Math.abs(across) > reach || reach <= 0) return undefined
  const nx = across / reach
  const round = Math.sqrt(Math.max(0, 1 - nx * nx))
  const lean =
    (thing.profile(clamp(h + 0.02)) - thing.profile(clamp(h - 0.02))) * (thing.half / thing.tall) * 25
  const ny = lean / lengthOf(1, lean)
  const lit = clamp(-0.66 * nx + 0.5 * round + 0.3 * ny, 0, 1.2)
  const glaze = fractal(noise, x * 16 + thing.x * 40, y * 22, 4) - 0.5
  const bounce = 0.1 * smoothstep(0.25, 0, h) + 0.06 * smoothstep(0.6, 1, nx)
  const body = scale(thing.colour, (0.12 + 0.95 * lit + bounce) * (1 + glaze * 0.2))
  const window =
    smoothstep(0.1, 0.02, Math.abs(nx + 0.52)) * smoothstep(0.5, 0.58, h) * smoothstep(0.86, 0.76, h)
  const edge = smoothstep(1, 0.965, Math.abs(nx))
  return scale(glow(body, palette.light, window * thing.gloss * 0.55), 0.72 + 0.28 * edge)
}

/** Returns the strength of a thing's shadow. The shadow falls to the right on the table, and is deepest at the foot. */
function shadowOf(thing: Thing, x: number, y: number, edge: number): number {
  if (y < edge - 0.02) return 0
  const along = (x - thing.x - thing.half * 0.2) / (thing.half * 1.1)
  const up = (thing.foot - y) / (thing.half * 0.34)
  const contact = Math.exp(-(along * along) * 0.9 - up * up * 0.9) * 0.62
  const skew = along - (thing.foot - y) * 2
  const length = (thing.tall / thing.half) * 0.75
  const cast =
    smoothstep(-0.4, 0.6, skew) * smoothstep(length + 1.4, 0.2, skew) * Math.exp(-up * up * 0.7) * 0.5
  return Math.min(0.85, contact + cast)
}

function wall(palette: Palette, noise: Noise, x: number, y: number, right: number): Rgb {
  const plaster = fractal(noise, x * 5 + 9, y * 5, 5) - 0.5
  const base = mix(palette.cloth, palette.far, 0.35)
  // Slanting patch of light from the window, with its crossbars.
  const across = x - right * 0.42 + y * 0.42
  const patch =
    smoothstep(-0.26, -0.21, across) *
    smoothstep(0.36, 0.3, across) *
    smoothstep(0.02, 0.08, y) *
    smoothstep(0.62, 0.5, y)
  const bars =
    smoothstep(0.006, 0.014, Math.abs(across - 0.045)) * smoothstep(0.006, 0.014, Math.abs(y - 0.3))
  const falloff = 1.12 - 0.5 * (x / right)
  return glow(scale(base, falloff * (0.82 + plaster * 0.22)), palette.light, patch * bars * 0.26)
}

function table(palette: Palette, noise: Noise, x: number, y: number, edge: number): Rgb {
  const depth = y - edge
  const grain = fractal(noise, x * 3.4, y * 46, 4) - 0.5
  const wood = mix(palette.near, palette.rope, 0.3 + grain * 0.32)
  const sheen = Math.exp(-(((x - 0.45) / 0.5) ** 2)) * Math.exp(-depth * 5) * 0.16
  return glow(
    scale(wood, 0.7 + 0.55 * smoothstep(0, 0.25, depth)),
    palette.light,
    sheen + Math.exp(-depth * 220) * 0.2,
  )
}
