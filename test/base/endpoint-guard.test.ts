import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assertPublicEndpoint,
  assertPublicHost,
  type Fetch,
  guardedFetch,
  isPublicAddress,
  isPublicHost,
} from '../../src/base/endpoint-guard.ts'
import { privateHosts, publicHosts } from '../support/fixtures/public-hosts.ts'

describe('isPublicHost', () => {
  it.each(publicHosts)('accepts the public host %j (%s)', (host) => {
    expect(isPublicHost(host)).toBe(true)
  })

  it.each(privateHosts)('refuses the private host %j (%s)', (host) => {
    expect(isPublicHost(host)).toBe(false)
  })

  it('refuses every address of the private ranges in every notation', () => {
    fc.assert(
      fc.property(fc.constantFrom(...privateRanges).chain(addressIn), notation, (address, write) => {
        expect(isPublicHost(write(address))).toBe(false)
        expect(() => assertPublicEndpoint(`https://${write(address)}/bucket`, strict)).toThrow(
          expect.objectContaining({ code: 'endpoint_refused' }),
        )
      }),
      { numRuns: 5000 },
    )
  })

  it('accepts every public IPv4 address in every notation', () => {
    const anywhere = fc.nat(0xffff_ffff).filter((address) => !isSpecial(address))
    fc.assert(
      fc.property(anywhere, notation, (address, write) => {
        expect(isPublicHost(write(address))).toBe(true)
        expect(isPublicAddress(dotted(address))).toBe(true)
      }),
      { numRuns: 5000 },
    )
  })

  it('refuses every IPv4 address embedded in an IPv6 address', () => {
    const carriers = ['::ffff:', '::', '::ffff:0:', '64:ff9b::', '64:ff9b:1::']
    fc.assert(
      fc.property(fc.constantFrom(...carriers), fc.nat(0xffff_ffff), (prefix, address) => {
        const inHex = `${(address >>> 16).toString(16)}:${(address & 0xffff).toString(16)}`
        for (const host of [prefix + dotted(address), prefix + inHex, `2002:${inHex}::1`]) {
          expect(isPublicHost(host)).toBe(false)
          expect(isPublicHost(`[${host}]`)).toBe(false)
        }
      }),
      { numRuns: 2000 },
    )
  })

  it('judges any text without throwing', () => {
    const letters = fc.string({ unit: fc.constantFrom(...'0127.:[]%xfF-aé/@ \\') })
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), letters), (host) => {
        expect(isPublicHost(host)).toBeTypeOf('boolean')
      }),
    )
  })
})

describe('isPublicAddress', () => {
  it.each([
    '2130706433',
    '0x8.8.8.8',
    '8.8',
    '08.8.8.8',
    '[2606:4700::1111]',
    '2606:4700::1111%eth0',
    'a.example',
    '',
  ])('refuses %j, which is not an address in standard notation', (address) =>
    expect(isPublicAddress(address)).toBe(false),
  )
})

const strict = { allowPrivate: false }
const development = { allowPrivate: true }

describe('assertPublicEndpoint', () => {
  it('returns the URL of a public server', () => {
    expect(assertPublicEndpoint('https://s3.example.com:9000/bucket', strict).host).toBe(
      's3.example.com:9000',
    )
  })

  it.each([
    ['http://s3.example.com', 'plain HTTP'],
    ['ftp://s3.example.com', 'another scheme'],
    ['file:///etc/passwd', 'a file'],
    ['data:text/plain,x', 'data'],
    ['https://key:secret@s3.example.com', 'user information'],
    ['https://key@s3.example.com', 'a user name'],
    ['https://:secret@s3.example.com', 'a password'],
    ['https://s3.example.com@127.0.0.1/', 'a public name as user information'],
    ['https://127.0.0.1\\@s3.example.com/', 'a backslash before a public name'],
    ['https://127.0.0.1#@s3.example.com/', 'a fragment before a public name'],
    ['https://%31%32%37.0.0.1/', 'percent encoding'],
    ['https:\t//127.0.\n0.1/', 'line breaks and tabs'],
    ['https:127.0.0.1', 'no slashes'],
    ['https:////127.0.0.1/', 'too many slashes'],
    ['https://[::ffff:169.254.169.254]/latest/meta-data', 'mapped metadata'],
    ['https://s3.example.com:99999', 'a port that does not exist'],
    ['//s3.example.com', 'no scheme'],
    ['s3.example.com', 'only a name'],
    ['', 'nothing'],
  ])('refuses the endpoint %j (%s)', (endpoint) => {
    expect(() => assertPublicEndpoint(endpoint, strict)).toThrow(
      expect.objectContaining({ code: 'endpoint_refused' }),
    )
  })

  it('accepts private servers and plain HTTP in development, but no other scheme and no user information', () => {
    expect(assertPublicEndpoint('http://127.0.0.1:9000/', development).port).toBe('9000')
    expect(assertPublicEndpoint('http://minio:9000/', development).hostname).toBe('minio')
    for (const endpoint of ['file:///etc/passwd', 'http://key:secret@127.0.0.1/', 'nonsense']) {
      expect(() => assertPublicEndpoint(endpoint, development)).toThrow(
        expect.objectContaining({ code: 'endpoint_refused' }),
      )
    }
  })

  it('says what to correct without revealing the address or its secrets', () => {
    const endpoints = ['https://10.9.8.7/', 'https://key:secret@db.internal/', 'http://10.9.8.7/', 'http://']
    for (const endpoint of endpoints) {
      const message = messageOf(() => assertPublicEndpoint(endpoint, strict))
      expect(message).toMatch(
        /^A server address in this site's configuration was refused: .+\. Correct the address in the configuration\.$/,
      )
      expect(message).not.toMatch(/10\.9|secret|internal/)
    }
  })
})

describe('assertPublicHost', () => {
  it('checks hosts that a configuration names without a URL', () => {
    expect(() => assertPublicHost('smtp.example.com', strict)).not.toThrow()
    expect(() => assertPublicHost('2130706433', strict)).toThrow(
      expect.objectContaining({ code: 'endpoint_refused' }),
    )
    expect(() => assertPublicHost('localhost', development)).not.toThrow()
  })
})

describe('guardedFetch', () => {
  it.each([
    ['a string', (address: string) => address],
    ['a URL', (address: string) => new URL(address)],
    ['a Request', (address: string) => new Request(address)],
  ])('calls a public server and refuses a private server named by %s', async (_title, make) => {
    const { fetch, calls } = recorder()
    const guarded = guardedFetch({ ...strict, fetch })
    await expect(guarded(make('https://10.0.0.1/bucket'))).rejects.toMatchObject({ code: 'endpoint_refused' })
    await expect(guarded(make('http://s3.example.com/bucket'))).rejects.toMatchObject({
      code: 'endpoint_refused',
    })
    expect(calls).toEqual([])
    await guarded(make('https://s3.example.com/bucket'))
    expect(calls).toEqual([{ url: 'https://s3.example.com/bucket', redirect: 'manual' }])
  })

  it('does not follow redirects even when the caller asks for them', async () => {
    const { fetch, calls } = recorder()
    const guarded = guardedFetch({ ...strict, fetch })
    await guarded('https://s3.example.com/', { redirect: 'follow' })
    await guarded(new Request('https://s3.example.com/', { redirect: 'follow' }))
    expect(calls.map((call) => call.redirect)).toEqual(['manual', 'manual'])
  })

  it('calls the checked address even when the caller changes its URL object meanwhile', async () => {
    const { fetch, calls } = recorder()
    const address = new URL('https://s3.example.com/')
    const answer = guardedFetch({ ...strict, fetch })(address)
    address.hostname = '127.0.0.1'
    await answer
    expect(calls).toEqual([{ url: 'https://s3.example.com/', redirect: 'manual' }])
  })

  it('rejects instead of throwing when the address is not a URL', async () => {
    const { fetch } = recorder()
    await expect(guardedFetch({ ...strict, fetch })('/bucket')).rejects.toMatchObject({
      code: 'endpoint_refused',
    })
  })
})

function recorder() {
  const calls: { url: string; redirect: string | undefined }[] = []
  const fetch: Fetch = async (input, init) => {
    await null
    calls.push({ url: new Request(input).url, redirect: init?.redirect })
    return new Response()
  }
  return { fetch, calls }
}

function messageOf(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
  return ''
}

/** Private ranges from IANA's registry of special-purpose IPv4 addresses, listed here independently of the code under test. */
const privateRanges: [network: string, bits: number][] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
/** Reachable ranges that no storage uses: AS112 sinks, AMT relays, Azure's platform address. */
const otherRanges: [network: string, bits: number][] = [
  ['192.31.196.0', 24],
  ['192.175.48.0', 24],
  ['192.52.193.0', 24],
  ['168.63.129.16', 32],
]

function numberOf(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0)
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.')
}

function addressIn([network, bits]: [network: string, bits: number]): fc.Arbitrary<number> {
  return fc.nat(2 ** (32 - bits) - 1).map((offset) => numberOf(network) + offset)
}

function isSpecial(address: number): boolean {
  return [...privateRanges, ...otherRanges].some(([network, bits]) => {
    const first = numberOf(network)
    return address >= first && address < first + 2 ** (32 - bits)
  })
}

/** Writes an address in 1 to 4 parts, each in decimal, octal or hex. The last part holds the remaining bits (`inet_aton`). */
const notation: fc.Arbitrary<(address: number) => string> = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.array(fc.constantFrom(8, 10, 16), { minLength: 4, maxLength: 4 }))
  .map(([parts, bases]) => (address) => {
    const numbers = [24, 16, 8].slice(0, parts - 1).map((shift) => (address >>> shift) & 255)
    numbers.push(address % 2 ** (32 - 8 * (parts - 1)))
    return numbers.map((number, index) => written(number, bases[index] ?? 10)).join('.')
  })

function written(number: number, base: number): string {
  if (base === 8) return `0${number.toString(8)}`
  return base === 16 ? `0x${number.toString(16)}` : String(number)
}
