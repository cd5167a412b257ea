import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseEmail } from '../../src/contract/email.ts'

describe('parseEmail', () => {
  it.each([
    ['alice@shibari.photo', 'alice@shibari.photo'],
    ['Alice@SHIBARI.photo', 'alice@shibari.photo'],
    ['\t alice@shibari.photo  ', 'alice@shibari.photo'],
    ["o'hara+photos@x.test", "o'hara+photos@x.test"],
    ['a.l.i.c.e@gmail.com', 'a.l.i.c.e@gmail.com'],
  ])('normalises the address %j to %j', (raw, form) => {
    expect(parseEmail(raw)).toBe(form)
  })

  it.each([
    '',
    'alice',
    '@shibari.photo',
    'alice@',
    'alice@@shibari.photo',
    'alice@x@shibari.photo',
    'ali ce@shibari.photo',
    'alice@shibari.photo\nbob@shibari.photo',
    'alice@shibari.photo\u0000',
    '\u00a0alice@shibari.photo',
    'al\u0131ce@shibari.photo',
    'boo\u212a@shibari.photo',
    'alice@\u017fhibari.photo',
    '\uff41lice@shibari.photo',
    'alic\u0435@shibari.photo',
    `${'a'.repeat(250)}@x.test`,
  ])('refuses the address %j', (raw) => {
    expect(parseEmail(raw)).toBeNull()
  })

  it('accepts only ASCII addresses and leaves normalised addresses unchanged', () => {
    const letters = fc.constantFrom(
      ...'aAkKiIsS@.+- \t\u0130\u0131\u017f\u212a\ufb01\u00df\u1e9e\uff41\u0435',
    )
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: letters }), fc.string({ unit: 'binary' })), (raw) => {
        const email = parseEmail(raw)
        if (email === null) return
        expect(email).toMatch(/^[\x21-\x7e]+$/)
        expect(email).toHaveLength(raw.trim().length)
        expect(parseEmail(email)).toBe(email)
        expect(email).toBe(
          raw.trim().replaceAll(/[A-Z]/g, (letter) => String.fromCharCode(letter.charCodeAt(0) + 32)),
        )
      }),
      { numRuns: 5000 },
    )
  })
})
