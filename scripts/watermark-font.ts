/** Generator of the glyphs for watermarks, from the WOFF files of an npm package. A test fails while the module is stale. */
import { readFile, writeFile } from 'node:fs/promises'
import { endWithHelp } from '../src/node/usage.ts'
import { project } from './deployment.ts'
import { type Contour, type Font, openFont } from './watermark-font/truetype.ts'

const fontPackage = `${project}node_modules/@fontsource/figtree/`
const module = `${project}src/base/watermark/glyphs.ts`
/** Units of an em in the module. Enough for letters of 250 pixels, with small numbers. */
const unitsPerEm = 500
/** Latin in Unicode's first blocks, and punctuation. The font lacks some of the characters. */
const ranges = [
  [0x20, 0x7e],
  [0xa1, 0x17f],
  [0x218, 0x21b],
  [0x1e80, 0x1e85],
  [0x1e9e, 0x1e9e],
  [0x2013, 0x2026],
  [0x2039, 0x203a],
  [0x20ac, 0x20ac],
  [0x2122, 0x2122],
] as const

/** Returns the module as TypeScript. */
export async function glyphsModule(): Promise<string> {
  const fonts = await Promise.all(
    ['latin', 'latin-ext'].map(async (subset) =>
      openFont(await readFile(`${fontPackage}files/figtree-${subset}-600-normal.woff`)),
    ),
  )
  const [font] = fonts
  if (!font) throw new Error('no font')
  const scale = unitsPerEm / font.unitsPerEm
  const packed = pack(fonts, scale)
  return `/**
 * Glyphs of Figtree SemiBold for watermarks. \`npm run docs:glyphs\` writes this file, and scripts/watermark-font.ts describes it.
 *
 * Copyright 2022 The Figtree Project Authors (https://github.com/erikdkennedy/figtree), SIL Open Font License, Version 1.1
 * (https://openfontlicense.org). The licence lies beside this file.
 */

/** Changes whenever the glyphs change. */
export const fontVersion = '${(await digestOf(packed)).slice(0, 8)}'
/** Units of an em, and the space above and below the baseline. */
export const fontMetrics = { unitsPerEm: ${unitsPerEm}, ascender: ${Math.round(font.ascender * scale)}, descender: ${Math.round(-font.descender * scale)} } as const
/** All glyphs in base64, for ./font.ts. */
export const packedGlyphs =
  '${Buffer.from(packed).toString('base64')}'
`
}

/**
 * Packs the outlines that the glyphs consist of, then the characters. Every number is a varint. Signed numbers alternate: 0, -1, 1, -2.
 *
 * - Outlines: their number, then each outline. An outline is the number of its contours, then each contour. A contour is the number of its
 *   points, then each point. A point is twice its step in x, plus 1 if it lies on the contour, then its step in y.
 * - Characters: the step of the code point, the advance, the number of parts, then each part. A part is the number of its outline, then its
 *   place in x and y.
 */
function pack(fonts: readonly Font[], scale: number): Uint8Array {
  const outlines = new Map<string, number[]>()
  const characters: number[] = []
  let last = 0
  for (const [from, to] of ranges) {
    for (let code = from; code <= to; code++) {
      const font = fonts.find((some) => some.glyphOf(code) !== undefined)
      const glyph = font?.glyphOf(code)
      if (!font || glyph === undefined) continue
      const parts = partsOf(font, glyph, scale, { x: 0, y: 0 })
      characters.push(code - last, Math.round(font.advanceOf(glyph) * scale), parts.length)
      for (const { outline, x, y } of parts) {
        const key = outline.join()
        const known = outlines.get(key)
        if (!known) outlines.set(key, outline)
        characters.push([...outlines.keys()].indexOf(key), signed(x), signed(y))
      }
      last = code
    }
  }
  return varints([outlines.size, ...[...outlines.values()].flat(), ...characters])
}

interface Part {
  outline: number[]
  x: number
  y: number
}

function partsOf(font: Font, glyph: number, scale: number, at: { x: number; y: number }): Part[] {
  const outline = font.outlineOf(glyph)
  if ('contours' in outline) {
    if (outline.contours.length === 0) return []
    return [{ outline: numbersOf(outline.contours, scale), ...at }]
  }
  return outline.components.flatMap(({ glyph: part, dx, dy }) =>
    partsOf(font, part, scale, { x: at.x + Math.round(dx * scale), y: at.y + Math.round(dy * scale) }),
  )
}

function numbersOf(contours: readonly Contour[], scale: number): number[] {
  const numbers = [contours.length]
  let [lastX, lastY] = [0, 0]
  for (const contour of contours) {
    numbers.push(contour.length)
    for (const point of contour) {
      const [x, y] = [Math.round(point.x * scale), Math.round(point.y * scale)]
      numbers.push(signed(x - lastX) * 2 + (point.isOn ? 1 : 0), signed(y - lastY))
      ;[lastX, lastY] = [x, y]
    }
  }
  return numbers
}

const signed = (value: number) => (value < 0 ? -2 * value - 1 : 2 * value)

function varints(numbers: readonly number[]): Uint8Array {
  const bytes: number[] = []
  for (const number of numbers) {
    let rest = number
    for (; rest > 127; rest >>>= 7) bytes.push((rest & 127) | 128)
    bytes.push(rest)
  }
  return Uint8Array.from(bytes)
}

async function digestOf(bytes: Uint8Array): Promise<string> {
  return Buffer.from(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes))).toString('hex')
}

if (import.meta.main) {
  endWithHelp('node scripts/watermark-font.ts: writes the glyphs for watermarks from the font package')
  await writeFile(module, await glyphsModule())
}
