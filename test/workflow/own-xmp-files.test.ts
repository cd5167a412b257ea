/** Tests for the XMP files that moves and deletions take along. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PublisherError } from '../../src/base/errors.ts'
import { parsePhotoName as photo } from '../../src/ports/photo.ts'
import type { PhotoStore } from '../../src/ports/storage.ts'
import { createLocalStore } from '../../src/providers/storage/local.ts'
import { withOwnSidecars } from '../../src/workflow/own-sidecars.ts'

const paths = { root: '/', archive: '/archive', keep: '/keep', remove: '/remove' }

describe('the XMP files of a photo', () => {
  let base: string
  let store: PhotoStore
  let counted: PhotoStore
  let time = 1_000_000
  let lists = 0

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'publisher-xmp-'))
    const raw = createLocalStore({ paths, baseDirectory: base, link: async () => '/' })
    counted = {
      ...raw,
      list(folder) {
        lists += 1
        return raw.list(folder)
      },
    }
    store = withOwnSidecars(counted, { now: () => time })
    lists = 0
  })
  afterEach(() => rm(base, { recursive: true }))

  async function file(...names: string[]) {
    for (const name of names) {
      await mkdir(dirname(join(base, name)), { recursive: true })
      await writeFile(join(base, name), name)
    }
  }
  const filesIn = async (folder: string) =>
    (await readdir(join(base, folder))).filter((name) => /\.[a-z0-9]+$/i.test(name)).toSorted()
  const upload = (name: string) => store.upload('root', photo(name), new Blob(['x']).stream(), 1)

  it('moves and deletes the XMP files of a photo together with it', async () => {
    await file('a.jpg', 'a.xmp', 'a.jpg.xmp', 'b.jpg', 'b.xmp')
    await store.move(photo('a.jpg'), 'root', 'archive')
    expect(await filesIn('archive')).toEqual(['a.jpg', 'a.jpg.xmp', 'a.xmp'])
    expect(await filesIn('')).toEqual(['b.jpg', 'b.xmp'])
    await store.delete('archive', photo('a.jpg'))
    expect(await filesIn('archive')).toEqual([])
  })

  it.each(['a.ARW', 'a.webp', 'a.tif'])('leaves x.xmp in place while %s has the stem', async (other) => {
    await file('a.jpg', other, 'a.xmp', 'a.jpg.xmp')
    await store.move(photo('a.jpg'), 'root', 'keep')
    expect(await filesIn('keep')).toEqual(['a.jpg', 'a.jpg.xmp'])
    expect(await filesIn('')).toEqual(['a.xmp', other].toSorted())
    await file('a.jpg', 'a.jpg.xmp')
    await store.delete('root', photo('a.jpg'))
    expect(await filesIn('')).toEqual(['a.xmp', other].toSorted())
  })

  it('takes x.xmp along once the other photo of the stem has left', async () => {
    await file('a.jpg', 'a.webp', 'a.xmp')
    await store.move(photo('a.webp'), 'root', 'keep')
    await store.move(photo('a.jpg'), 'root', 'archive')
    expect(await filesIn('archive')).toEqual(['a.jpg', 'a.xmp'])
  })

  it('lists a folder once, and not again soon if it had no XMP file', async () => {
    await file('a.jpg', 'b.jpg', 'c.jpg', 'd.jpg')
    await store.move(photo('a.jpg'), 'root', 'archive')
    expect(lists).toBe(1)
    time += 4 * 60_000
    await store.move(photo('b.jpg'), 'root', 'archive')
    await store.delete('root', photo('c.jpg'))
    expect(lists).toBe(1)
    time += 2 * 60_000
    await store.move(photo('d.jpg'), 'root', 'archive')
    expect(lists).toBe(2)
  })

  it('uses a listing from memory', async () => {
    await file('a.jpg', 'a.xmp')
    const listing = await counted.list('root')
    const listedAt = time
    const informed = withOwnSidecars(counted, {
      now: () => time,
      knownListing: () => ({ listing, listedAt }),
    })
    lists = 0
    await informed.move(photo('a.jpg'), 'root', 'archive')
    expect([lists, await filesIn('archive')]).toEqual([0, ['a.jpg', 'a.xmp']])
  })

  it('lists again before it deletes x.xmp, because a raw file may have come', async () => {
    await file('a.jpg', 'a.xmp')
    await store.list('root')
    await file('a.cr3')
    await store.delete('root', photo('a.jpg'))
    expect(await filesIn('')).toEqual(['a.cr3', 'a.xmp'])
  })

  it.each(['new.xmp', 'new.jpg.xmp', 'new.XMP'])(
    'gives an upload another name beside the orphan %s',
    async (orphan) => {
      await file(orphan)
      expect((await upload('new.jpg')).name).toBe('new (2).jpg')
      expect((await upload('other.jpg')).name).toBe('other.jpg')
    },
  )

  it('moves a photo alone if its folder cannot be listed, and refuses to while the storage is busy', async () => {
    await file('a.jpg', 'a.xmp')
    const failing = (error: PublisherError) =>
      withOwnSidecars({ ...counted, list: () => Promise.reject(error) }, { now: () => time })
    const busy = new PublisherError('busy', 'Busy.')
    await expect(failing(busy).move(photo('a.jpg'), 'root', 'keep')).rejects.toMatchObject({ code: 'busy' })
    const denied = new PublisherError('storage_unavailable', 'Denied.')
    expect(await failing(denied).move(photo('a.jpg'), 'root', 'keep')).toBe('a.jpg')
    expect(await filesIn('')).toEqual(['a.xmp'])
  })
})
