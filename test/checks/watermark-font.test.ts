import { readFile } from 'node:fs/promises'
import { expect, it } from 'vitest'
import { glyphsModule } from '../../scripts/watermark-font.ts'
import { glyphs } from '../../src/base/watermark/font.ts'
import { packedGlyphs } from '../../src/base/watermark/glyphs.ts'

it('writes the module of the glyphs that the program has', async () => {
  expect(await glyphsModule()).toContain(packedGlyphs)
  expect(await readFile(new URL('../../src/base/watermark/glyphs.ts', import.meta.url), 'utf8')).toBe(
    await glyphsModule(),
  )
})

it('has all of Latin-1 and nearly all of Latin Extended-A', () => {
  const missing = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => from + index).filter((code) => !glyphs().has(code))
  expect([...missing(0x20, 0x7e), ...missing(0xa1, 0xff)].map((code) => String.fromCodePoint(code))).toEqual([
    '\u00ad',
  ])
  expect(missing(0x100, 0x17f).length).toBeLessThan(10)
})
