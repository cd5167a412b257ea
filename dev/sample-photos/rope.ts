/** Draws ropes on a canvas: three twisted strands with fibres, lit from the upper left, over and under each other. */
import type { Canvas } from './canvas.ts'
import { glow, type Rgb, scale, smoothstep } from './colour.ts'
import { fractal, type Noise } from './random.ts'

/** Point of a rope's axis, in parts of the canvas' shorter side. `z` is its height above the ground. */
export interface Point {
  x: number
  y: number
  z: number
}

/** Axis of a rope for `t` from 0 to 1. */
export type Curve = (t: number) => Point

export interface RopeOptions {
  radius: number
  colour: Rgb
  light: Rgb
  /** True for a closed loop, in which the strands must meet. */
  isClosed?: boolean
}

/** Heights of all pixels, which decide overlaps and shadows. */
export interface Relief {
  heights: Float32Array
}

export function reliefOf({ width, height }: Canvas): Relief {
  return { heights: new Float32Array(width * height) }
}

interface Step extends Point {
  /** Direction of the rope, and distance along it. */
  dx: number
  dy: number
  along: number
}

export function layRope(
  canvas: Canvas,
  relief: Relief,
  noise: Noise,
  curve: Curve,
  options: RopeOptions,
): void {
  const { width, height, pixels } = canvas
  const unit = Math.min(width, height)
  const { radius, colour, light, isClosed = false } = options
  const stepAcross = 0.45 / (radius * unit)
  const turn = radius * 3.1
  const length = lengthOf(curve)
  const stretch = isClosed ? (Math.round(length / turn) * turn) / length : 1
  for (const step of walk(curve, 0.55 / unit, stretch)) {
    for (let across = -1; across <= 1; across += stepAcross) {
      const column = Math.round((step.x - step.dy * across * radius) * unit)
      const row = Math.round((step.y + step.dx * across * radius) * unit)
      if (column < 0 || row < 0 || column >= width || row >= height) continue
      const index = row * width + column
      const round = Math.sqrt(Math.max(0, 1 - across * across))
      const top = step.z + round * radius
      if (top <= (relief.heights[index] ?? 0)) continue
      relief.heights[index] = top
      const [red, green, blue] = strandColour(noise, colour, light, step, across, round, radius)
      pixels[index * 3] = red
      pixels[index * 3 + 1] = green
      pixels[index * 3 + 2] = blue
    }
  }
}

function strandColour(
  noise: Noise,
  colour: Rgb,
  light: Rgb,
  step: Step,
  across: number,
  round: number,
  radius: number,
): Rgb {
  const around = Math.asin(Math.max(-1, Math.min(1, across)))
  const turns = step.along / (radius * 3.1)
  const phase = turns + around / 2.6
  const strand = (((phase % 1) + 1) % 1) * 2 - 1
  const bulge = Math.sqrt(Math.max(0, 1 - strand * strand))
  const fibre = fractal(noise, turns * 3 + around * 7 + strand * 6, phase * 2.2 - turns * 0.2, 3) - 0.5
  // The surface leans along the rope where a strand curves away, and across the rope where the rope curves away.
  const alongLean = strand * 0.55
  const nx = -step.dy * across + step.dx * alongLean
  const ny = step.dx * across + step.dy * alongLean
  const lit = Math.max(0, (-0.52 * nx - 0.62 * ny + 0.75 * round) / 1.1)
  const groove = 0.38 + 0.62 * smoothstep(0.05, 0.75, bulge)
  const body = scale(colour, (0.16 + 0.9 * lit) * groove * (1 + fibre * 0.42))
  return glow(body, light, smoothstep(0.82, 1.02, lit) * 0.16 * bulge)
}

const pieces = 1400

function lengthOf(curve: Curve): number {
  let length = 0
  for (const { along } of walk(curve, 1, 1)) length = along
  return length
}

/** Yields even steps along the curve, and multiplies its length by `stretch`. */
function* walk(curve: Curve, length: number, stretch: number): Generator<Step> {
  let along = 0
  let previous = curve(0)
  for (let piece = 1; piece <= pieces; piece++) {
    const next = curve(piece / pieces)
    const distance = Math.hypot(next.x - previous.x, next.y - previous.y)
    const dx = distance > 0 ? (next.x - previous.x) / distance : 1
    const dy = distance > 0 ? (next.y - previous.y) / distance : 0
    const steps = Math.max(1, Math.ceil(distance / length))
    for (let step = 0; step < steps; step++) {
      const part = step / steps
      yield {
        x: previous.x + (next.x - previous.x) * part,
        y: previous.y + (next.y - previous.y) * part,
        z: previous.z + (next.z - previous.z) * part,
        dx,
        dy,
        along: (along + distance * part) * stretch,
      }
    }
    along += distance
    previous = next
  }
}

/** Darkens pixels softly that are in the shadow of something higher towards the upper left, and the crevices beside it. */
export function castShadows({ width, height, pixels }: Canvas, { heights }: Relief, strength: number): void {
  const unit = Math.min(width, height)
  const reaches = [0.008, 0.016, 0.026, 0.038, 0.052]
  const offsets = reaches.map((reach) => ({
    column: Math.round(reach * unit * 0.62),
    row: Math.round(reach * unit * 0.78),
    rise: reach * 0.72,
  }))
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const index = row * width + column
      const own = heights[index] ?? 0
      let shadow = 0
      for (const offset of offsets) {
        const x = Math.max(0, column - offset.column)
        const y = Math.max(0, row - offset.row)
        shadow += smoothstep(0, 0.02, (heights[y * width + x] ?? 0) - own - offset.rise)
      }
      const shade = 1 - strength * Math.min(1, shadow / 2.2)
      for (let channel = 0; channel < 3; channel++) {
        pixels[index * 3 + channel] = (pixels[index * 3 + channel] ?? 0) * shade
      }
    }
  }
}
