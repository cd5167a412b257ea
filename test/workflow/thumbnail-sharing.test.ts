import { describe, expect, it } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import {
  createThumbnailCache,
  createThumbnailMemory,
  type FinishedThumbnail,
} from '../../src/workflow/thumbnail/memory.ts'
import { makeThumbnail } from '../../src/workflow/thumbnail.ts'
import { plain, shapeOf } from '../support/fixtures/pictures.ts'
import { made, memoryFor, name, photo, scene } from '../support/fixtures/thumbnails.ts'

describe('concurrent requests for thumbnails', () => {
  it('makes a thumbnail only once for concurrent requests', async () => {
    const { ask, calls, owners } = scene()
    const all = await Promise.all(Array.from({ length: 20 }, () => made(ask())))
    expect(new Set(all.map(({ bytes }) => bytes)).size).toBe(1)
    expect(owners).toHaveLength(1)
    expect(calls.read).toBe(1)
    await ask()
    expect(owners).toHaveLength(1)
  })

  it('makes separate thumbnails for different photos with the same content hash', async () => {
    const other = parsePhotoName('other.jpg')
    const { ask } = scene({
      [name]: { bytes: photo, contentHash: 'same' },
      [other]: { bytes: await plain(90, 60).jpeg().toBuffer(), contentHash: 'same' },
    })
    const [first, second] = await Promise.all([made(ask()), made(ask({ name: other }))])
    expect(await shapeOf(first.bytes)).not.toEqual(await shapeOf(second.bytes))
    const archived = await made(ask({ folder: 'archive', name: other }))
    expect(await shapeOf(archived.bytes)).toEqual(await shapeOf(second.bytes))
  })

  it('keeps tenants with a shared cache apart when name and content hash agree', async () => {
    const cache = createThumbnailCache()
    const tenant = async (identity: string, width: number) => {
      const { tools } = scene({
        [name]: { bytes: await plain(width, 60).jpeg().toBuffer(), contentHash: 'one' },
      })
      return { ...tools, memory: memoryFor(identity, cache) }
    }
    const [alice, bob, later] = [
      await tenant('alice 1', 90),
      await tenant('bob 1', 70),
      await tenant('alice 2', 80),
    ]
    const widthOf = async (tools: typeof alice) =>
      (await shapeOf((await made(makeThumbnail(tools, { folder: 'root', name }))).bytes))[1]
    expect(await Promise.all([widthOf(alice), widthOf(bob), widthOf(later)])).toEqual([90, 70, 80])
    expect(await Promise.all([widthOf(alice), widthOf(bob), widthOf(later)])).toEqual([90, 70, 80])
  })

  it('reports a failure to all waiting requests', async () => {
    const { ask, owners, tools } = scene({ [name]: { bytes: Buffer.from('<html>'), contentHash: 'one' } })
    // An invalid header fails at once, so the read starts only when all three requests wait for it.
    const allWait = Promise.withResolvers<void>()
    let waiting = 0
    const { get } = tools.memory
    const { read } = tools.store
    tools.memory.get = (key, make) => {
      if (++waiting === 3) allWait.resolve()
      return get(key, make)
    }
    tools.store.read = async (folder, photo) => {
      await allWait.promise
      return read(folder, photo)
    }
    const all = await Promise.allSettled([ask(), ask(), ask()])
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(owners).toHaveLength(1)
  })
})

describe('the memory of thumbnails', () => {
  const finished = (size: number): FinishedThumbnail => ({
    bytes: new Uint8Array(size),
    mediaType: 'image/jpeg',
  })

  it('keeps the memory of thumbnails within its limit of bytes', async () => {
    const cache = createThumbnailCache(100_000)
    const memory = memoryFor('alice', cache)
    for (let i = 0; i < 50; i++) await memory.get(`${i}`, async () => finished(10_000))
    expect(cache.calculatedSize).toBeLessThanOrEqual(100_000)
    expect(cache.size).toBeGreaterThan(5)
    await memory.get('huge', async () => finished(50_000))
    expect(cache.size).toBeGreaterThan(5)
  })

  it('stops waiting for a call that never ends, as when a Worker’s request is cancelled', async () => {
    const memory = createThumbnailMemory({ cache: createThumbnailCache(), identity: 'alice', patienceMs: 20 })
    let calls = 0
    const lost = () => new Promise<never>(() => undefined)
    const work = async () => {
      calls++
      return finished(1)
    }
    void memory.get('key', lost)
    const all = await Promise.all([memory.get('key', work), memory.get('key', work), memory.get('key', work)])
    expect(calls).toBe(1)
    expect(new Set(all).size).toBe(1)
  })
})
