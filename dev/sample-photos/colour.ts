/** Colours as three numbers from 0 (dark) to 1, in sRGB. */

export type Rgb = readonly [red: number, green: number, blue: number]

/** Parses a colour such as `#7a4b6d`. */
export function hex(text: string): Rgb {
  const value = Number.parseInt(text.slice(1), 16)
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255]
}

/** Mixes two colours: `t` from 0 (`a`) to 1 (`b`). */
export function mix(a: Rgb, b: Rgb, t: number): Rgb {
  const part = clamp(t)
  return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part, a[2] + (b[2] - a[2]) * part]
}

export function scale(colour: Rgb, factor: number): Rgb {
  return [colour[0] * factor, colour[1] * factor, colour[2] * factor]
}

/** Adds light. */
export function glow(colour: Rgb, light: Rgb, amount: number): Rgb {
  return [colour[0] + light[0] * amount, colour[1] + light[1] * amount, colour[2] + light[2] * amount]
}

export type Gradient = (t: number) => Rgb

/** Creates a gradient through these colours, evenly spaced and softly blended. */
export function gradient(...colours: readonly Rgb[]): Gradient {
  const last = colours.length - 1
  const first = colours[0] ?? [0, 0, 0]
  return (t) => {
    const position = clamp(t) * last
    const index = Math.min(last - 1, Math.floor(position))
    const part = position - index
    return mix(colours[index] ?? first, colours[index + 1] ?? first, part * part * (3 - 2 * part))
  }
}

export function clamp(value: number, low = 0, high = 1): number {
  return Math.min(high, Math.max(low, value))
}

/** Returns 0 below `from`, 1 above `to`, and an S-curve between. */
export function smoothstep(from: number, to: number, value: number): number {
  const t = clamp((value - from) / (to - from))
  return t * t * (3 - 2 * t)
}

/**
 * Returns the length of a vector. Several times as fast as `Math.hypot`, which guards against overflow that cannot occur here.
 */
export function lengthOf(x: number, y: number): number {
  return Math.sqrt(x * x + y * y)
}
