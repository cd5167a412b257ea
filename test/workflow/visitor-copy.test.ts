import { describe, expect, it } from 'vitest'
import { maxPhotoBytes } from '../../src/base/picture/limits.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { noCredit } from '../../src/workflow/credit.ts'
import { createFactsReader } from '../../src/workflow/picture-facts.ts'
import { openVisitorCopy } from '../../src/workflow/visitor-copy.ts'
import { canariesIn, canaryJpeg, canaryWebp, takenAt } from '../support/fixtures/pictures-with-metadata.ts'
import { storeOf } from '../support/fixtures/thumbnails.ts'

const name = parsePhotoName('dusk.jpg')
const creditOf = noCredit
const jpeg = await canaryJpeg({ orientation: 6 })

describe('a visitor’s copy', () => {
  it('reads the original once, and a WebP with EXIF twice', async () => {
    for (const [bytes, readings] of [
      [jpeg, 1],
      [await canaryWebp({ orientation: 6 }), 2],
    ] as const) {
      const { store, calls } = storeOf({ [name]: { bytes, contentHash: 'one' } })
      const copy = await openVisitorCopy({ store, creditOf }, 'root', name)
      if (copy.status !== 'ok') throw new Error('expected a copy')
      expect(canariesIn(Buffer.from(await new Response(copy.body).arrayBuffer()))).toEqual([])
      expect(calls.read).toBe(readings)
    }
  })

  it('does not read the original when the client has the copy, and changes the tag with the bytes', async () => {
    const photos = { [name]: { bytes: jpeg, contentHash: 'one' } }
    const { store, calls } = storeOf(photos)
    const { etag } = await openVisitorCopy({ store, creditOf }, 'root', name)
    expect(await openVisitorCopy({ store, creditOf }, 'root', name, etag)).toEqual({
      status: 'not_modified',
      etag,
    })
    expect(calls.read).toBe(1)
    photos[name] = { bytes: jpeg, contentHash: 'two' }
    expect((await openVisitorCopy({ store, creditOf }, 'root', name, etag)).status).toBe('ok')
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
    await expect(openVisitorCopy({ store, creditOf }, 'root', name)).rejects.toMatchObject({ code: 'busy' })
    expect(calls.cancelled).toBe(2)
  })

  it('refuses an original that exceeds the limit for photos', async () => {
    const { store, calls } = storeOf({ [name]: { bytes: jpeg, contentHash: 'one' } })
    const { read } = store
    store.read = async (folder, photo) => {
      const content = await read(folder, photo)
      return { ...content, entry: { ...content.entry, size: maxPhotoBytes + 1 } }
    }
    await expect(openVisitorCopy({ store, creditOf }, 'root', name)).rejects.toMatchObject({
      code: 'photo_too_large',
    })
    expect(calls.cancelled).toBe(1)
  })

  it('answers photo_not_found when the photo does not exist', async () => {
    const { store } = storeOf({})
    await expect(openVisitorCopy({ store, creditOf }, 'root', name)).rejects.toMatchObject({
      code: 'photo_not_found',
    })
    await expect(openVisitorCopy({ store, creditOf }, 'root', name, '*')).rejects.toMatchObject({
      code: 'photo_not_found',
    })
  })
})

describe('the facts of a photo', () => {
  it('reads upright facts from the beginning of the photo, in chunks of any size', () => {
    for (const size of [1, 100, jpeg.length]) {
      const reading = createFactsReader()
      for (let at = 0; at < jpeg.length; at += size) reading.push(jpeg.subarray(at, at + size))
      expect(reading.facts()).toEqual({ width: 60, height: 90, takenAt })
    }
  })

  it('reports that a file has no facts', () => {
    const page = createFactsReader()
    page.push(Buffer.from('<html>'.repeat(9)))
    expect(page.facts()).toBeNull()
    const cut = createFactsReader()
    cut.push(jpeg.subarray(0, 10))
    expect(cut.facts()).toBeUndefined()
    cut.end()
    expect(cut.facts()).toBeNull()
  })

  it('stops the search for facts after 4 MB', () => {
    const reading = createFactsReader()
    reading.push(jpeg.subarray(0, 2))
    // Comments of a JPEG, which may precede the size.
    const comment = Buffer.concat([Buffer.from([0xff, 0xfe, 0xff, 0xff]), Buffer.alloc(65_533)])
    let chunks = 0
    while (reading.facts() === undefined && chunks < 100) {
      reading.push(comment)
      chunks++
    }
    expect(reading.facts()).toBeNull()
    expect(chunks).toBeLessThan(70)
  })
})
