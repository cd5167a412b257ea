/** Addresses of Mastodon servers as people type them. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { VendorRefused } from '../../../orchestrator/connections/vendor.ts'
import { instanceOrigin } from '../../../orchestrator/connections/vendors/mastodon/address.ts'

const publicOnly = { allowPrivate: false }
const user = fc.stringMatching(/^[a-zA-Z0-9_]{1,30}$/)

const forms: readonly ((host: string, name: string) => string)[] = [
  (host) => host,
  (host) => `  ${host.toUpperCase()}/ `,
  (host) => `${host}.`,
  (host) => `https://${host}`,
  (host) => `HTTP://${host}/`,
  (host, name) => `@${name}@${host}`,
  (host, name) => `${name}@${host}`,
  (host, name) => `acct:${name}@${host}`,
  (host, name) => `\u2068@${name}@${host}\u2069`,
  (host, name) => `https://${host}/@${name}`,
  (host, name) => `${host}/@${name}/114000000?q=1#top`,
  (host, name) => `https://${host}/web/accounts/${name}`,
]

describe('the address of a server', () => {
  it('finds the same origin in all forms that people type', () => {
    fc.assert(
      fc.property(fc.domain(), user, fc.constantFrom(...forms), (host, name, form) => {
        expect(instanceOrigin(form(host, name), publicOnly)).toBe(`https://${host}`)
      }),
    )
  })

  it('finds a public https origin or refuses, for any text', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.webUrl(), fc.ipV4(), fc.ipV6(), fc.emailAddress())
    fc.assert(
      fc.property(text, (typed) => {
        const origin = originOrRefusal(typed)
        if (origin === undefined) return
        expect(origin).toMatch(/^https:\/\/[a-z0-9.[\]:_-]+$/)
        expect(instanceOrigin(origin, publicOnly)).toBe(origin)
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    '',
    '   ',
    '@',
    '@alice',
    '@a@b@c.example',
    'https://user:password@mastodon.example',
    'https://mastodon.example@thief.example',
    'ftp://mastodon.example',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'mastodon .example',
    'mastodon.example\\@thief.example',
    'localhost',
    'alice@127.0.0.1',
    '0x7f.1',
    'http://[::ffff:10.0.0.1]/',
    'metadata.internal',
    `${'x'.repeat(300)}.example`,
  ])('refuses %j', (typed) => {
    expect(originOrRefusal(typed)).toBeUndefined()
  })

  it('keeps a port, and plain HTTP in development only', () => {
    expect(instanceOrigin('mastodon.example:8443', publicOnly)).toBe('https://mastodon.example:8443')
    expect(instanceOrigin('http://127.0.0.1:3000/@alice', { allowPrivate: true })).toBe(
      'http://127.0.0.1:3000',
    )
    expect(instanceOrigin('@alice@127.0.0.1:3000', { allowPrivate: true })).toBe('http://127.0.0.1:3000')
    expect(instanceOrigin('mastodon.example', { allowPrivate: true })).toBe('https://mastodon.example')
  })
})

function originOrRefusal(typed: string): string | undefined {
  try {
    return instanceOrigin(typed, publicOnly)
  } catch (error) {
    if (!(error instanceof VendorRefused)) throw error
    expect(error.reason).toBe('bad_address')
    return undefined
  }
}
