import { describe, expect, it } from 'vitest'
import { PublisherError } from '../../../src/base/errors.ts'
import { parsePhotoName } from '../../../src/ports/photo.ts'
import type { PhotoEntry, PhotoListing, PhotoStore } from '../../../src/ports/storage.ts'
import { createPhotographerNotes, type Remembered } from '../../../src/workflow/photographer.ts'
import { createPhotoIndex } from '../../../src/workflow/previews/photo-index.ts'
import { nextShown } from '../../../src/workflow/random-walk.ts'
import { telling, type Written, xmpBytes } from '../../support/fixtures/photographers-words.ts'
import { streamOf } from '../../support/fixtures/stored-photos.ts'
import { indexMemory } from '../../support/fixtures/thumbnails.ts'

const name = parsePhotoName('dusk.jpg')
const entryOf = (bytes: Uint8Array, contentHash = 'a1b2c3d4'): PhotoEntry => ({
  name,
  size: bytes.length,
  modifiedAt: new Date(0),
  contentHash,
})

interface Scene {
  photo?: Uint8Array
  /** XMP files beside the photo, by form. */
  files?: { stem?: Written | string; full?: Written | string }
  isStemShared?: boolean
  /** Error of each read of a small file. */
  trouble?: Error
}

/** Creates one storage, and processes on it that each have their own memory. */
function scene({ photo = new Uint8Array(0), files = {}, isStemShared, trouble }: Scene) {
  const kept = new Map<string, Uint8Array<ArrayBuffer>>()
  const calls = { read: 0, readXmp: 0, readPreview: 0, writePreview: 0 }
  const entry = entryOf(photo)
  const troubles: unknown[] = []
  const versions = Object.fromEntries(Object.keys(files).map((form) => [form, `${form}-1`]))
  const listing: PhotoListing = {
    photos: [entry],
    withSidecar: new Set(),
    xmp: new Map([[name, { ...versions, ...(isStemShared && { isStemShared }) }]]),
  }
  const store: Pick<PhotoStore, 'list' | 'readXmp' | 'read' | 'readPreview' | 'writePreview'> = {
    list: async () => listing,
    async readXmp(_folder, _name, form) {
      calls.readXmp++
      if (trouble) throw trouble
      const file = files[form]
      if (file === undefined) return null
      const bytes = typeof file === 'string' ? new TextEncoder().encode(file) : xmpBytes(file)
      return { bytes, revision: `${form}-1` }
    },
    async read() {
      calls.read++
      return { entry, body: streamOf(photo) }
    },
    async readPreview(folder, file) {
      calls.readPreview++
      if (trouble) throw trouble
      return kept.get(`${folder}/${file}`) ?? null
    },
    async writePreview(folder, file, bytes) {
      calls.writePreview++
      if (trouble) throw trouble
      kept.set(`${folder}/${file}`, new Uint8Array(bytes))
    },
  }
  const start = () => {
    const memory = new Map<string, Remembered>()
    const index = createPhotoIndex({
      files: store,
      memory: indexMemory(),
      now: Date.now,
      delay: async () => undefined,
      onTrouble: (error) => troubles.push(error),
    })
    const notes = createPhotographerNotes({
      viewing: () => store,
      read: store.read,
      files: store,
      index,
      memory: { get: (key) => memory.get(key), set: (key, found) => void memory.set(key, found) },
      now: Date.now,
      onTrouble: (error) => troubles.push(error),
    })
    const saveAll = async () => {
      await notes.save()
      const work: Promise<unknown>[] = []
      index.save((one) => work.push(one))
      await Promise.all(work)
    }
    return { notes, index, saveAll }
  }
  return { entry, listing, calls, kept, troubles, start }
}

describe('notes on the words of a photographer', () => {
  it('find words while the bytes of an original pass unchanged, in chunks of any size', async () => {
    const photo = await telling({ title: 'Dusk' })
    for (const size of [1, 7, 1000, photo.length]) {
      const { entry, start } = scene({ photo })
      const { notes } = start()
      const chunks = Array.from({ length: Math.ceil(photo.length / size) }, (_, at) =>
        photo.subarray(at * size, (at + 1) * size),
      )
      const { body } = notes.observe({ entry, body: streamOf(...chunks) })
      expect(Buffer.from(await new Response(body).arrayBuffer()).equals(photo)).toBe(true)
      expect(await notes.of('root', entry)).toMatchObject({ title: 'Dusk' })
    }
  })

  it('note nothing of an original that breaks off or is cancelled before its metadata', async () => {
    const photo = await telling({ title: 'Dusk' }, { format: 'webp' })
    const { entry, start } = scene({ photo })
    const { notes } = start()
    await new Response(notes.observe({ entry, body: streamOf(photo.subarray(0, 60)) }).body).arrayBuffer()
    await notes.observe({ entry, body: streamOf(photo) }).body.cancel()
    expect(await notes.isKnown(entry)).toBe(false)
    expect(notes.hasNews()).toBe(false)
  })

  it('keep the words for other processes, which read no original', async () => {
    const photo = await telling({ title: 'Dusk', rating: -1 })
    const { entry, start, calls } = scene({ photo })
    const first = start()
    await first.notes.learn('root', entry)
    await first.saveAll()
    const { notes } = start()
    expect(await notes.isRejected('root', entry)).toBe(true)
    expect(await notes.of('root', entry)).toMatchObject({ title: 'Dusk', rating: -1 })
    await notes.of('root', entry)
    expect(await notes.isKnown(entry)).toBe(true)
    expect(calls).toMatchObject({ read: 1, writePreview: 2 })
  })

  it('write no file for a photo without words', async () => {
    const { entry, start, kept } = scene({ photo: await telling(null) })
    const first = start()
    await first.notes.learn('root', entry)
    await first.saveAll()
    expect([...kept.keys()]).toEqual(['index/photos.json'])
    expect(await start().notes.isKnown(entry)).toBe(true)
    expect(await start().notes.of('root', entry)).toBeNull()
  })

  it('find lost words again when the original is read again', async () => {
    const { entry, start, kept } = scene({ photo: await telling({ title: 'Dusk' }) })
    const first = start()
    await first.notes.learn('root', entry)
    await first.saveAll()
    kept.delete('a1b2c3d4/words.json')
    const second = start()
    expect(await second.notes.isKnown(entry)).toBe(false)
    await second.notes.learn('root', entry)
    await second.saveAll()
    expect(await start().notes.of('root', entry)).toMatchObject({ title: 'Dusk' })
  })

  it('read each version of an XMP file once, and nothing for a photo without one', async () => {
    const { entry, start, calls } = scene({ files: { stem: { title: 'Stem' }, full: { altText: 'Full.' } } })
    const { notes } = start()
    for (let time = 0; time < 3; time++)
      expect(await notes.of('root', entry)).toMatchObject({ title: 'Stem', altText: 'Full.' })
    expect(calls.readXmp).toBe(2)
    const without = scene({})
    await without.start().notes.of('root', without.entry)
    expect(without.calls.readXmp).toBe(0)
  })

  it('leave the XMP file of a raw file to the raw file', async () => {
    const owned = new TextDecoder()
      .decode(xmpBytes({ title: 'Raw' }))
      .replace(
        'rdf:about=""',
        'rdf:about="" xmlns:p="http://ns.adobe.com/photoshop/1.0/" p:SidecarForExtension="ARW"',
      )
    const titleOf = async (files: Scene['files'], isStemShared: boolean) => {
      const { entry, start } = scene({ files: files ?? {}, isStemShared })
      return (await start().notes.of('root', entry))?.title ?? null
    }
    expect(await titleOf({ stem: owned }, true)).toBeNull()
    expect(await titleOf({ stem: owned.replace('ARW', 'JPG') }, true)).toBe('Raw')
    expect(await titleOf({ stem: { title: 'Both' } }, true)).toBe('Both')
    expect(await titleOf({ stem: owned }, false)).toBe('Raw')
  })

  it('never throw while the storage is down', async () => {
    const trouble = new PublisherError('storage_unavailable', 'down')
    const { entry, start, troubles } = scene({
      photo: await telling({ title: 'Dusk' }),
      files: { stem: { title: 'Stem' } },
      trouble,
    })
    const { notes, saveAll } = start()
    expect(await notes.of('root', entry)).toBeNull()
    expect(await notes.isRejected('root', entry)).toBe(false)
    await notes.learn('root', entry)
    await saveAll()
    expect(await notes.of('root', entry)).toMatchObject({ title: 'Dusk' })
    expect(troubles).toContain(trouble)
  })
})

describe('the walk past rejected photos', () => {
  const named = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      ...entryOf(new Uint8Array(0), `hash-${at}-0000`),
      name: parsePhotoName(`${at}.jpg`),
    }))
  const rejecting = (isRejected: (at: number) => boolean) => {
    const known = new Set<string>()
    return {
      isRejected: async (_: unknown, { name: photo }: PhotoEntry) => {
        if (!isRejected(Number.parseInt(photo, 10))) return false
        known.add(photo)
        return true
      },
      withoutRejected: ({ photos }: PhotoListing) => photos.filter(({ name: photo }) => !known.has(photo)),
    }
  }

  it('shows every other photo once before any repeats', async () => {
    const listing = { photos: named(20), withSidecar: new Set<never>() }
    const photographer = rejecting((at) => at % 2 === 0)
    const shown = new Set<string>()
    let position: string | undefined
    for (let turn = 0; turn < 10; turn++) {
      const step = await nextShown(listing, position, photographer)
      position = step?.position
      shown.add(step?.name ?? '')
    }
    expect([...shown].every((photo) => Number.parseInt(photo, 10) % 2 === 1)).toBe(true)
    expect(shown.size).toBe(10)
  })

  it('ends with nothing if all are rejected, and asks for patience if too many come to light at once', async () => {
    const all = rejecting(() => true)
    expect(await nextShown({ photos: named(50), withSidecar: new Set() }, undefined, all)).toBeNull()
    const many = { photos: named(500), withSidecar: new Set<never>() }
    const one = rejecting((at) => at !== 499)
    let step = null
    for (let tries = 0; !step && tries < 20; tries++)
      step = await nextShown(many, undefined, one).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'busy' })
        return null
      })
    expect(step?.name).toBe('499.jpg')
  })
})
