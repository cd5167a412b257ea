import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  clientOfCloudflare,
  clientOfLastForwarded,
  clientOfPeer,
} from '../../../src/runtime/limits/client-address.ts'

const router = '10.1.2.3'
const readerOf = (headers: Headers) => (name: string) => headers.get(name)
const noHeader = () => undefined
const forwarded = (...lines: string[]) =>
  readerOf(new Headers(lines.map((line) => ['X-Forwarded-For', line])))

describe('the client behind one proxy', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['198.51.100.1,198.51.100.2,203.0.113.7', '203.0.113.7'],
    ['  203.0.113.7  ', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:CB00:7107', '203.0.113.7'],
    ['203.0.113.7:443', '203.0.113.7'],
    ['198.51.100.1:1, 203.0.113.7:65535', '203.0.113.7'],
    ['[2001:db8:1:2::1]', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]:443', '2001:db8:1:2::/64'],
    ['[::ffff:203.0.113.7]:443', '203.0.113.7'],
    ['198.51.100.1\t,\t203.0.113.7 ', '203.0.113.7'],
    ['203.0.113.7,', '203.0.113.7'],
    ['203.0.113.7, , ,', '203.0.113.7'],
  ])('identifies the client by the last entry of X-Forwarded-For: %j', (line, client) => {
    expect(clientOfLastForwarded(forwarded(line), router)).toBe(client)
  })

  it('ignores lines and entries that a client added itself', () => {
    expect(clientOfLastForwarded(forwarded('1.2.3.4, 5.6.7.8', '203.0.113.7'), router)).toBe('203.0.113.7')
    expect(clientOfLastForwarded(forwarded('127.0.0.1, 203.0.113.7'), router)).toBe('203.0.113.7')
    const claims = Array.from({ length: 1000 }, (_, index) => `1.2.${index >> 8}.${index & 255}`).join(', ')
    expect(clientOfLastForwarded(forwarded(`${claims}, 203.0.113.7`), router)).toBe('203.0.113.7')
  })

  it('ignores other forwarding headers', () => {
    const headers = new Headers({
      'cf-connecting-ip': '1.2.3.4',
      'x-real-ip': '1.2.3.4',
      'true-client-ip': '1.2.3.4',
      forwarded: 'for=1.2.3.4',
      'x-forwarded-for': '203.0.113.7',
    })
    expect(clientOfLastForwarded(readerOf(headers), router)).toBe('203.0.113.7')
  })

  it.each([
    '',
    ' ',
    ',',
    ', ,',
    'unknown',
    '_hidden',
    '203.0.113.7:',
    '203.0.113.7:443x',
    '203.0.113.7:443:443',
    '[203.0.113.7]x',
    '[2001:db8::1]443',
    '[2001:db8::1',
    '2001:db8::1]:443',
    '[]:443',
    'unknown:443',
    '203.0.113.7 443',
    '2130706433',
    '0x7f.1',
    '1.2.3',
  ])('falls back to the peer when the last entry of X-Forwarded-For is %j', (line) =>
    expect(clientOfLastForwarded(forwarded(line), router)).toBe(router),
  )

  it('falls back to the peer without X-Forwarded-For, and to unknown without a peer', () => {
    expect(clientOfLastForwarded(noHeader, router)).toBe(router)
    expect(clientOfLastForwarded(noHeader, undefined)).toBe('unknown')
  })
})

describe('the client of a socket', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    [undefined, 'unknown'],
  ])('returns the client of the socket peer %j', (peer, client) => {
    expect(clientOfPeer(forwarded('1.2.3.4'), peer)).toBe(client)
  })
})

describe('the client on Workers', () => {
  it('uses the address that Cloudflare names', () => {
    const headers = new Headers({ 'cf-connecting-ip': '2001:db8:1:2::9', 'x-forwarded-for': '1.2.3.4' })
    expect(clientOfCloudflare(readerOf(headers), undefined)).toBe('2001:db8:1:2::/64')
  })

  it('returns unknown when Cloudflare names no address', () => {
    expect(clientOfCloudflare(forwarded('1.2.3.4'), undefined)).toBe('unknown')
  })
})

it('returns short client keys, and the same key for all addresses of an IPv6 /64', () => {
  const group = fc.nat(0xffff).map((value) => value.toString(16))
  const half = fc.array(group, { minLength: 4, maxLength: 4 }).map((groups) => groups.join(':'))
  fc.assert(
    fc.property(half, half, half, (network, one, other) => {
      const client = clientOfPeer(noHeader, `${network}:${one}`)
      expect(client.length).toBeLessThanOrEqual(24)
      if (network !== '0:0:0:0') expect(clientOfPeer(noHeader, `${network}:${other}`)).toBe(client)
    }),
  )
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (peer) => {
      expect(clientOfPeer(noHeader, peer).length).toBeLessThanOrEqual(24)
    }),
  )
})

describe('an entry of X-Forwarded-For', () => {
  const blank = fc.string({ unit: fc.constantFrom(' ', '\t'), maxLength: 4 })
  const port = fc.option(fc.integer({ min: 1, max: 65_535 }), { nil: undefined })
  const address = fc.oneof(
    fc
      .ipV4()
      .map((ip) => ({ ip, write: (of: number | undefined) => (of === undefined ? ip : `${ip}:${of}`) })),
    fc.ipV6().map((ip) => ({
      ip,
      write: (of: number | undefined) => (of === undefined ? ip : `[${ip}]:${of}`),
    })),
  )

  it('returns the same client with and without a port, blanks and empty entries', () => {
    fc.assert(
      fc.property(
        address,
        port,
        blank,
        blank,
        fc.string(),
        fc.boolean(),
        (given, of, before, after, claim, isEmptyLast) => {
          const claims = claim.replaceAll(/[^\x20-\x7e]/g, '')
          const line = `${claims},${before}${given.write(of)}${after}${isEmptyLast ? ' ,' : ''}`
          const client = clientOfLastForwarded(() => line, router)
          expect(client).toBe(clientOfPeer(noHeader, given.ip))
        },
      ),
    )
  })

  it('returns a short client key for any header', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (line) => {
        expect(clientOfLastForwarded(() => line, router).length).toBeLessThanOrEqual(24)
      }),
    )
  })

  it('finds the last entry in a header with 16 KiB of commas', () => {
    expect(clientOfLastForwarded(() => `203.0.113.7${','.repeat(16_384)}`, router)).toBe('203.0.113.7')
  })
})
