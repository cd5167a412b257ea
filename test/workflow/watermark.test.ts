import { Buffer } from 'node:buffer'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { WatermarkSettings } from '../../src/contract/blocks/watermark.ts'
import { createSharpReducer } from '../../src/providers/images/sharp.ts'
import { makeWatermark } from '../../src/workflow/watermark.ts'
import { bomb, draw, half, noise, plain, red } from '../support/fixtures/pictures.ts'

const images = createSharpReducer()
const usual: WatermarkSettings = {
  text: undefined,
  image: undefined,
  position: 'bottom-right',
  opacity: 0.5,
  size: 0.2,
}

function make(settings: Partial<WatermarkSettings>, files: Record<string, Uint8Array> = {}) {
  const asked: string[] = []
  const store = {
    async readOwnFile(key: readonly string[]) {
      asked.push(key.join('/'))
      const file = files[key.join('/')]
      return file ? new Uint8Array(file) : null
    },
  }
  return { made: makeWatermark({ store, images, owner: 'alice' }, { ...usual, ...settings }), asked }
}

describe('the watermark of a tenant', () => {
  it('makes none without text and picture, and none at opacity 0, without a call', async () => {
    for (const settings of [{}, { text: '© Alice', opacity: 0 }, { image: 'logo.png', opacity: 0 }]) {
      const { made, asked } = make(settings)
      expect(await made).toBeNull()
      expect(asked).toEqual([])
    }
  })

  it('draws a text with the settings', async () => {
    const { made, asked } = make({ text: '© Alice', position: 'top', opacity: 0.8, size: 0.4 })
    const mark = await made
    expect(mark).toMatchObject({
      position: 'top',
      opacity: 0.8,
      share: 0.4,
      key: expect.stringMatching(/^[a-z0-9]{12}$/),
    })
    expect(await sharp(mark?.picture).metadata()).toMatchObject({
      format: 'png',
      width: mark?.width,
      height: mark?.height,
    })
    expect(asked).toEqual([])
  })

  it('has another key for every setting, and the same key for the same settings', async () => {
    const logo = new Uint8Array(await plain(40, 20, red).png().toBuffer())
    const other = new Uint8Array(await plain(40, 20).png().toBuffer())
    const all = [
      make({ text: 'a' }),
      make({ text: 'b' }),
      make({ text: 'a', position: 'top' }),
      make({ text: 'a', opacity: 0.6 }),
      make({ text: 'a', size: 0.3 }),
      make({ image: 'a.png' }, { 'a.png': logo }),
      make({ image: 'a.png' }, { 'a.png': other }),
    ]
    const keys = await Promise.all(all.map(async ({ made }) => (await made)?.key))
    expect(new Set(keys).size).toBe(all.length)
    expect((await make({ text: 'a' }).made)?.key).toBe(keys[0])
  })

  it('reads a picture from the folder of the program, upright, small and without metadata', async () => {
    const large = await draw(1600, 400, (x) => (x < 800 ? red : [0, 0, 250]))
      .ensureAlpha()
      .png()
      .withExif({ IFD0: { Artist: 'Canary' } })
      .toBuffer()
    const { made, asked } = make({ image: 'logo.png', text: 'unused' }, { 'logo.png': large })
    const mark = await made
    expect([mark?.width, mark?.height]).toEqual([1024, 256])
    expect(Buffer.from(mark?.picture ?? []).includes('Canary')).toBe(false)
    expect(asked).toEqual(['logo.png'])
  })

  it.each([
    ['a text without Latin letters', { text: '日本' }, /no letter/],
    ['a text of the wrong type', { text: '\u{fffd}' }, /no letter/],
    ['a missing picture', { image: 'none.png' }, /missing: none\.png/],
    ['a path', { image: '../photo.png' }, /needs a name/],
    ['a hidden file', { image: '.env' }, /needs a name/],
    ['a name with blanks', { image: 'my logo.png' }, /needs a name/],
    ['a text file', { image: 'text.png' }, /damaged/],
    ['half a picture', { image: 'half.png' }, /damaged/],
    ['a large file', { image: 'large.png' }, /larger than 1 MB/],
    ['a picture of too many pixels', { image: 'bomb.png' }, /more than 4 megapixels/],
  ] as const)('refuses %s in words', async (_title, settings, words) => {
    const files = {
      'text.png': Buffer.from('a logo'),
      'half.png': half(await noise(200, 100).png().toBuffer()),
      'large.png': new Uint8Array(1_000_001),
      'bomb.png': bomb(5000, 5000),
      '.env': Buffer.from('secret'),
    }
    const error = await make(settings, files).made.catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'watermark_unavailable', message: expect.stringMatching(words) })
  })
})
