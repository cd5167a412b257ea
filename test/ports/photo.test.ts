import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  isPhotoName,
  mediaType,
  numberedName,
  numberedNames,
  parsePhotoName,
  sidecarName,
} from '../../src/ports/photo.ts'

describe('a photo name', () => {
  it.each([
    'a.jpg',
    'A.JPEG',
    'x.png',
    'x.webp',
    'photo (1).jpg',
    "it's #1 +50%.jpg",
    'Ünïcödé 🌅.jpg',
    'a..jpg',
    '%2e%2e.jpg',
    ' .jpg',
    'שקיעה.jpg',
    'خط‌کش.jpg',
    '👩‍🎨.jpg',
  ])('accepts the name %j', (name) => {
    expect(isPhotoName(name)).toBe(true)
  })

  it.each([
    ['', 'an empty name'],
    ['photo', 'no extension'],
    ['photo.gif', 'another extension'],
    ['photo.jpg.txt', 'a sidecar-like name'],
    ['.jpg', 'only an extension'],
    ['.hidden.jpg', 'a dot file'],
    ['../x.jpg', 'a path to the parent folder'],
    ['a/x.jpg', 'a path'],
    ['a\\x.jpg', 'a Windows path'],
    ['x\u0000.jpg', 'a NUL'],
    ['x\n.jpg', 'a line break'],
    ['x\u2028.jpg', 'a line separator'],
    ['x\u0085.jpg', 'a control character beyond ASCII'],
    ['gpj.\u202eexe.jpg', 'a right-to-left override'],
    ['\u200ex.jpg', 'a left-to-right mark'],
    ['x\u2066y\u2069.jpg', 'a directional isolate'],
    ['x\u061c.jpg', 'an Arabic letter mark'],
    ['\ud800.jpg', 'half a surrogate pair'],
    [`${'x'.repeat(252)}.jpg`, '256 bytes'],
    [`${'ü'.repeat(126)}.jpg`, '256 bytes in UTF-8'],
  ])('refuses the name %j (%s)', (name) => {
    expect(isPhotoName(name)).toBe(false)
    expect(() => parsePhotoName(name)).toThrow('Photo not found')
  })

  it('never addresses a file outside its folder', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }).map((text) => `${text}.jpg`),
        (name) => {
          if (!isPhotoName(name)) return
          const resolved = new URL(encodeURIComponent(name), 'https://storage.test/folder/').pathname
          expect(resolved.startsWith('/folder/')).toBe(true)
          expect(resolved.slice('/folder/'.length)).not.toContain('/')
        },
      ),
    )
  })

  it('keeps numbered names within 255 bytes without splitting characters', () => {
    const artist = '👩‍🎨'
    const names = [
      `${'写'.repeat(83)}ab.jpg`,
      `abcde${artist.repeat(22)}.jpeg`,
      `a${'\u0301'.repeat(125)}.jpg`,
      `${'x'.repeat(250)}.webp`,
    ].map((name) => parsePhotoName(name))
    for (const name of names) {
      for (const attempt of [2, 10_000]) {
        const numbered = numberedName(name, attempt)
        expect(isPhotoName(numbered)).toBe(true)
        expect(numbered).toMatch(/ \(\d+\)\.(jpe?g|webp)$/)
        expect(name.startsWith(numbered.slice(0, numbered.lastIndexOf(' (')))).toBe(true)
      }
    }
    expect(numberedName(parsePhotoName(names[1] ?? ''), 2)).toBe(`abcde${artist.repeat(21)} (2).jpeg`)
    expect(numberedName(parsePhotoName(names[0] ?? ''), 2)).toBe(`${'写'.repeat(82)} (2).jpg`)
  })

  it('yields a thousand names, beginning with the original', () => {
    const names = [...numberedNames(parsePhotoName('dusk.jpg'))]
    expect(names.slice(0, 2)).toEqual(['dusk.jpg', 'dusk (2).jpg'])
    expect(names.at(-1)).toBe('dusk (1000).jpg')
    expect(new Set(names).size).toBe(1000)
  })

  it('derives sidecar name, numbered names and media type from a name', () => {
    const name = parsePhotoName('dusk.v2.JPEG')
    expect(sidecarName(name)).toBe('dusk.v2.txt')
    expect(numberedName(name, 1)).toBe('dusk.v2.JPEG')
    expect(numberedName(name, 3)).toBe('dusk.v2 (3).JPEG')
    expect([
      mediaType(name),
      mediaType(parsePhotoName('a.PNG')),
      mediaType(parsePhotoName('a.webp')),
    ]).toEqual(['image/jpeg', 'image/png', 'image/webp'])
  })
})
