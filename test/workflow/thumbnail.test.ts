import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PublisherError } from '../../src/errors.ts'
import { createSharpReducer } from '../../src/providers/images/sharp.ts'
import { type PhotoName, parsePhotoName } from '../../src/workflow/photo.ts'
import type { ImageReducer } from '../../src/workflow/ports/images.ts'
import type { NativeThumbnail, PhotoEntry, PhotoStore } from '../../src/workflow/ports/storage.ts'
import { matchesNone } from '../../src/workflow/thumbnail/entity-tag.ts'
import { negotiateType } from '../../src/workflow/thumbnail/media-type.ts'
import {
  createThumbnailCache,
  createThumbnailMemory,
  type FinishedThumbnail,
} from '../../src/workflow/thumbnail/memory.ts'
import { makeThumbnail, type ThumbnailRequest, thumbnailSizes } from '../../src/workflow/thumbnail.ts'
import { artist, plain, shapeOf, sourceOf, tellTale } from '../images/pictures.ts'

const name = parsePhotoName('dusk.jpg')
const sharpReducer = createSharpReducer()

interface Held {
  bytes: Uint8Array
  contentHash: string
}

/** A store of a few photos that counts what is asked of it. */
function storeOf(photos: Record<string, Held>, native?: () => NativeThumbnail | null) {
  const calls = { stat: 0, read: 0, thumbnail: 0, cancelled: 0 }
  const unused = () => Promise.reject(new Error('not part of this test'))
  const entryOf = (photo: PhotoName): PhotoEntry | null => {
    const held = photos[photo]
    if (!held) return null
    return { name: photo, size: held.bytes.length, modifiedAt: new Date(0), contentHash: held.contentHash }
  }
  const store: PhotoStore = {
    provider: 'test',
    async stat(_, photo) {
      calls.stat++
      return entryOf(photo)
    },
    async read(_, photo) {
      calls.read++
      const entry = entryOf(photo)
      const held = photos[photo]
      if (!entry || !held) throw new PublisherError('photo_not_found', 'gone')
      const { body } = sourceOf(held.bytes)
      const reader = body.getReader()
      const counted = new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            const { done, value } = await reader.read()
            if (done) controller.close()
            else controller.enqueue(value)
          },
          cancel() {
            calls.cancelled++
          },
        },
        { highWaterMark: 0 },
      )
      return { entry, body: counted }
    },
    ...(native && {
      thumbnail: async () => {
        calls.thumbnail++
        return native()
      },
    }),
    list: unused,
    temporaryLink: unused,
    upload: unused,
    move: unused,
    delete: unused,
    readSidecar: unused,
    writeSidecar: unused,
    createRecord: unused,
    readRecord: unused,
    replaceRecord: unused,
    deleteRecord: unused,
    canCreateAtomically: unused,
  }
  return { store, calls }
}

/** A reducer that counts and passes on. */
function counting(inner: ImageReducer = sharpReducer) {
  const owners: string[] = []
  const images: ImageReducer = {
    reduce(source, box, mediaType, owner) {
      owners.push(owner)
      return inner.reduce(source, box, mediaType, owner)
    },
  }
  return { images, owners }
}

const memoryFor = (identity = 'alice 1', cache = createThumbnailCache()) =>
  createThumbnailMemory({ cache, identity })

const photo = await tellTale(1200, 900).jpeg().toBuffer()

function scene(
  photos: Record<string, Held> = { [name]: { bytes: photo, contentHash: 'one' } },
  native?: () => NativeThumbnail | null,
) {
  const { store, calls } = storeOf(photos, native)
  const { images, owners } = counting()
  const tools = { store, images, memory: memoryFor(), owner: 'alice' }
  const ask = (request: Partial<ThumbnailRequest> = {}) =>
    makeThumbnail(tools, { folder: 'root', name, ...request })
  return { ask, tools, calls, owners, photos }
}

async function made(result: ReturnType<ReturnType<typeof scene>['ask']>) {
  const thumbnail = await result
  if (thumbnail.status !== 'ok') throw new Error('expected a thumbnail')
  return thumbnail
}

describe('a thumbnail', () => {
  it('is made from the original, in the default size, without metadata', async () => {
    const { ask, owners } = scene()
    const { bytes, etag, mediaType } = await made(ask())
    expect(await shapeOf(bytes)).toEqual(['image/jpeg', 853, 640])
    expect(mediaType).toBe('image/jpeg')
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/)
    expect(Buffer.from(bytes).includes(artist)).toBe(false)
    expect(owners).toEqual(['alice'])
  })

  it.each(thumbnailSizes)('of size %s fits its box', async (size) => {
    const [width, height] = size.slice(1).split('h').map(Number)
    const [, madeWidth, madeHeight] = await shapeOf((await made(scene().ask({ size }))).bytes)
    expect(madeWidth).toBeLessThanOrEqual(width ?? 0)
    expect(madeHeight).toBeLessThanOrEqual(height ?? 0)
    expect(madeWidth === width || madeHeight === height).toBe(true)
  })

  it('of a photo that does not exist is photo_not_found', async () => {
    const { ask, calls } = scene({})
    await expect(ask({ ifNoneMatch: '*' })).rejects.toMatchObject({ code: 'photo_not_found' })
    expect(calls.read).toBe(0)
  })

  it('is what the client accepts', async () => {
    const { ask } = scene()
    expect((await made(ask({ accept: 'image/avif,image/webp,*/*' }))).mediaType).toBe('image/webp')
    const avif = await made(ask({ accept: 'image/avif,*/*', size: 'w256h256' }))
    expect(await shapeOf(avif.bytes)).toEqual(['image/avif', 256, 192])
  })

  it('passes on what the store and the reducer fail with, and tries again the next time', async () => {
    const { ask, photos, calls } = scene({ [name]: { bytes: Buffer.from('<html>'), contentHash: 'one' } })
    await expect(ask()).rejects.toMatchObject({ code: 'photo_unreadable' })
    photos[name] = { bytes: photo, contentHash: 'one' }
    expect((await ask()).status).toBe('ok')
    expect(calls.read).toBe(2)
  })
})

describe('a conditional request', () => {
  it('costs one stat: nothing is read, nothing is made', async () => {
    const { ask, calls, owners } = scene()
    const { etag } = await made(ask())
    const before = { ...calls }
    for (const ifNoneMatch of [etag, `W/${etag}`, `"other", ${etag}`, '*', ' * ']) {
      expect(await ask({ ifNoneMatch })).toEqual({ status: 'not_modified', etag })
    }
    expect(calls).toEqual({ ...before, stat: before.stat + 5 })
    expect(owners).toHaveLength(1)
  })

  it('also costs nothing where the thumbnail is in nobody’s memory', async () => {
    const { etag } = await made(scene().ask())
    const restarted = scene()
    expect(await restarted.ask({ ifNoneMatch: etag })).toEqual({ status: 'not_modified', etag })
    expect(restarted.calls.read).toBe(0)
  })

  it('with another tag gets the thumbnail', async () => {
    const { ask } = scene()
    expect((await ask({ ifNoneMatch: '"other", W/"another"' })).status).toBe('ok')
    expect((await ask({ ifNoneMatch: 'unreadable' })).status).toBe('ok')
  })

  it('has another tag for other bytes, another size, another type and another storage', async () => {
    const { ask, photos, tools } = scene()
    const tags = [
      (await ask()).etag,
      (await ask({ size: 'w256h256' })).etag,
      (await ask({ accept: 'image/webp' })).etag,
    ]
    photos[name] = { bytes: photo, contentHash: 'two' }
    tags.push((await ask()).etag)
    const moved = { ...tools, store: { ...tools.store, provider: 'other' } }
    tags.push((await makeThumbnail(moved, { folder: 'root', name })).etag)
    expect(new Set(tags).size).toBe(5)
  })

  it('learns nothing of the storage’s own tag', async () => {
    const contentHash = 'canary-vendor-etag'
    const { etag } = await scene({ [name]: { bytes: photo, contentHash } }).ask()
    expect(etag).not.toContain('canary')
    expect(etag).not.toContain(Buffer.from(contentHash).toString('hex').slice(0, 8))
  })

  it('is read by the rules of RFC 9110, section 13.1.2', () => {
    const tag = '"abc"'
    for (const header of ['"abc"', 'W/"abc"', '"x","abc"', '"x" , W/"abc" ,"y"', '*', ',"abc",']) {
      expect([header, matchesNone(header, tag)]).toEqual([header, true])
    }
    for (const header of [undefined, '', 'abc', '"ab"', '"abcd"', '"*"', '"x, abc"', "'abc'", 'W/*']) {
      expect([header, matchesNone(header, tag)]).toEqual([header, false])
    }
    fc.assert(fc.property(fc.string(), (header) => typeof matchesNone(header, tag) === 'boolean'))
  })
})

describe('the media type', () => {
  const both = ['image/webp', 'image/avif'] as const

  it.each([
    [undefined, 'image/jpeg'],
    ['', 'image/jpeg'],
    ['*/*', 'image/jpeg'],
    ['image/*', 'image/jpeg'],
    ['text/html', 'image/jpeg'],
    ['image/png,image/svg+xml,image/*;q=0.8,*/*;q=0.5', 'image/jpeg'],
    ['image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8', 'image/webp'],
    ['IMAGE/WEBP', 'image/webp'],
    ['image/webp;q=0', 'image/jpeg'],
    ['image/webp;q=0,image/avif', 'image/avif'],
    ['image/avif,*/*', 'image/avif'],
    ['image/jpeg,image/webp;q=0.5', 'image/jpeg'],
    ['image/jpeg;q=0.5,image/webp;q=0.5', 'image/webp'],
    ['image/webp;q=0.1', 'image/webp'],
    [';;;,,=q', 'image/jpeg'],
  ])('for Accept: %s is %s', (accept, expected) => {
    expect(negotiateType(accept, both)).toBe(expected)
  })

  it('is one of those offered, whatever the header says', () => {
    expect(negotiateType('image/avif', ['image/webp'])).toBe('image/jpeg')
    fc.assert(
      fc.property(fc.string(), (accept) => ['image/jpeg', ...both].includes(negotiateType(accept, both))),
    )
  })
})

describe('a storage’s own thumbnail', () => {
  it('is used as it is where it holds no metadata', async () => {
    const bytes = await plain(960, 640).jpeg().toBuffer()
    const { ask, calls, owners } = scene(undefined, () => ({ bytes, mediaType: 'image/jpeg' }))
    expect(Buffer.from((await made(ask())).bytes)).toEqual(bytes)
    expect(calls).toMatchObject({ thumbnail: 1, read: 0 })
    expect(owners).toEqual([])
  })

  it('is never AVIF', async () => {
    const bytes = await plain(96, 64).webp().toBuffer()
    const { ask } = scene(undefined, () => ({ bytes, mediaType: 'image/webp' }))
    expect((await made(ask({ accept: 'image/avif' }))).mediaType).not.toBe('image/avif')
  })

  it('is made once more where it tells of the photographer', async () => {
    for (const bytes of [
      await tellTale(960, 640).jpeg().toBuffer(),
      await tellTale(960, 640).webp().toBuffer(),
    ]) {
      const { ask, calls } = scene(undefined, () => ({ bytes, mediaType: 'image/jpeg' }))
      const { bytes: clean } = await made(ask())
      expect(Buffer.from(clean).includes(artist)).toBe(false)
      expect(await shapeOf(clean)).toEqual(['image/jpeg', 960, 640])
      expect(calls).toMatchObject({ thumbnail: 1, read: 0 })
    }
  })

  it('is replaced by our own where the storage cannot make one', async () => {
    const { ask, calls } = scene(undefined, () => null)
    expect(await shapeOf((await made(ask())).bytes)).toEqual(['image/jpeg', 853, 640])
    expect(calls).toMatchObject({ thumbnail: 1, read: 1 })
  })
})

describe('many requests', () => {
  it('for the same thumbnail share one', async () => {
    const { ask, calls, owners } = scene()
    const all = await Promise.all(Array.from({ length: 20 }, () => made(ask())))
    expect(new Set(all.map(({ bytes }) => bytes)).size).toBe(1)
    expect(owners).toHaveLength(1)
    expect(calls.read).toBe(1)
    await ask()
    expect(owners).toHaveLength(1)
  })

  it('for different photos with the same content hash do not', async () => {
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

  it('of two tenants with one cache never get each other’s, though name and content hash agree', async () => {
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

  it('all hear of a failure', async () => {
    const { ask, owners } = scene({ [name]: { bytes: Buffer.from('<html>'), contentHash: 'one' } })
    const all = await Promise.allSettled([ask(), ask(), ask()])
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(owners).toHaveLength(1)
  })
})

describe('the original', () => {
  it('is not asked for before the reducer reads', async () => {
    const { ask, tools, calls } = scene()
    tools.images.reduce = async ({ body }) => {
      expect(calls.read).toBe(0)
      await body.cancel()
      throw new PublisherError('busy', 'Too many pictures.')
    }
    await expect(ask()).rejects.toMatchObject({ code: 'busy' })
    expect(calls.read).toBe(0)
  })

  it('is let go when the reducer gives up half-way', async () => {
    const { ask, tools, calls } = scene()
    tools.images.reduce = async ({ body }) => {
      const reader = body.getReader()
      await reader.read()
      await reader.cancel()
      throw new PublisherError('photo_unreadable', 'No.')
    }
    await expect(ask()).rejects.toMatchObject({ code: 'photo_unreadable' })
    expect(calls.cancelled).toBe(1)
  })

  it('is let go when the reducer gives up while the store is still opening it', async () => {
    const { ask, tools, calls } = scene()
    const isOpening = Promise.withResolvers<void>()
    const isOpened = Promise.withResolvers<void>()
    const { read } = tools.store
    tools.store.read = async (folder, photo) => {
      isOpening.resolve()
      await isOpened.promise
      return read(folder, photo)
    }
    tools.images.reduce = async ({ body }) => {
      const reader = body.getReader()
      const reading = reader.read()
      await isOpening.promise
      await reader.cancel()
      isOpened.resolve()
      await reading
      throw new PublisherError('busy', 'Too slow.')
    }
    await expect(ask()).rejects.toMatchObject({ code: 'busy' })
    await expect.poll(() => calls.cancelled).toBe(1)
  })

  it('that is replaced between the look-up and the reading is not given out under the old tag', async () => {
    const { ask, tools, photos, calls } = scene()
    const { stat } = tools.store
    tools.store.stat = async (folder, photoName) => {
      const entry = await stat(folder, photoName)
      photos[name] = { bytes: photo, contentHash: 'two' }
      return entry
    }
    await expect(ask()).rejects.toMatchObject({ code: 'busy', retryAfterMs: 1000 })
    expect(calls.cancelled).toBe(1)
    expect((await ask()).status).toBe('ok')
  })
})

describe('the memory of thumbnails', () => {
  const finished = (size: number): FinishedThumbnail => ({
    bytes: new Uint8Array(size),
    mediaType: 'image/jpeg',
  })

  it('is bounded by bytes', async () => {
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
