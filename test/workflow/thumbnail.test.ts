import { describe, expect, it } from 'vitest'
import { PublisherError } from '../../src/base/errors.ts'
import { isClean } from '../../src/workflow/thumbnail/clean.ts'
import { thumbnailSizes } from '../../src/workflow/thumbnail.ts'
import { artist, plain, shapeOf, tellTale } from '../support/fixtures/pictures.ts'
import {
  canariesIn,
  canaryAnimation,
  canaryJpeg,
  canaryPng,
  canaryWebp,
} from '../support/fixtures/pictures-with-metadata.ts'
import { made, name, photo, scene } from '../support/fixtures/thumbnails.ts'

describe('a thumbnail', () => {
  it('makes a thumbnail from the original in the default size, without metadata', async () => {
    const { ask, owners } = scene()
    const { bytes, etag, mediaType } = await made(ask())
    expect(await shapeOf(bytes)).toEqual(['image/jpeg', 853, 640])
    expect(mediaType).toBe('image/jpeg')
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/)
    expect(Buffer.from(bytes).includes(artist)).toBe(false)
    expect(owners).toEqual(['alice'])
  })

  it.each(thumbnailSizes)('fits a thumbnail of size %s into its box', async (size) => {
    const [width, height] = size.slice(1).split('h').map(Number)
    const large = { bytes: await plain(2400, 1800).jpeg().toBuffer(), contentHash: 'large' }
    const [, madeWidth, madeHeight] = await shapeOf(
      (await made(scene({ [name]: large }).ask({ size }))).bytes,
    )
    expect(madeWidth).toBeLessThanOrEqual(width ?? 0)
    expect(madeHeight).toBeLessThanOrEqual(height ?? 0)
    // The largest box holds the whole photo, which is never enlarged.
    expect(madeWidth === width || madeHeight === height || madeWidth === 2400).toBe(true)
  })

  it('answers photo_not_found for a photo that does not exist', async () => {
    const { ask, calls } = scene({})
    await expect(ask({ ifNoneMatch: '*' })).rejects.toMatchObject({ code: 'photo_not_found' })
    expect(calls.read).toBe(0)
  })

  it('chooses a media type that the client accepts', async () => {
    const { ask } = scene()
    const avif = await made(ask({ accept: 'image/avif,image/webp,*/*', size: 'w256h256' }))
    expect(await shapeOf(avif.bytes)).toEqual(['image/avif', 256, 192])
    expect(isClean(avif)).toBe(true)
    expect((await made(ask({ accept: 'image/webp,*/*' }))).mediaType).toBe('image/webp')
  })

  it('makes no AVIF of the size for zooming, whose encoder needs too much memory', async () => {
    const { ask } = scene()
    const zoomed = await made(ask({ accept: 'image/avif,image/webp,*/*', size: 'w4096h4096' }))
    expect(zoomed.mediaType).toBe('image/webp')
  })

  it('passes on errors of the store and the reducer, and tries again the next time', async () => {
    const { ask, photos, calls } = scene({ [name]: { bytes: Buffer.from('<html>'), contentHash: 'one' } })
    await expect(ask()).rejects.toMatchObject({ code: 'photo_unreadable' })
    photos[name] = { bytes: photo, contentHash: 'one' }
    expect((await ask()).status).toBe('ok')
    expect(calls.read).toBe(2)
  })
})

describe('a storage’s own thumbnail', () => {
  it('returns a storage’s thumbnail unchanged when it contains no metadata', async () => {
    const bytes = await plain(960, 640).jpeg().toBuffer()
    const { ask, calls, owners } = scene(undefined, () => ({ bytes, mediaType: 'image/jpeg' }))
    expect(Buffer.from((await made(ask())).bytes)).toEqual(bytes)
    expect(calls).toMatchObject({ thumbnail: 1, read: 0 })
    expect(owners).toEqual([])
  })

  it('never makes AVIF when the storage makes thumbnails', async () => {
    const bytes = await plain(96, 64).webp().toBuffer()
    const { ask } = scene(undefined, () => ({ bytes, mediaType: 'image/webp' }))
    expect((await made(ask({ accept: 'image/avif,image/webp' }))).mediaType).toBe('image/webp')
    expect((await made(ask({ accept: 'image/avif' }))).mediaType).not.toBe('image/avif')
  })

  it('remakes a storage’s thumbnail that contains metadata', async () => {
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

  it('removes canaries from every place of a storage’s thumbnail', async () => {
    for (const bytes of [
      await canaryJpeg({ orientation: 6 }),
      await canaryJpeg(),
      await canaryWebp(),
      await canaryAnimation(),
      await canaryPng(),
    ]) {
      const { ask } = scene(undefined, () => ({ bytes, mediaType: 'image/jpeg' }))
      expect(canariesIn((await made(ask())).bytes)).toEqual([])
    }
  })

  it('makes the thumbnail from the original when the storage cannot', async () => {
    const { ask, calls } = scene(undefined, () => null)
    expect(await shapeOf((await made(ask())).bytes)).toEqual(['image/jpeg', 853, 640])
    expect(calls).toMatchObject({ thumbnail: 1, read: 1 })
  })
})

describe('the original of a thumbnail', () => {
  it('does not request the original before the reducer reads', async () => {
    const { ask, tools, calls } = scene()
    tools.images.reduceAll = async ({ body }) => {
      expect(calls.read).toBe(0)
      await body.cancel()
      throw new PublisherError('busy', 'Too many pictures.')
    }
    await expect(ask()).rejects.toMatchObject({ code: 'busy' })
    expect(calls.read).toBe(0)
  })

  it('cancels the original when the reducer gives up half-way', async () => {
    const { ask, tools, calls } = scene()
    tools.images.reduceAll = async ({ body }) => {
      const reader = body.getReader()
      await reader.read()
      await reader.cancel()
      throw new PublisherError('photo_unreadable', 'No.')
    }
    await expect(ask()).rejects.toMatchObject({ code: 'photo_unreadable' })
    expect(calls.cancelled).toBe(1)
  })

  it('cancels the original when the reducer gives up while the store is still opening it', async () => {
    const { ask, tools, calls } = scene()
    const isOpening = Promise.withResolvers<void>()
    const isOpened = Promise.withResolvers<void>()
    const { read } = tools.store
    tools.store.read = async (folder, photo) => {
      isOpening.resolve()
      await isOpened.promise
      return read(folder, photo)
    }
    tools.images.reduceAll = async ({ body }) => {
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

  it('does not return a photo under the old tag when it is replaced between lookup and read', async () => {
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
