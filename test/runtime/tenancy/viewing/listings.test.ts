import { describe, expect, it } from 'vitest'
import type { Folder } from '../../../../src/ports/photo.ts'
import type { PhotoListing } from '../../../../src/ports/storage.ts'
import { createListingCache, createListings } from '../../../../src/runtime/tenancy/viewing/listings.ts'
import { photo } from '../../../support/fixtures/stored-photos.ts'

interface Options {
  maxBytes?: number
  photos?: number
  patienceMs?: number
}

function gallery({ maxBytes, photos = 3, patienceMs }: Options = {}) {
  const clock = { time: 0, change: 0 }
  const cache = createListingCache(maxBytes)
  const listed: string[] = []
  let list = async (identity: string): Promise<PhotoListing> => {
    const version = listed.filter((one) => one === identity).length
    return {
      photos: Array.from({ length: photos }, (_, index) => ({
        name: photo(`${identity}-${index}.jpg`),
        size: version,
        modifiedAt: new Date(0),
        contentHash: `${index}`,
      })),
      withSidecar: new Set(),
    }
  }
  const of = (identity: string) => {
    const listings = createListings({
      cache,
      identity,
      foldsCase: () => false,
      latestChange: () => clock.change,
      now: () => clock.time,
      ...(patienceMs !== undefined && { patienceMs }),
      list(folder: Folder) {
        listed.push(folder === 'root' ? identity : `${identity}/${folder}`)
        return list(identity)
      },
    })
    return { ...listings, versionOf: async () => (await listings.of('root')).listing.photos[0]?.size }
  }
  return {
    clock,
    cache,
    listed,
    of,
    answerWith(next: (identity: string) => Promise<PhotoListing>) {
      const before = list
      list = next
      return () => {
        list = before
      }
    },
  }
}

/** Lets all promises settle that wait for nothing else. */
const turns = () => new Promise((resolve) => setImmediate(resolve))

describe('a shared listing', () => {
  it('costs one call for a hundred concurrent callers, and none for the next 15 seconds', async () => {
    const { clock, listed, of } = gallery()
    const alice = of('alice')
    await Promise.all(Array.from({ length: 100 }, () => alice.of('root')))
    clock.time = 14_999
    await alice.of('root')
    await turns()
    expect(listed).toEqual(['alice'])
  })

  it('serves callers while a single renewal runs in the background, which stays alive', async () => {
    const { clock, listed, of } = gallery()
    const alice = of('alice')
    expect(await alice.versionOf()).toBe(1)
    clock.time = 15_000
    const kept: Promise<unknown>[] = []
    const answers = await Promise.all([1, 2, 3].map(() => alice.of('root', (work) => kept.push(work))))
    expect(answers.map(({ listing }) => listing.photos[0]?.size)).toEqual([1, 1, 1])
    expect([listed.length, kept.length]).toEqual([2, 1])
    await Promise.all(kept)
    expect(await alice.versionOf()).toBe(2)
    expect(listed).toHaveLength(2)
  })

  it('ends after 30 seconds', async () => {
    const { clock, of } = gallery()
    const alice = of('alice')
    await alice.versionOf()
    clock.time = 30_000
    expect(alice.peek('root')).toBeUndefined()
    expect(await alice.versionOf()).toBe(2)
  })

  it('outlives failed renewals until it is 30 seconds old', async () => {
    const { clock, listed, of, answerWith } = gallery()
    const alice = of('alice')
    await alice.versionOf()
    const heal = answerWith(() => Promise.reject(new Error('down')))
    for (clock.time = 15_000; clock.time < 30_000; clock.time += 1000) {
      expect(await alice.versionOf()).toBe(1)
      await turns()
    }
    // One renewal every 5 seconds.
    expect(listed).toHaveLength(4)
    await expect(alice.of('root')).rejects.toThrow('down')
    heal()
    expect(await alice.versionOf()).toBe(6)
  })

  it('ends with a change, also when the change came during the listing', async () => {
    const { clock, of, answerWith } = gallery()
    const alice = of('alice')
    await alice.versionOf()
    clock.change = 1
    const { promise, resolve } = Promise.withResolvers<PhotoListing>()
    const heal = answerWith(() => promise)
    const early = alice.of('root')
    clock.change = 2
    heal()
    expect(await alice.versionOf()).toBe(3)
    resolve({ photos: [], withSidecar: new Set() })
    await early
    expect(await alice.versionOf()).toBe(3)
  })

  it('does not wait for the listing of a request that was cancelled', async () => {
    const { clock, listed, of, answerWith } = gallery({ patienceMs: 20 })
    const alice = of('alice')
    const heal = answerWith(() => new Promise(() => undefined))
    void alice.of('root')
    heal()
    expect(await alice.versionOf()).toBe(2)
    // The same holds for a renewal.
    clock.time = 15_000
    const hang = answerWith(() => new Promise(() => undefined))
    await alice.of('root')
    hang()
    clock.time = 16_000
    await alice.of('root')
    await turns()
    expect(listed).toHaveLength(4)
  })

  it('belongs to one tenant, one configuration version and one folder', async () => {
    const { listed, of } = gallery()
    for (const identity of ['alice', 'bob', 'alice, version 2']) await of(identity).of('root')
    await of('alice').of('archive')
    expect(listed).toEqual(['alice', 'bob', 'alice, version 2', 'alice/archive'])
  })

  it('bounds the memory of all tenants but keeps a single listing beyond the bound', async () => {
    const { cache, listed, of } = gallery({ maxBytes: 1000, photos: 100 })
    const [alice, bob] = [of('alice'), of('bob')]
    for (const { of: list } of [alice, alice, bob, alice])
      expect((await list('root')).listing.photos).toHaveLength(100)
    expect(listed).toEqual(['alice', 'bob', 'alice'])
    expect(cache.size).toBe(1)
  })

  it('leaves the memory when it is old and another tenant lists', async () => {
    const { clock, cache, of } = gallery()
    await of('alice').of('root')
    clock.time = 30_000
    await of('bob').of('root')
    expect(cache.size).toBe(1)
  })
})
