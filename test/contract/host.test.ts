import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseHost } from '../../src/contract/host.ts'

const base = 'shibari.photo'
const label63 = 'a'.repeat(63)

const accepted: [raw: string, host: string][] = [
  ['alice.shibari.photo', 'alice.shibari.photo'],
  ['ALICE.Shibari.Photo', 'alice.shibari.photo'],
  ['alice.shibari.photo:443', 'alice.shibari.photo'],
  ['alice.shibari.photo:8080', 'alice.shibari.photo'],
  ['alice.shibari.photo.', 'alice.shibari.photo'],
  ['alice.shibari.photo.:8080', 'alice.shibari.photo'],
  ['a.shibari.photo', 'a.shibari.photo'],
  ['7.shibari.photo', '7.shibari.photo'],
  ['alice-2.shibari.photo', 'alice-2.shibari.photo'],
  ['xn--bcher-kva.shibari.photo', 'xn--bcher-kva.shibari.photo'],
  ['localhost.shibari.photo', 'localhost.shibari.photo'],
  ['wwwalice.shibari.photo', 'wwwalice.shibari.photo'],
  [`${label63}.shibari.photo`, `${label63}.shibari.photo`],
]

const refused: [raw: string | null, why: string][] = [
  [null, 'no host at all'],
  ['', 'empty'],
  [' ', 'white space'],
  ['alice.shibari.photo ', 'trailing white space'],
  [' alice.shibari.photo', 'leading white space'],
  ['alice .shibari.photo', 'white space inside'],
  ['alice\t.shibari.photo', 'a tab'],
  ['alice.shibari.photo\r\nx: y', 'a line break'],
  ['127.0.0.1', 'IPv4'],
  ['127.0.0.1:8080', 'IPv4 with a port'],
  ['2130706433', 'IPv4 as a number'],
  ['0x7f.1', 'IPv4 in hex'],
  ['::1', 'IPv6'],
  ['[::1]', 'bracketed IPv6'],
  ['[::1]:8080', 'bracketed IPv6 with a port'],
  ['[::ffff:127.0.0.1]', 'mapped IPv6'],
  ['localhost', 'localhost'],
  ['localhost:8080', 'localhost with a port'],
  ['shibari.photo', 'the base domain'],
  ['.shibari.photo', 'an empty label'],
  ['www.shibari.photo', 'www'],
  ['WWW.shibari.photo', 'www in capitals'],
  ['www.alice.shibari.photo', 'www below a tenant'],
  ['a.b.shibari.photo', 'two labels'],
  ['alice..shibari.photo', 'an empty label in the middle'],
  ['..shibari.photo', 'only dots'],
  ['alice.shibari.photo..', 'two trailing dots'],
  ['alice.shibari.photo:80:80', 'two ports'],
  ['alice.shibari.photo:', 'a port without digits'],
  ['alice.shibari.photo:http', 'a port in letters'],
  ['alice.shibari.photo:999999', 'a port that is too long'],
  [`${label63}a.shibari.photo`, 'a label of 64 characters'],
  [`${'a.'.repeat(125)}shibari.photo`, 'a name over 253 characters'],
  ['-alice.shibari.photo', 'a leading hyphen'],
  ['alice-.shibari.photo', 'a trailing hyphen'],
  ['al_ice.shibari.photo', 'an underscore'],
  ['al%69ce.shibari.photo', 'percent encoding'],
  ['alice@shibari.photo', 'user info'],
  ['alice.shibari.photo/x', 'a path'],
  ['alice.shibari.photo\\x', 'a backslash'],
  ['alice.shibari.photo#x', 'a fragment'],
  ['alice.shibari.photo?x', 'a query'],
  ['http://alice.shibari.photo', 'a URL'],
  ['bücher.shibari.photo', 'letters beyond ASCII'],
  ['alice.\u212Bibari.photo', 'an Angstrom sign'],
  ['\u212Aate.shibari.photo', 'the Kelvin sign, which lower-cases to k'],
  ['alice.shibari.photo\u0000', 'a NUL'],
  ['alice.shibari.photo.evil.example', 'the base domain in the middle'],
  ['aliceshibari.photo', 'no dot before the base domain'],
  ['alice.evilshibari.photo', 'a longer base domain'],
  ['app.shibari.photo', 'the callback host'],
  ['APP.shibari.photo.:443', 'the callback host in disguise'],
  ['*.shibari.photo', 'a wildcard'],
  ['alice,bob.shibari.photo', 'a list'],
]

describe('parseHost', () => {
  it.each(accepted)('accepts %j as the host %s', (raw, host) => {
    expect(parseHost(raw, base, ['app.shibari.photo'])).toEqual({ host, tenant: host.split('.')[0] })
  })

  it.each(refused)('refuses the host %j (%s)', (raw) => {
    expect(parseHost(raw, base, ['app.shibari.photo'])).toBeNull()
  })

  it('maps all spellings of a host to the same tenant, and each tenant to a single host', () => {
    const letters = 'abcABC019-._:@ [%K\u212a/\\'
    const near = fc.string({ unit: fc.constantFrom(...letters), maxLength: 12 })
    const raw = fc.oneof(
      fc.string({ unit: 'binary' }),
      near,
      near.map((label) => `${label}.${base}`),
      fc.tuple(near, near).map(([label, tail]) => `${label}.${base}${tail}`),
    )
    fc.assert(
      fc.property(raw, (text) => {
        const parsed = parseHost(text, base)
        if (parsed === null) return
        expect(parsed.host).toMatch(/^[a-z0-9-]{1,63}\.shibari\.photo$/)
        expect(parsed.host).toBe(`${parsed.tenant}.${base}`)
        // Parsing is idempotent, so no spelling of a host leads to a second cache key.
        expect(parseHost(parsed.host, base)).toEqual(parsed)
        expect(text.toLowerCase().startsWith(parsed.tenant)).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })
})
