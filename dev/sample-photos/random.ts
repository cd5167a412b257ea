/** Seeded random numbers: every run of the demo shows the same pictures. */

/** Returns a number from 0 (inclusive) to 1 (exclusive). */
export type Random = () => number

/** Creates a Mulberry32 generator, seeded by a text. */
export function randomFrom(seed: string): Random {
  let state = 0x811c9dc5
  for (let i = 0; i < seed.length; i++) state = Math.imul(state ^ seed.charCodeAt(i), 0x01000193)
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export function between(random: Random, low: number, high: number): number {
  return low + random() * (high - low)
}

/** Smooth field over the plane, from 0 to 1, with bumps about one unit wide. */
export type Noise = (x: number, y: number) => number

const period = 256

/** Creates value noise with quintic blending. */
export function noiseFrom(random: Random): Noise {
  const values = Float32Array.from({ length: period * period }, random)
  return (x, y) => {
    const left = Math.floor(x)
    const top = Math.floor(y)
    const across = blend(x - left)
    const down = blend(y - top)
    const column = left & (period - 1)
    const nextColumn = (left + 1) & (period - 1)
    const row = (top & (period - 1)) * period
    const nextRow = ((top + 1) & (period - 1)) * period
    const a = values[row + column] ?? 0
    const b = values[row + nextColumn] ?? 0
    const c = values[nextRow + column] ?? 0
    const d = values[nextRow + nextColumn] ?? 0
    const upper = a + (b - a) * across
    return upper + (c + (d - c) * across - upper) * down
  }
}

function blend(t: number): number {
  return t * t * t * (t * (t * 6 - 15) + 10)
}

/** Sums the noise with ever finer and weaker copies of itself, for clouds, rock and grain. Returns 0 to 1. */
export function fractal(noise: Noise, x: number, y: number, octaves: number): number {
  let sum = 0
  let weight = 0.5
  let scale = 1
  for (let octave = 0; octave < octaves; octave++) {
    sum += weight * noise(x * scale + octave * 17.3, y * scale - octave * 9.1)
    weight *= 0.5
    scale *= 2.03
  }
  return sum / (1 - 0.5 ** octaves)
}
