/**
 * Reads the outlines of a TrueType font in a WOFF file (https://www.w3.org/TR/WOFF/,
 * https://learn.microsoft.com/typography/opentype/spec/glyf).
 */
import { inflateSync } from 'node:zlib'

/** A point of a contour, in units of the font. */
export interface FontPoint {
  x: number
  y: number
  /** False for the control point of a quadratic curve. */
  isOn: boolean
}

export type Contour = readonly FontPoint[]

/** A glyph inside another. */
export interface Component {
  glyph: number
  dx: number
  dy: number
}

export type Outline = { contours: readonly Contour[] } | { components: readonly Component[] }

export interface Font {
  unitsPerEm: number
  ascender: number
  descender: number
  /** Returns the number of the glyph; `undefined` if the font lacks the character. */
  glyphOf(codePoint: number): number | undefined
  advanceOf(glyph: number): number
  outlineOf(glyph: number): Outline
}

type Tables = ReadonlyMap<string, DataView>

/** Opens the font. Throws for a file that is no WOFF with TrueType outlines. */
export function openFont(file: Uint8Array): Font {
  const tables = tablesOf(file)
  const table = (tag: string) => {
    const found = tables.get(tag)
    if (!found) throw new Error(`the font has no table ${tag}`)
    return found
  }
  const head = table('head')
  const hhea = table('hhea')
  const isLong = head.getInt16(50) === 1
  const [loca, glyf, hmtx] = [table('loca'), table('glyf'), table('hmtx')]
  const metrics = hhea.getUint16(34)
  const offsetOf = (glyph: number) => (isLong ? loca.getUint32(glyph * 4) : loca.getUint16(glyph * 2) * 2)
  const characters = characterMap(table('cmap'))
  return {
    unitsPerEm: head.getUint16(18),
    ascender: hhea.getInt16(4),
    descender: hhea.getInt16(6),
    glyphOf: (codePoint) => characters.get(codePoint),
    advanceOf: (glyph) => hmtx.getUint16(Math.min(glyph, metrics - 1) * 4),
    outlineOf(glyph) {
      const [start, end] = [offsetOf(glyph), offsetOf(glyph + 1)]
      if (start === end) return { contours: [] }
      const view = new DataView(glyf.buffer, glyf.byteOffset + start, end - start)
      const count = view.getInt16(0)
      return count >= 0 ? { contours: contoursOf(view, count) } : { components: componentsOf(view) }
    },
  }
}

function tablesOf(file: Uint8Array): Tables {
  const view = new DataView(file.buffer, file.byteOffset, file.length)
  if (view.getUint32(0) !== 0x774f4646) throw new Error('the file is no WOFF')
  const tables = new Map<string, DataView>()
  for (let index = 0; index < view.getUint16(12); index++) {
    const at = 44 + index * 20
    const tag = new TextDecoder('latin1').decode(file.subarray(at, at + 4))
    const [offset, packed, length] = [view.getUint32(at + 4), view.getUint32(at + 8), view.getUint32(at + 12)]
    const stored = file.subarray(offset, offset + packed)
    const bytes = new Uint8Array(packed < length ? inflateSync(stored) : stored)
    tables.set(tag, new DataView(bytes.buffer, bytes.byteOffset, bytes.length))
  }
  return tables
}

/** Reads the segments of format 4, which every font for the web has. */
function characterMap(cmap: DataView): Map<number, number> {
  const characters = new Map<number, number>()
  for (let index = 0; index < cmap.getUint16(2); index++) {
    const at = cmap.getUint32(4 + index * 8 + 4)
    if (cmap.getUint16(at) !== 4) continue
    const segments = cmap.getUint16(at + 6) / 2
    const field = (part: number, segment: number) =>
      at + 14 + part * segments * 2 + (part > 0 ? 2 : 0) + segment * 2
    for (let segment = 0; segment < segments; segment++) {
      const [end, start] = [cmap.getUint16(field(0, segment)), cmap.getUint16(field(1, segment))]
      const delta = cmap.getUint16(field(2, segment))
      const rangeAt = field(3, segment)
      const range = cmap.getUint16(rangeAt)
      for (let code = start; code <= end && code !== 0xffff; code++) {
        const raw = range === 0 ? code : cmap.getUint16(rangeAt + range + (code - start) * 2)
        if (raw !== 0) characters.set(code, (raw + delta) & 0xffff)
      }
    }
  }
  return characters
}

function contoursOf(view: DataView, count: number): Contour[] {
  const ends = Array.from({ length: count }, (_, index) => view.getUint16(10 + index * 2))
  const points = (ends.at(-1) ?? -1) + 1
  let at = 10 + count * 2
  at += 2 + view.getUint16(at)
  const flags: number[] = []
  while (flags.length < points) {
    const flag = view.getUint8(at++)
    const repeats = flag & 8 ? view.getUint8(at++) : 0
    for (let repeat = 0; repeat <= repeats; repeat++) flags.push(flag)
  }
  const coordinates = (short: number, same: number) => {
    let value = 0
    return flags.map((flag) => {
      if (flag & short) value += view.getUint8(at++) * (flag & same ? 1 : -1)
      else if (!(flag & same)) {
        value += view.getInt16(at)
        at += 2
      }
      return value
    })
  }
  const xs = coordinates(2, 16)
  const ys = coordinates(4, 32)
  return ends.map((end, index) => {
    const start = index === 0 ? 0 : (ends[index - 1] ?? 0) + 1
    return flags.slice(start, end + 1).map((flag, offset) => ({
      x: xs[start + offset] ?? 0,
      y: ys[start + offset] ?? 0,
      isOn: (flag & 1) === 1,
    }))
  })
}

function componentsOf(view: DataView): Component[] {
  const components: Component[] = []
  let at = 10
  for (;;) {
    const flags = view.getUint16(at)
    const glyph = view.getUint16(at + 2)
    if ((flags & 2) === 0 || (flags & 0b1100_1000) !== 0)
      throw new Error('a glyph has parts that are not only moved')
    const isWide = (flags & 1) === 1
    components.push({
      glyph,
      dx: isWide ? view.getInt16(at + 4) : view.getInt8(at + 4),
      dy: isWide ? view.getInt16(at + 6) : view.getInt8(at + 5),
    })
    at += isWide ? 8 : 6
    if ((flags & 32) === 0) return components
  }
}
