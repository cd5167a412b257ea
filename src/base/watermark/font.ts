/** Outlines of the characters that watermarks can show, from ./glyphs.ts. scripts/watermark-font.ts describes the packed form. */
import { once } from '../once.ts'
import { packedGlyphs } from './glyphs.ts'

/** A point of a contour in units of the font, with y upwards. */
export interface GlyphPoint {
  x: number
  y: number
  /** False for the control point of a quadratic curve. */
  isOn: boolean
}

/** Closed curves. */
export type Outline = readonly (readonly GlyphPoint[])[]

export interface Glyph {
  advance: number
  parts: readonly { outline: Outline; x: number; y: number }[]
}

/** Returns the glyphs by code point. */
export const glyphs: () => ReadonlyMap<number, Glyph> = once(() => {
  const next = numbersOf(packedGlyphs)
  const outlines = repeated(next(), () => readOutline(next))
  const found = new Map<number, Glyph>()
  let code = 0
  for (let step = next(); step > 0; step = next()) {
    code += step
    const advance = next()
    const parts = repeated(next(), () => {
      const outline = outlines[next()] ?? []
      const x = signed(next())
      return { outline, x, y: signed(next()) }
    })
    found.set(code, { advance, parts })
  }
  return found
})

function readOutline(next: () => number): Outline {
  let [x, y] = [0, 0]
  return repeated(next(), () =>
    repeated(next(), () => {
      const step = next()
      x += signed(step >>> 1)
      y += signed(next())
      return { x, y, isOn: (step & 1) === 1 }
    }),
  )
}

function repeated<T>(count: number, make: () => T): T[] {
  return Array.from({ length: count }, make)
}

/** Returns a reader of varints. It returns 0 at the end. */
function numbersOf(base64: string): () => number {
  const bytes = atob(base64)
  let at = 0
  return () => {
    let value = 0
    for (let shift = 0; at < bytes.length; shift += 7) {
      const byte = bytes.charCodeAt(at++)
      value |= (byte & 127) << shift
      if (byte < 128) break
    }
    return value
  }
}

const signed = (value: number) => (value & 1 ? -(value + 1) / 2 : value / 2)
