import { describe, expect, it } from 'vitest'
import { Secret } from '../../src/base/secret.ts'
import { errorText, safeLine, waitInWords } from '../../src/base/vendor-text.ts'

describe('texts of vendors', () => {
  it('puts lines, control characters and direction marks on one line', () => {
    expect(safeLine(' one\r\n two\u202e\u0000three ')).toBe('one two three')
  })

  it('cuts a long text and never leaves half a character', () => {
    expect(safeLine('x'.repeat(300))).toBe(`${'x'.repeat(200)}…`)
    expect(safeLine(`${'x'.repeat(9)}😀x`, [], 10)).toBe(`${'x'.repeat(9)}\ufffd…`)
  })

  it('replaces every secret, also where the text repeats a secret', () => {
    const secrets = [new Secret('abc'), new Secret('xyz')]
    expect(safeLine('abc and xyz and abc', secrets)).toBe('[redacted] and [redacted] and [redacted]')
  })

  it('leaves the text as it is when a secret is empty', () => {
    expect(safeLine('refused', [new Secret('')])).toBe('refused')
  })

  it('names an error with its cause and shows any other thrown value', () => {
    const cause = new Error('connect ECONNREFUSED')
    expect(errorText(new TypeError('fetch failed', { cause }))).toBe(
      'TypeError: fetch failed, Error: connect ECONNREFUSED',
    )
    expect(errorText(new TypeError('fetch failed'))).toBe('TypeError: fetch failed')
    expect(errorText('gone')).toBe('gone')
  })

  it.each([
    [undefined, 'a while'],
    [0, 'a second'],
    [1500, '2 seconds'],
    [120_000, '120 seconds'],
    [121_000, '3 minutes'],
  ])('says how long %s milliseconds are', (waitMs, words) => {
    expect(waitInWords(waitMs)).toBe(words)
  })
})
