import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseReturnPath, returnUrl } from '../../../src/runtime/sign-in/return-address.ts'

const fleet = { baseDomain: 'shibari.photo', callbackHost: 'app.shibari.photo', forceHttps: true }
const development = { ...fleet, forceHttps: false }

/** Parts of addresses that have fooled browsers and URL parsers. */
const tricky = fc.string({
  unit: fc.constantFrom(
    ...[
      '/',
      '//',
      '\\',
      '.',
      '..',
      ':',
      '@',
      '?',
      '#',
      '%',
      '%2f',
      '%5c',
      '%2e',
      '%09',
      '%00',
      ' ',
      '\t',
      '\n',
      '\r',
      '\0',
    ],
    ...[
      'https:',
      'http:',
      'javascript:',
      'data:',
      'evil.example',
      'shibari.photo',
      'app',
      'auth',
      'login',
      'a',
      '[::1]',
    ],
    ...['\u2215', '\uff0f', '\u3002', '\u200b', '\ud800', 'ü'],
  ),
  maxLength: 12,
})
const anything = fc.oneof(
  tricky,
  tricky.map((rest) => `/${rest}`),
  fc.webUrl(),
  fc.string({ unit: 'binary' }),
)

describe('parseReturnPath', () => {
  it.each([
    ['/', '/'],
    ['/?photo=a%20b.jpg#details', '/?photo=a%20b.jpg#details'],
    ['/?next=https://evil.example/', '/?next=https://evil.example/'],
    ['/a/../b', '/b'],
    ['/ü?ü', '/%C3%BC?%C3%BC'],
    ['/authors', '/authors'],
  ])('keeps the local path %j as %j', (raw, path) => {
    expect(parseReturnPath(raw)).toBe(path)
  })

  it.each([
    undefined,
    '',
    'photo.jpg',
    'https://evil.example/',
    '//evil.example',
    '///evil.example',
    '/\\evil.example',
    '\\/evil.example',
    '/a\\b',
    '/\t/evil.example',
    '/\n/evil.example',
    '\t//evil.example',
    ' //evil.example',
    '/.//evil.example',
    '/..//evil.example',
    '/%2e//evil.example',
    '/a/..//evil.example',
    '/auth/login',
    '/auth',
    '/%61uth/login',
    '/a/../auth/login',
    '/auth%2flogin',
    '/%zz',
    '/\ud800',
    `/${'a'.repeat(1001)}`,
    `/${'ü'.repeat(900)}`,
  ])('returns / instead of %j', (raw) => {
    expect(parseReturnPath(raw)).toBe('/')
  })
})

describe('returnUrl', () => {
  it('builds a URL from its parts', () => {
    const address = { host: 'alice.shibari.photo', port: '8080', path: '/?photo=x' }
    expect(returnUrl(address, fleet)).toBe('https://alice.shibari.photo/?photo=x')
    expect(returnUrl(address, development)).toBe('http://alice.shibari.photo:8080/?photo=x')
  })

  it.each([
    'app.shibari.photo',
    'shibari.photo',
    'www.shibari.photo',
    'a.b.shibari.photo',
    'evil.example',
    'localhost',
    '127.0.0.1',
    '',
  ])('returns null for the host %j', (host) => {
    expect(returnUrl({ host, port: null, path: '/' }, fleet)).toBeNull()
  })

  it('never leaves the base domain for any host and path', () => {
    const label = fc.string({ unit: fc.constantFrom(...'ab-.@:/\\?#%'), maxLength: 8 })
    const host = fc.oneof(
      anything,
      label.map((first) => `${first}.shibari.photo`),
      fc.constant('alice.shibari.photo'),
    )
    const port = fc.option(fc.nat({ max: 65_535 }).map(String))
    fc.assert(
      fc.property(host, port, anything, fc.boolean(), (name, number, path, forceHttps) => {
        const url = returnUrl(
          { host: name, port: number, path: parseReturnPath(path) },
          { ...fleet, forceHttps },
        )
        if (url === null) return
        // A browser resolves a Location header against the current page.
        const seen = URL.parse(url, 'https://evil.example/deep/page')
        if (seen === null) throw new Error('not a URL')
        expect(seen.protocol).toBe(forceHttps ? 'https:' : 'http:')
        expect(seen.hostname).toMatch(/^[a-z0-9-]{1,63}\.shibari\.photo$/)
        expect(seen.hostname).not.toBe('app.shibari.photo')
        expect([seen.username, seen.password]).toEqual(['', ''])
        expect(seen.pathname.startsWith('//')).toBe(false)
        expect(url).toMatch(/^[\x21-\x7e]+$/)
      }),
      { numRuns: 20_000 },
    )
  })

  it('never leaves the host for a path that was not parsed', () => {
    fc.assert(
      fc.property(anything, (path) => {
        const url = returnUrl({ host: 'alice.shibari.photo', port: null, path }, fleet)
        expect(URL.parse(url ?? '')?.origin).toBe('https://alice.shibari.photo')
      }),
      { numRuns: 5000 },
    )
  })
})
