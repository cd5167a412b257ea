import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { readPictureHeader } from '../../../src/base/picture/header.ts'
import { lettersOf, maxLetters } from '../../../src/base/watermark/letters.ts'
import { maxTextWidth, textPicture } from '../../../src/base/watermark/text-picture.ts'

async function pixelsOf(text: string) {
  const picture = await textPicture(text)
  if (!picture) throw new Error('no picture')
  const { data, info } = await sharp(picture.png).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
  return { data, info, picture }
}

/** Counts the pixels that are white and opaque. */
async function inkOf(text: string): Promise<number> {
  const { data, info } = await pixelsOf(text)
  let ink = 0
  for (let at = 0; at < data.length; at += info.channels) {
    if ((data[at] ?? 0) > 200 && (data[at + info.channels - 1] ?? 0) > 200) ink++
  }
  return ink
}

describe('the picture of a text', () => {
  it('has white letters with a dark, translucent edge on a clear ground', async () => {
    const { data, info, picture } = await pixelsOf('I')
    expect([info.width, info.height]).toEqual([picture.width, picture.height])
    const at = (x: number, y: number) => [
      ...data.subarray((y * info.width + x) * info.channels).subarray(0, info.channels),
    ]
    const middle = at(Math.floor(info.width / 2), Math.floor(info.height / 2))
    expect([middle[0], middle.at(-1)]).toEqual([255, 255])
    expect(at(0, 0).at(-1)).toBeLessThan(40)
    const row = Array.from({ length: info.width }, (_, x) => at(x, Math.floor(info.height / 2)))
    expect(row.some((pixel) => (pixel[0] ?? 255) < 60 && (pixel.at(-1) ?? 0) > 60)).toBe(true)
  })

  it('leaves the inside of letters clear', async () => {
    const { data, info } = await pixelsOf('O')
    const centre = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * info.channels
    expect(data[centre + info.channels - 1]).toBeLessThan(40)
  })

  it('draws the same picture each time', async () => {
    const [one, other] = await Promise.all([textPicture('© Alice'), textPicture('© Alice')])
    expect(one).toEqual(other)
  })

  it.each(['© Ålice', 'Łódź', 'Ğöçe ș', 'þæœß', '“…” – — ™ €', 'Ağaç Žižek 1234567890 @#&%'])(
    'draws %s',
    async (text) => {
      expect(lettersOf(text)).toHaveLength([...text].length)
      expect(await inkOf(text)).toBeGreaterThan(100)
    },
  )

  it.each([
    ['ﬁ', 'fi'],
    ['Ａｌｉｃｅ', 'Alice'],
    ['Tiến', 'Tien'],
    ['A\u0301', 'Á'],
    ['a\n\t  b', 'a b'],
    ['−1', '-1'],
    ['  © Alice 🎉 ', '© Alice'],
    ['日本 Alice', 'Alice'],
  ])('draws %j like %j', async (text, similar) => {
    expect(lettersOf(text)).toEqual(lettersOf(similar))
  })

  it.each(['', '   ', '日本', '🎉', '\u0000\u200b\u202e', 'Привет'])('draws nothing for %j', async (text) => {
    expect(await textPicture(text)).toBeNull()
  })

  it('grows with the text and stays within its bounds', async () => {
    const [short, long, longest] = await Promise.all([
      textPicture('Alice'),
      textPicture('Alice in chains'),
      textPicture('W'.repeat(maxLetters)),
    ])
    expect(short?.width).toBeLessThan(long?.width ?? 0)
    expect(longest?.width).toBeLessThanOrEqual(maxTextWidth)
    expect(await textPicture('W'.repeat(100_000))).toEqual(longest)
  })

  it('draws any text within its bounds as a readable PNG, or nothing', async () => {
    const anything = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 200 }),
      fc.string({ unit: 'grapheme', maxLength: 90 }),
      fc.string({ unit: 'grapheme-composite', maxLength: 90 }),
      fc
        .array(fc.integer({ min: 0x20, max: 0x2ff }), { maxLength: 90 })
        .map((codes) => String.fromCodePoint(...codes)),
      fc
        .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 90 })
        .map((units) => String.fromCharCode(...units)),
    )
    await fc.assert(
      fc.asyncProperty(anything, async (text) => {
        const letters = lettersOf(text)
        expect(letters.length).toBeLessThanOrEqual(maxLetters)
        const picture = await textPicture(text)
        if (!picture) {
          expect(letters.flatMap(({ parts }) => parts)).toEqual([])
          return
        }
        expect(picture.width).toBeLessThanOrEqual(maxTextWidth)
        expect(picture.height).toBeLessThanOrEqual(260)
        expect(readPictureHeader(picture.png)).toMatchObject({
          mediaType: 'image/png',
          width: picture.width,
          height: picture.height,
        })
      }),
      { numRuns: 60 },
    )
  })
})
