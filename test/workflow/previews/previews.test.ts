import { describe, expect, it } from 'vitest'
import { PublisherError } from '../../../src/base/errors.ts'
import type { ImageReducer } from '../../../src/ports/images.ts'
import { parsePhotoName } from '../../../src/ports/photo.ts'
import type { NativeThumbnail } from '../../../src/ports/storage.ts'
import { placeholderOf } from '../../../src/providers/images/sharp-placeholder.ts'
import { photoVersion } from '../../../src/workflow/photo-version.ts'
import { createLookAhead } from '../../../src/workflow/thumbnail/look-ahead.ts'
import { createThumbnailCache } from '../../../src/workflow/thumbnail/memory.ts'
import { makeThumbnail, type ThumbnailRequest } from '../../../src/workflow/thumbnail.ts'
import { plain, shapeOf, tellTale } from '../../support/fixtures/pictures.ts'
import {
  background,
  counting,
  type Held,
  made,
  memoryFor,
  name,
  photo,
  previewsOf,
  storeOf,
} from '../../support/fixtures/thumbnails.ts'

const webp = 'image/webp'
const avif = 'image/avif'

/** Creates a storage and processes that start with empty memory. */
function storage(photos: Record<string, Held> = { [name]: { bytes: photo, contentHash: 'hash-one' } }) {
  const kept = new Map<string, Uint8Array>()
  return {
    photos,
    kept,
    start({
      native,
      cache,
    }: {
      native?: () => NativeThumbnail | null
      cache?: ReturnType<typeof createThumbnailCache>
    } = {}) {
      const { store, calls } = storeOf(photos, native, kept)
      const { images, owners } = counting()
      const { index, previews, troubles, clock } = previewsOf(store, store, placeholderOf)
      const work = background()
      const tools = {
        store,
        images,
        memory: memoryFor('alice', cache),
        previews,
        owner: 'alice',
        waitUntil: work.waitUntil,
      }
      return {
        tools,
        store,
        calls,
        /** One owner for each decode. */
        decodes: owners,
        index,
        troubles,
        clock,
        ask: (request: Partial<ThumbnailRequest> = {}) =>
          made(makeThumbnail(tools, { folder: 'root', name, accept: webp, ...request })),
        async settled() {
          await work.settled()
          index.save(work.waitUntil)
          await work.settled()
        },
      }
    },
  }
}

describe('kept previews', () => {
  it('answers a fresh process with one small read, without the original and without a decode', async () => {
    const { start } = storage()
    const first = start()
    const before = await first.ask()
    await first.settled()
    const second = start()
    await second.index.get({ contentHash: 'hash-one' })
    second.calls.readPreview = 0
    const after = await second.ask()
    expect(Buffer.from(after.bytes)).toEqual(Buffer.from(before.bytes))
    expect(second.calls).toMatchObject({ read: 0, readPreview: 1, writePreview: 0 })
    expect(second.decodes).toEqual([])
  })

  it('makes the smallest size with the same decode', async () => {
    const { start, kept } = storage()
    const first = start()
    await first.ask()
    expect(await shapeOf((await first.ask({ size: 'w256h256' })).bytes)).toEqual([webp, 256, 192])
    await first.settled()
    expect(first.calls.read).toBe(1)
    expect(first.decodes).toEqual(['alice'])
    expect([...kept.keys()].toSorted()).toEqual([
      'hash-one/w256h256.webp',
      'hash-one/w960h640.webp',
      'index/photos.json',
    ])
  })

  it('notes facts and a placeholder of a photo that it decodes', async () => {
    const { start } = storage()
    const first = start()
    await first.ask()
    await first.settled()
    expect(await start().index.get({ contentHash: 'hash-one' })).toMatchObject({
      facts: { width: 1200, height: 900 },
      placeholder: expect.stringMatching(/^[\w-]{20,40}$/),
    })
  })

  it('decodes nothing again when the memory is full', async () => {
    const { start } = storage()
    const { ask, settled, decodes } = start({ cache: createThumbnailCache(8) })
    await ask()
    await settled()
    await ask()
    await ask({ size: 'w256h256' })
    expect(decodes).toEqual(['alice'])
  })

  it.each<[string, () => Promise<Uint8Array>]>([
    ['cut off', async () => (await plain(900, 640).webp().toBuffer()).subarray(0, 500)],
    ['empty', async () => new Uint8Array(0)],
    ['HTML', async () => Buffer.from('<script>alert(1)</script>')],
    ['of another type', async () => plain(900, 640).jpeg().toBuffer()],
    ['larger than its box', async () => plain(2000, 1500).webp().toBuffer()],
    ['with metadata', async () => tellTale(900, 640).webp().toBuffer()],
  ])('makes a preview anew that is %s', async (_, broken) => {
    const { start, kept } = storage()
    const first = start()
    const { bytes } = await first.ask()
    await first.settled()
    kept.set('hash-one/w960h640.webp', await broken())
    const second = start()
    expect(Buffer.from((await second.ask()).bytes)).toEqual(Buffer.from(bytes))
    await second.settled()
    expect(second.decodes).toEqual(['alice'])
    expect(Buffer.from(kept.get('hash-one/w960h640.webp') ?? [])).toEqual(Buffer.from(bytes))
  })

  it('makes a preview anew when the photo has other bytes', async () => {
    const { start, photos } = storage()
    const first = start()
    await first.ask()
    await first.settled()
    photos[name] = { bytes: await plain(600, 600).jpeg().toBuffer(), contentHash: 'hash-two' }
    const second = start()
    expect((await shapeOf((await second.ask()).bytes))[1]).toBe(600)
    expect(second.decodes).toEqual(['alice'])
  })

  it('answers from memory when the storage refuses writes, and stops trying for a while', async () => {
    const { start } = storage()
    const first = start()
    let tries = 0
    first.store.writePreview = async () => {
      tries++
      throw new PublisherError('storage_unavailable', 'Access denied.')
    }
    await first.ask()
    await first.ask({ size: 'w1024h768' })
    await first.settled()
    await first.ask({ size: 'w2048h1536' })
    await first.settled()
    expect(tries).toBeLessThanOrEqual(3)
    expect((await first.index.get({ contentHash: 'hash-one' }))?.facts?.width).toBe(1200)
    expect(first.tools.previews.isKeeping()).toBe(false)
  })

  it('answers while the previews cannot be read', async () => {
    const { start } = storage()
    const first = start()
    first.store.readPreview = async () => Promise.reject(new PublisherError('storage_unavailable', 'Away.'))
    expect((await first.ask()).mediaType).toBe(webp)
    expect(first.decodes).toEqual(['alice'])
  })

  it('works without its index, as after a crash before the index was written', async () => {
    const { start, kept } = storage()
    const first = start()
    await first.ask()
    await first.settled()
    kept.delete('index/photos.json')
    const second = start()
    expect((await second.ask()).mediaType).toBe(webp)
    await second.settled()
    const third = start()
    await third.ask()
    expect(third.decodes).toEqual([])
  })

  it('finds previews that another process made after this process read the index', async () => {
    const { start } = storage()
    const [late, other] = [start(), start()]
    await late.index.get({ contentHash: 'hash-one' })
    await other.ask()
    await other.settled()
    late.clock.now += 2 * 60_000
    await late.ask()
    expect(late.decodes).toEqual([])
  })

  it('keeps AVIF, and the smallest size with it', async () => {
    const { start, kept } = storage()
    const before = await start().ask({ accept: avif })
    const first = start()
    await first.ask({ accept: avif })
    await first.settled()
    const second = start()
    const after = await second.ask({ accept: avif })
    expect([after.mediaType, Buffer.from(after.bytes)]).toEqual([avif, Buffer.from(before.bytes)])
    expect((await second.ask({ accept: avif, size: 'w256h256' })).mediaType).toBe(avif)
    expect(second.decodes).toEqual([])
    expect([...kept.keys()].filter((key) => key.startsWith('hash-one')).toSorted()).toEqual([
      'hash-one/w256h256.avif',
      'hash-one/w960h640.avif',
    ])
  })

  it.each<[string, () => Promise<Uint8Array>]>([
    ['cut off', async () => (await plain(900, 640).avif().toBuffer()).subarray(0, -1)],
    ['larger than its box', async () => plain(2000, 1500).avif().toBuffer()],
    ['with metadata', async () => tellTale(900, 640).avif().toBuffer()],
  ])('makes an AVIF anew that is %s', async (_, broken) => {
    const { start, kept } = storage()
    const first = start()
    const { bytes } = await first.ask({ accept: avif })
    await first.settled()
    kept.set('hash-one/w960h640.avif', await broken())
    const second = start()
    expect(Buffer.from((await second.ask({ accept: avif })).bytes)).toEqual(Buffer.from(bytes))
    expect(second.decodes).toEqual(['alice'])
  })

  it('keeps the picture of a reducer that makes another type than AVIF, under its actual type', async () => {
    const { start } = storage()
    const first = start()
    const { reduceAll } = first.tools.images
    first.tools.images.reduceAll = (source, reductions, order) =>
      reduceAll(
        source,
        reductions.map(({ box }) => ({ box, mediaType: webp })),
        order,
      )
    await first.ask({ accept: avif })
    await first.settled()
    const second = start()
    expect((await second.ask({ accept: avif })).mediaType).toBe(webp)
    expect((await second.ask({ accept: avif, size: 'w256h256' })).mediaType).toBe(webp)
    expect(second.decodes).toEqual([])
  })

  it('asks a storage for its own thumbnails instead, and writes no previews of them', async () => {
    const bytes = await plain(240, 160).webp().toBuffer()
    const { start, kept } = storage()
    const first = start({ native: () => ({ bytes, mediaType: webp }) })
    await first.ask({ size: 'w256h256' })
    await first.settled()
    expect(first.calls).toMatchObject({ thumbnail: 1, read: 0 })
    expect([...kept.keys()]).toEqual(['index/photos.json'])
    expect((await first.index.get({ contentHash: 'hash-one' }))?.placeholder).toMatch(/^[\w-]+$/)
  })

  it('keeps previews of a photo that the storage cannot reduce', async () => {
    const { start } = storage()
    const first = start({ native: () => null })
    await first.ask()
    await first.settled()
    const second = start({ native: () => null })
    await second.ask()
    expect(second.calls).toMatchObject({ read: 0 })
    expect(second.decodes).toEqual([])
  })

  it('reports if the address names the present version of the photo', async () => {
    const { ask } = storage().start()
    const version = photoVersion({ contentHash: 'hash-one' })
    expect((await ask({ version })).isLasting).toBe(true)
    expect((await ask({ version: 'old' })).isLasting).toBe(false)
    expect((await ask()).isLasting).toBe(false)
  })
})

describe('looking ahead', () => {
  const names = Array.from({ length: 40 }, (_, at) => parsePhotoName(`p${String(at).padStart(2, '0')}.jpg`))
  const gallery = () =>
    storage(
      Object.fromEntries(
        names.map((each) => [each, { bytes: photo, contentHash: `hash-${each.slice(0, 3)}` }]),
      ),
    )

  const modern = 'image/avif,image/webp,*/*;q=0.8'

  function looking(native?: () => NativeThumbnail | null) {
    const held = gallery()
    const process = held.start(native ? { native } : {})
    process.store.list = async () => ({
      photos: await Promise.all(
        names.map(async (each) => (await process.store.stat('root', each)) ?? expect.fail()),
      ),
      withSidecar: new Set(),
    })
    const orders: (boolean | undefined)[] = []
    const { reduceAll } = process.tools.images
    process.tools.images.reduceAll = (source, reductions, order) => {
      orders.push(order.isAhead)
      return reduceAll(source, reductions, order)
    }
    const lookAhead = createLookAhead(() => process.clock.now)
    const see = (at: number, size: ThumbnailRequest['size'] = 'w256h256', accept = modern) =>
      lookAhead(process.tools, {
        folder: 'root',
        name: names[at] ?? name,
        size: size ?? 'w256h256',
        accept,
      })
    return { ...process, ...held, see, orders }
  }

  it('makes previews of the next photos, marked as work that no client waits for', async () => {
    const { see, settled, orders, kept } = looking()
    see(4)
    await settled()
    expect(orders).toHaveLength(24)
    expect(new Set(orders)).toEqual(new Set([true]))
    expect(kept.has('hash-p05/w256h256.avif')).toBe(true)
    expect(kept.has('hash-p28/w256h256.avif')).toBe(true)
    expect(kept.has('hash-p29/w256h256.avif')).toBe(false)
  })

  it.each(['*/*', 'image/avif'])(
    'reads no kept preview again for a client that accepts %s',
    async (accept) => {
      const { see, settled, calls, tools } = looking()
      see(0, 'w256h256', accept)
      await settled()
      // Memory is full by now.
      tools.memory = memoryFor('another memory')
      calls.readPreview = 0
      const { read } = calls
      see(0, 'w256h256', accept)
      await settled()
      expect(calls).toMatchObject({ read, readPreview: 0 })
    },
  )

  it('makes nothing twice', async () => {
    const { see, settled, orders } = looking()
    see(0)
    await settled()
    see(0)
    await settled()
    expect(orders).toHaveLength(24)
  })

  it('tries a damaged photo once', async () => {
    const { see, settled, calls, photos } = looking()
    photos['p05.jpg'] = { bytes: Buffer.from('<html>'), contentHash: 'hash-bad' }
    see(0)
    await settled()
    const { read } = calls
    see(0)
    await settled()
    expect(calls.read).toBe(read)
  })

  it('stops when the machine is busy', async () => {
    const { see, settled, orders, tools } = looking()
    tools.images.reduceAll = async ({ body }) => {
      orders.push(true)
      await body.cancel()
      throw new PublisherError('busy', 'Too many pictures.')
    }
    see(0)
    await settled()
    expect(orders).toHaveLength(1)
  })

  it('does nothing for large sizes and for storages that make thumbnails', async () => {
    const large = looking()
    large.see(0, 'w960h640')
    await large.settled()
    const native = looking(() => null)
    native.see(0)
    await native.settled()
    expect([large.orders, native.orders]).toEqual([[], []])
  })
})

describe('a client that left', () => {
  /** Creates a reducer whose work waits in a queue until its signal fires. */
  function queue() {
    const waiting: { isAhead: boolean | undefined; isLeft: () => boolean }[] = []
    const reduceAll: ImageReducer['reduceAll'] = ({ body }, _, { signal, isAhead }) => {
      waiting.push({ isAhead, isLeft: () => signal?.aborted ?? false })
      return new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          void body.cancel()
          reject(new PublisherError('busy', 'The client left.'))
        })
      })
    }
    return { waiting, reduceAll }
  }

  it('ends the wait of work that no other client waits for', async () => {
    const { start } = storage()
    const { tools, ask } = start()
    const { waiting, reduceAll } = queue()
    tools.images.reduceAll = reduceAll
    const [one, other] = [new AbortController(), new AbortController()]
    const first = ask({ clientSignal: () => one.signal }).catch((error: unknown) => error)
    const second = ask({ clientSignal: () => other.signal }).catch((error: unknown) => error)
    await expect.poll(() => waiting.length).toBe(1)
    one.abort()
    expect(waiting[0]?.isLeft()).toBe(false)
    other.abort()
    expect(waiting[0]?.isLeft()).toBe(true)
    expect(await Promise.all([first, second])).toMatchObject([{ code: 'busy' }, { code: 'busy' }])
  })

  it('lets a client overtake work that no client waits for', async () => {
    const { start } = storage()
    const { tools, ask, decodes } = start()
    const { reduceAll: real } = tools.images
    const { waiting, reduceAll } = queue()
    tools.images.reduceAll = (source, reductions, order) =>
      order.isAhead ? reduceAll(source, reductions, order) : real(source, reductions, order)
    const ahead = ask({ isAhead: true }).catch((error: unknown) => error)
    await expect.poll(() => waiting.length).toBe(1)
    expect((await ask()).mediaType).toBe(webp)
    expect(await ahead).toMatchObject({ code: 'busy' })
    expect(decodes).toEqual(['alice'])
  })
})
