import { describe, expect, it } from 'vitest'
import { type PhotoName, parsePhotoName } from '../../../src/ports/photo.ts'
import { createListingCache, createRecentNames } from '../../../src/runtime/tenancy/recent-names.ts'

function gallery({ maxBytes, photos = 3 }: { maxBytes?: number; photos?: number } = {}) {
  const clock = { time: 0 }
  const cache = createListingCache(maxBytes)
  const listed: string[] = []
  const of = (identity: string) =>
    createRecentNames({
      cache,
      identity,
      now: () => clock.time,
      async list(): Promise<readonly PhotoName[]> {
        listed.push(identity)
        return Array.from({ length: photos }, (_, index) => parsePhotoName(`${identity}-${index}.jpg`))
      },
    })
  return { clock, cache, listed, of }
}

describe('recent names', () => {
  it('lists names once per ten seconds and once for concurrent callers', async () => {
    const { clock, listed, of } = gallery()
    const alice = of('alice')
    const [first, second] = await Promise.all([alice(), alice()])
    expect(first).toEqual(['alice-0.jpg', 'alice-1.jpg', 'alice-2.jpg'])
    expect(second).toEqual(first)
    clock.time = 9_999
    await alice()
    expect(listed).toHaveLength(1)
    clock.time = 10_000
    await alice()
    await alice({ fresh: true })
    expect(listed).toHaveLength(3)
  })

  it('lists names again after a change, even during a running listing', async () => {
    const { listed, of } = gallery()
    const names = of('alice')
    await names()
    names.forget()
    const early = names()
    names.forget()
    const late = names()
    await Promise.all([early, late])
    expect(listed).toHaveLength(3)
    await names()
    expect(listed).toHaveLength(3)
  })

  it('keeps the names of tenants and configuration versions apart', async () => {
    const { of } = gallery()
    expect(await of('alice')()).not.toEqual(await of('bob')())
    expect(await of('alice, version 2')()).toEqual(expect.arrayContaining(['alice, version 2-0.jpg']))
  })

  it('bounds the memory of names but keeps a single listing beyond the bound', async () => {
    const { cache, listed, of } = gallery({ maxBytes: 1000, photos: 100 })
    const [alice, bob] = [of('alice'), of('bob')]
    for (const ask of [alice, alice, bob, alice]) expect(await ask()).toHaveLength(100)
    expect(listed).toEqual(['alice', 'bob', 'alice'])
    expect(cache.size).toBe(1)
  })

  it('evicts old names when another tenant lists', async () => {
    const { clock, cache, of } = gallery()
    await of('alice')()
    clock.time = 10_000
    await of('bob')()
    expect([...cache.keys()]).toEqual(['bob'])
  })
})
