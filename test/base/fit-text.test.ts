import { describe, expect, it } from 'vitest'
import { fitText } from '../../src/base/fit-text.ts'

const family = '👨‍👩‍👧'

describe('the cutting of alt texts', () => {
  it('keeps a text of exactly the limit, in each unit', () => {
    expect(fitText(family.repeat(5), 5, 'grapheme')).toBe(family.repeat(5))
    expect(fitText(family.repeat(5), 25, 'codePoint')).toBe(family.repeat(5))
    expect(fitText(family.repeat(5), 40, 'utf16')).toBe(family.repeat(5))
  })

  it('cuts a longer text between graphemes', () => {
    expect(fitText(family.repeat(5), 4, 'grapheme')).toBe(`${family.repeat(3)}…`)
    expect(fitText(family.repeat(5), 24, 'codePoint')).toBe(`${family.repeat(4)}…`)
    expect(fitText(family.repeat(5), 39, 'utf16')).toBe(`${family.repeat(4)}…`)
  })

  it('cuts at a word when a word ends near the limit', () => {
    expect(fitText(`${'a'.repeat(95)} bcdefgh`, 100, 'utf16')).toBe(`${'a'.repeat(95)}…`)
    expect(fitText(`a ${'b'.repeat(200)}`, 100, 'utf16')).toBe(`a ${'b'.repeat(97)}…`)
  })

  it('removes the spaces around a text', () => {
    expect(fitText(' a red door\n', 100, 'utf16')).toBe('a red door')
  })

  it('reads only the beginning of a very long text', () => {
    expect(fitText('a'.repeat(10_000_000), 10, 'grapheme')).toBe('aaaaaaaaa…')
  })
})
