import { describe, expect, it } from 'vitest'
import { maxPhotoBytes } from '../../src/base/picture/limits.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { factsOf, type PhotoFacts } from '../../src/workflow/picture-facts.ts'
import { openVisitorCopy } from '../../src/workflow/visitor-copy.ts'
import { noise, probe } from '../support/fixtures/pictures.ts'
import { canariesIn, canaryJpeg, canaryWebp, takenAt } from '../support/fixtures/pictures-with-metadata.ts'
import { storeOf } from '../support/fixtures/thumbnails.ts'

const name = parsePhotoName('dusk.jpg')
const jpeg = await canaryJpeg({ orientation: 6 })

describe('a visitor’s copy', () => {
  it('reads the original once, and a WebP with EXIF twice', async () => {
    for (const [bytes, readings] of [
      [jpeg, 1],
      [await canaryWebp({ orientation: 6 }), 2],
    ] as const) {
      const { store, calls } = storeOf({ [name]: { bytes, contentHash: 'one' } })
      const copy = await openVisitorCopy(store, 'root', name)
      if (copy.status !== 'ok') throw new Error('expected a copy')
      expect(canariesIn(Buffer.from(await new Response(copy.body).arrayBuffer()))).toEqual([])
      expect(calls.read).toBe(readings)
    }
  })

  it('does not read the original when the client has the copy, and changes the tag with the bytes', async () => {
    const photos = { [name]: { bytes: jpeg, contentHash: 'one' } }
    const { store, calls } = storeOf(photos)
    const { etag } = await openVisitorCopy(store, 'root', name)
    expect(await openVisitorCopy(store, 'root', name, etag)).toEqual({ status: 'not_modified', etag })
    expect(calls.read).toBe(1)
    photos[name] = { bytes: jpeg, contentHash: 'two' }
    expect((await openVisitorCopy(store, 'root', name, etag)).status).toBe('ok')
  })

  it('answers busy when the photo is replaced between two reads', async () => {
    const bytes = await canaryWebp({ orientation: 6 })
    const photos = { [name]: { bytes, contentHash: 'one' } }
    const { store, calls } = storeOf(photos)
    const { read } = store
    store.read = async (folder, photo) => {
      const content = await read(folder, photo)
      photos[name] = { bytes, contentHash: `after ${calls.read}` }
      return content
    }
    await expect(openVisitorCopy(store, 'root', name)).rejects.toMatchObject({ code: 'busy' })
    expect(calls.cancelled).toBe(2)
  })

  it('refuses an original that exceeds the limit for photos', async () => {
    const { store, calls } = storeOf({ [name]: { bytes: jpeg, contentHash: 'one' } })
    const { read } = store
    store.read = async (folder, photo) => {
      const content = await read(folder, photo)
      return { ...content, entry: { ...content.entry, size: maxPhotoBytes + 1 } }
    }
    await expect(openVisitorCopy(store, 'root', name)).rejects.toMatchObject({ code: 'photo_too_large' })
    expect(calls.cancelled).toBe(1)
  })

  it('answers photo_not_found when the photo does not exist', async () => {
    const { store } = storeOf({})
    await expect(openVisitorCopy(store, 'root', name)).rejects.toMatchObject({ code: 'photo_not_found' })
    await expect(openVisitorCopy(store, 'root', name, '*')).rejects.toMatchObject({ code: 'photo_not_found' })
  })
})

/** Creates a memory of facts whose content the test can inspect. */
function memory() {
  const held = new Map<string, PhotoFacts | null>()
  return {
    held,
    get: ({ contentHash }: { contentHash: string }) => held.get(contentHash),
    put: ({ contentHash }: { contentHash: string }, facts: PhotoFacts | null) =>
      void held.set(contentHash, facts),
  }
}

async function entryIn(store: ReturnType<typeof storeOf>['store']) {
  const entry = await store.stat('root', name)
  if (!entry) throw new Error('expected a photo')
  return entry
}

describe('the facts of a photo', () => {
  it('reads upright facts once from the beginning of the photo, and then remembers them', async () => {
    const bytes = Buffer.concat([jpeg, Buffer.alloc(3_000_000)])
    const { store, calls } = storeOf({ [name]: { bytes, contentHash: 'one' } })
    const facts = memory()
    const entry = await entryIn(store)
    const expected = { width: 60, height: 90, takenAt }
    expect(await factsOf({ store, facts }, 'root', entry)).toEqual(expected)
    expect(await factsOf({ store, facts }, 'root', entry)).toEqual(expected)
    expect(calls).toMatchObject({ read: 1, cancelled: 1 })
  })

  it('remembers that a file has no facts, and reads again after an outage', async () => {
    const { store, calls } = storeOf({
      [name]: { bytes: Buffer.from('<html>'.repeat(9)), contentHash: 'one' },
    })
    const facts = memory()
    const entry = await entryIn(store)
    const { read } = store
    store.read = () => Promise.reject(new Error('the storage is away'))
    expect(await factsOf({ store, facts }, 'root', entry)).toBeNull()
    expect(facts.held.size).toBe(0)
    store.read = read
    expect(await factsOf({ store, facts }, 'root', entry)).toBeNull()
    expect(await factsOf({ store, facts }, 'root', entry)).toBeNull()
    expect(calls.read).toBe(1)
  })

  it('stops the search for facts after 4 MB', async () => {
    const endless = probe(1e9, (controller) => controller.enqueue(new Uint8Array(65_536)))
    const start = (await noise(9, 9).jpeg().toBuffer()).subarray(0, 2)
    const { store } = storeOf({ [name]: { bytes: jpeg, contentHash: 'one' } })
    const entry = await entryIn(store)
    let isFirst = true
    const body = endless.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          if (isFirst) controller.enqueue(new Uint8Array(start))
          isFirst = false
          controller.enqueue(chunk)
        },
      }),
    )
    store.read = async () => ({ entry, body })
    expect(await factsOf({ store, facts: memory() }, 'root', entry)).toBeNull()
    expect(endless.pulled()).toBeLessThan(5_000_000)
    expect(endless.isCancelled()).toBe(true)
  })
})
