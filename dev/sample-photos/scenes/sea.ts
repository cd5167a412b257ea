/** Paints the open sea under a low sun, with a rope between the posts of an old jetty. */
import { type Canvas, paint } from '../canvas.ts'
import { glow, mix, type Rgb, scale, smoothstep } from '../colour.ts'
import type { Palette } from '../palette.ts'
import { between, fractal, type Noise, noiseFrom, type Random } from '../random.ts'
import { type Sky, skyOf } from './sky.ts'

interface Post {
  x: number
  top: number
  foot: number
  radius: number
}

export function sea(width: number, height: number, palette: Palette, random: Random): Canvas {
  const unit = Math.min(width, height)
  const bottom = height / unit
  const horizon = bottom * between(random, 0.44, 0.52)
  const noise = noiseFrom(random)
  const sky = skyOf(palette, random, { width: width / unit, horizon, altitude: 0.3 })
  const posts = jetty(width / unit, horizon, bottom, sky.sun.x < width / unit / 2)
  return paint(width, height, (x, y) => {
    const wood = jettyAt(posts, palette, noise, x, y)
    if (wood) return wood
    if (y < horizon) return sky.colourAt(x, y)
    return waterAt(palette, sky, noise, { x, y, horizon, bottom, posts })
  })
}

function waterAt(
  palette: Palette,
  sky: Sky,
  noise: Noise,
  { x, y, horizon, bottom, posts }: { x: number; y: number; horizon: number; bottom: number; posts: Post[] },
): Rgb {
  const near = (y - horizon) / (bottom - horizon)
  const distance = 1 / (near + 0.035)
  const swell = fractal(noise, x * distance * 1.1 + 40, distance * 5.5, 3)
  const chop = fractal(noise, x * distance * 3 + 7, distance * 17, 3)
  const wave = swell * 0.6 + chop * 0.4 - 0.5
  const reflected = sky.diffuseAt(x + wave * 0.08, horizon * (0.98 - near * 0.55) + wave * 0.12)
  let colour = mix(reflected, palette.water, 0.3 + near * 0.45 - wave * 0.9)
  const path = Math.exp(-(((x - sky.sun.x) / (0.05 + near * 0.3)) ** 2))
  colour = glow(colour, palette.light, path * (smoothstep(0.02, 0.2, wave) * 0.75 + 0.1))
  for (const post of posts) {
    const shade = smoothstep(1.6, 0.5, Math.abs(x + wave * 0.05 - post.x) / post.radius)
    const length = (post.foot - post.top) * 1.1
    if (y > post.foot) colour = scale(colour, 1 - 0.6 * shade * smoothstep(length, 0, y - post.foot))
  }
  return glow(colour, palette.light, Math.exp(-near * 60) * 0.12)
}

/** Creates posts from the front corner out to sea. */
function jetty(width: number, horizon: number, bottom: number, isRight: boolean): Post[] {
  return Array.from({ length: 5 }, (_, index) => {
    const near = 0.62 ** index
    const aside = 0.5 + (isRight ? 1 : -1) * (0.1 + 0.3 * near)
    return {
      x: width * aside,
      foot: horizon + (bottom - horizon) * 0.86 * near,
      top: horizon + (bottom - horizon) * 0.86 * near - 0.34 * near,
      radius: 0.022 * near,
    }
  })
}

function jettyAt(posts: Post[], palette: Palette, noise: Noise, x: number, y: number): Rgb | undefined {
  for (const { x: centre, top, foot, radius } of posts) {
    const across = (x - centre) / radius
    if (Math.abs(across) < 1 && y > top && y < foot) {
      const grain = fractal(noise, across * 3 + centre * 50, y * 14, 3) - 0.5
      const round = Math.sqrt(1 - across * across)
      return scale(mix(palette.near, palette.far, 0.1 + 0.3 * round + 0.25 * grain), 0.85)
    }
  }
  return hangingRopeAt(posts, palette, x, y)
}

function hangingRopeAt(posts: Post[], palette: Palette, x: number, y: number): Rgb | undefined {
  for (const [index, from] of posts.entries()) {
    const to = posts[index + 1]
    const along = to && (x - from.x) / (to.x - from.x)
    if (!to || along === undefined || along < 0 || along > 1) continue
    const thickness = (from.radius + (to.radius - from.radius) * along) * 0.3
    const sag = (from.foot - from.top) * 0.42 * along * (1 - along) * 2.2
    const start = from.top + (from.foot - from.top) * 0.14
    const end = to.top + (to.foot - to.top) * 0.14
    const across = (y - (start + (end - start) * along + sag)) / thickness
    if (Math.abs(across) < 1) {
      const strand = 0.75 + 0.25 * Math.sin(((x - from.x) / thickness) * 0.9 + across * 1.6)
      return scale(
        palette.rope,
        0.85 * strand * (0.55 + 0.45 * Math.sqrt(1 - across * across) - across * 0.2),
      )
    }
  }
  return undefined
}
