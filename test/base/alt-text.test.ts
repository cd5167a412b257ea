import { describe, expect, it } from 'vitest'
import { fitAltText } from '../../src/base/alt-text.ts'

const family = '👨‍👩‍👧'

describe('the cutting of alt texts', () => {
  it('keeps a text of exactly the limit, in each unit', () => {
    expect(fitAltText(family.repeat(5), 5, 'grapheme')).toBe(family.repeat(5))
    expect(fitAltText(family.repeat(5), 25, 'codePoint')).toBe(family.repeat(5))
    expect(fitAltText(family.repeat(5), 40, 'utf16')).toBe(family.repeat(5))
  })

  it('cuts a longer text between graphemes', () => {
    expect(fitAltText(family.repeat(5), 4, 'grapheme')).toBe(`${family.repeat(3)}…`)
    expect(fitAltText(family.repeat(5), 24, 'codePoint')).toBe(`${family.repeat(4)}…`)
    expect(fitAltText(family.repeat(5), 39, 'utf16')).toBe(`${family.repeat(4)}…`)
  })

  it('cuts at a word when a word ends near the limit', () => {
    expect(fitAltText(`${'a'.repeat(95)} bcdefgh`, 100, 'utf16')).toBe(`${'a'.repeat(95)}…`)
    expect(fitAltText(`a ${'b'.repeat(200)}`, 100, 'utf16')).toBe(`a ${'b'.repeat(97)}…`)
  })

  it('removes the spaces around a text', () => {
    expect(fitAltText(' a red door\n', 100, 'utf16')).toBe('a red door')
  })

  it('reads only the beginning of a very long text', () => {
    expect(fitAltText('a'.repeat(10_000_000), 10, 'grapheme')).toBe('aaaaaaaaa…')
  })
})
