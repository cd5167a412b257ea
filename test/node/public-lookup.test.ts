import type { LookupAddress, LookupOptions } from 'node:dns'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  createAddressResolver,
  createPinnedLookup,
  type ResolveAddresses,
} from '../../src/node/public-lookup.ts'
import { type NameServer, startNameServer } from '../support/fakes/name-server.ts'

const v4 = '93.184.215.14'
const v6 = '2606:2800:21f:cb07:6820:80da:af6b:8b2c'

describe('a pinned lookup', () => {
  it('returns all addresses when the socket may choose', async () => {
    expect(await lookUp({ all: true }, async () => [v4, v6])).toEqual([
      { address: v4, family: 4 },
      { address: v6, family: 6 },
    ])
  })

  it.each<[LookupOptions, LookupAddress]>([
    [{}, { address: v4, family: 4 }],
    [{ family: 0 }, { address: v4, family: 4 }],
    [{ family: 4 }, { address: v4, family: 4 }],
    [{ family: 'IPv4' }, { address: v4, family: 4 }],
    [{ family: 6 }, { address: v6, family: 6 }],
    [{ family: 'IPv6' }, { address: v6, family: 6 }],
  ])('returns one address of the requested family for %j', async (options, expected) => {
    expect(await lookUp(options, async () => [v4, v6])).toEqual([expected])
  })

  it.each([
    [['10.0.0.1']],
    [['127.0.0.1']],
    [['169.254.169.254']],
    [['::1']],
    [['::ffff:127.0.0.1']],
    [['fd00:ec2::254']],
    [['not an address']],
    [[v4, '127.0.0.1']],
    [['127.0.0.1', v4]],
    [[v4, v6, 'fe80::1']],
  ])('refuses a name that resolves to %j', async (addresses) => {
    await expect(lookUp({ all: true }, async () => addresses)).rejects.toMatchObject({
      code: 'endpoint_refused',
    })
  })

  it('refuses a name with a private address, even of another family', async () => {
    await expect(lookUp({ family: 4 }, async () => [v4, '::1'])).rejects.toMatchObject({
      code: 'endpoint_refused',
    })
  })

  it('fails when the name has no address of the requested family', async () => {
    await expect(lookUp({ family: 6 }, async () => [v4])).rejects.toThrow('no address')
    await expect(lookUp({ all: true }, async () => [])).rejects.toThrow('no address')
  })

  it('rejects with the error of the resolver', async () => {
    const failure = Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' })
    await expect(lookUp({}, () => Promise.reject(failure))).rejects.toBe(failure)
  })
})

describe('the address resolver', () => {
  let server: NameServer
  let resolve: ResolveAddresses
  beforeAll(async () => {
    server = await startNameServer({
      'both.example': { a: v4, aaaa: v6 },
      'four.example': { a: v4 },
      'six.example': { aaaa: v6 },
      'inside.example': { a: '10.0.0.1' },
      'none.example': {},
    })
    resolve = createAddressResolver({ servers: [server.address], timeoutMs: 5000 })
  })
  afterAll(() => server.close())

  it('returns IPv4 addresses before IPv6 addresses', async () => {
    expect(await resolve('both.example')).toEqual([v4, v6])
  })

  it('returns the addresses of a name that has only IPv4 or only IPv6', async () => {
    expect(await resolve('four.example')).toEqual([v4])
    expect(await resolve('six.example')).toEqual([v6])
  })

  it('fails for a name that does not exist or has no address', async () => {
    await expect(resolve('unknown.example')).rejects.toMatchObject({ code: 'ENOTFOUND' })
    await expect(resolve('none.example')).rejects.toMatchObject({ code: 'ENODATA' })
  })

  it('finds private addresses, which the pinned lookup then refuses', async () => {
    await expect(lookUp({ all: true }, resolve)).resolves.toHaveLength(2)
    await expect(lookUp({ all: true }, () => resolve('inside.example'))).rejects.toMatchObject({
      code: 'endpoint_refused',
    })
  })
})

/** Looks up `both.example` as a socket does. Always returns a list. */
function lookUp(options: LookupOptions, resolve: ResolveAddresses): Promise<LookupAddress[]> {
  const lookup = createPinnedLookup({ resolve })
  return new Promise((done, fail) => {
    lookup('both.example', options, (error, address, family) => {
      if (error) fail(error)
      else done(Array.isArray(address) ? address : [{ address, family: family ?? 0 }])
    })
  })
}
