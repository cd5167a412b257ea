/** Photos that share a stem, and whose the sidecar of that stem is. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createLocalStore } from '../../src/providers/storage/local.ts'
import { withOwnSidecars } from '../../src/workflow/own-sidecars.ts'
import { parsePhotoName as photo } from '../../src/workflow/photo.ts'
import type { PhotoStore } from '../../src/workflow/ports/storage.ts'
import { readableSidecar } from '../storage/readable-sidecar.ts'

const paths = { root: '/', archive: '/archive', keep: '/keep', remove: '/remove' }
const digestOfWebp = 'ab'.repeat(32)

describe('a sidecar of a stem', () => {
  let base: string
  let raw: PhotoStore
  let store: PhotoStore
  let time = 1_000_000
  const calls: string[] = []

  beforeEach(async () => {
    base = await mkdtemp(join(tmpdir(), 'publisher-stems-'))
    raw = createLocalStore({ paths, baseDirectory: base, link: async () => '/' })
    const counted: PhotoStore = {
      ...raw,
      readSidecar: (folder, name, form) => {
        calls.push(`read ${form ?? 'stem'} ${name}`)
        return raw.readSidecar(folder, name, form)
      },
      stat: (folder, name) => {
        calls.push(`stat ${name}`)
        return raw.stat(folder, name)
      },
    }
    store = withOwnSidecars(counted, {
      now: () => time,
      sha256Of: async (_, { name }) => (name.endsWith('webp') ? digestOfWebp : 'cd'.repeat(32)),
    })
    calls.length = 0
  })
  afterEach(() => rm(base, { recursive: true }))

  const file = (name: string, text = name) => writeFile(join(base, name), text)
  const wordsOf = async (name: string) => (await readableSidecar(store, 'root', photo(name)))?.text ?? null
  const meta = (...lines: string[]) => `prompt\n\n# ---\n${lines.map((line) => `# ${line}\n`).join('')}`

  it.each([
    ['named', ['image_file: IMG_7.jpg'], ['IMG_7.jpg']],
    ['named in another spelling of a photo that is gone', ['image_file: IMG_7.JPEG'], ['IMG_7.jpg']],
    ['named under the name that it had before it was numbered', ['image_file: IMG_1.webp'], ['IMG_7.webp']],
    ['anonymous', ['caption: Hand-written.'], ['IMG_7.jpg']],
    ['known by its digest alone', [`sha256: ${digestOfWebp}`], ['IMG_7.webp']],
    [
      'gone, renamed by hand, and known by its digest',
      ['image_file: IMG_7.png', `sha256: ${digestOfWebp}`],
      ['IMG_7.webp'],
    ],
    ['gone', ['image_file: IMG_7.png'], []],
    ['not a photo', ['image_file: notes.doc'], ['IMG_7.jpg']],
  ])('belongs to the one photo when its owner is %s', async (_, lines, owners) => {
    await file('IMG_7.jpg')
    await file('IMG_7.webp')
    await file('IMG_7.txt', meta(...lines))
    const words = await Promise.all(['IMG_7.jpg', 'IMG_7.webp'].map(wordsOf))
    expect(words.map((text) => text !== null)).toEqual([
      owners.includes('IMG_7.jpg'),
      owners.includes('IMG_7.webp'),
    ])
  })

  it('belongs to the photo of the exact spelling when both spellings are there', async () => {
    for (const name of ['IMG_7.jpg', 'IMG_7.JPG']) await file(name)
    await file('IMG_7.txt', meta('image_file: IMG_7.JPG'))
    expect(await wordsOf('IMG_7.jpg')).toBeNull()
    expect(await wordsOf('IMG_7.JPG')).toContain('prompt')
  })

  it('is never overwritten, moved or deleted with the other photo', async () => {
    await file('IMG_7.jpg')
    await file('IMG_7.webp')
    const words = meta('image_file: IMG_7.jpg')
    await file('IMG_7.txt', words)
    await store.writeSidecar('root', photo('IMG_7.webp'), meta('image_file: IMG_7.webp'), null)
    expect(await wordsOf('IMG_7.webp')).toContain('IMG_7.webp')
    const read = await readableSidecar(store, 'root', photo('IMG_7.webp'))
    const edited = meta('image_file: IMG_7.webp', 'caption: Mine.')
    await store.writeSidecar('root', photo('IMG_7.webp'), edited, read?.revision)
    await expect(
      store.writeSidecar('root', photo('IMG_7.webp'), 'late', read?.revision),
    ).rejects.toMatchObject({
      code: 'sidecar_changed',
    })
    expect(await store.move(photo('IMG_7.webp'), 'root', 'archive')).toBe('IMG_7.webp')
    expect((await readableSidecar(store, 'archive', photo('IMG_7.webp')))?.text).toBe(edited)
    expect(await wordsOf('IMG_7.jpg')).toBe(words)
    await store.move(photo('IMG_7.webp'), 'archive', 'root')
    expect(await store.delete('root', photo('IMG_7.webp'))).toEqual({ deleted: true, sidecarDeleted: true })
    expect(await wordsOf('IMG_7.jpg')).toBe(words)
  })

  it('stays with a numbered photo when a move has renamed both', async () => {
    for (const name of ['IMG_7.jpg', 'IMG_7.webp']) {
      await file(name, `first ${name}`)
      await store.move(photo(name), 'root', 'archive')
      await file(name, `second ${name}`)
    }
    await file('IMG_7.txt', meta('image_file: IMG_7.jpg'))
    await store.writeSidecar('root', photo('IMG_7.webp'), meta('image_file: IMG_7.webp'), null)
    for (const name of ['IMG_7.webp', 'IMG_7.jpg']) {
      const moved = await store.move(photo(name), 'root', 'archive')
      const kept = await readableSidecar(store, 'archive', moved)
      expect([moved, kept?.text]).toEqual([name.replace('.', ' (2).'), meta(`image_file: ${name}`)])
    }
  })

  it('is not inherited when an upload has the stem of another photo or sidecar', async () => {
    const put = async (name: string) =>
      (await store.upload('root', photo(name), new Blob(['bytes']).stream(), 5)).name
    await file('IMG_7.JPG')
    expect(await put('IMG_7.webp')).toBe('IMG_7 (2).webp')
    expect(await put('IMG_7.png')).toBe('IMG_7 (3).png')
    await file('IMG_8.txt', 'left behind')
    expect(await put('IMG_8.webp')).toBe('IMG_8 (2).webp')
    await file('IMG_9.webp.txt', meta('image_file: IMG_9.webp'))
    expect(await put('IMG_9.webp')).toBe('IMG_9 (2).webp')
    expect(await put('IMG_10.webp')).toBe('IMG_10.webp')
  })

  it('costs no further call when a listing says that the photo has its stem for itself', async () => {
    await file('IMG_7.webp')
    await file('IMG_8.webp')
    await file('IMG_7.txt', 'anonymous')
    await store.list('root')
    calls.length = 0
    await wordsOf('IMG_7.webp')
    await wordsOf('IMG_8.webp')
    expect(calls).toEqual(['read stem IMG_7.webp', 'read stem IMG_8.webp'])
    await store.move(photo('IMG_8.webp'), 'root', 'keep')
    expect(calls).toHaveLength(2)
    time += 30_000
    await wordsOf('IMG_7.webp')
    expect(calls.filter((call) => call.startsWith('stat'))).not.toEqual([])
  })

  it('lists a photo as one with a sidecar when that has its full name', async () => {
    await file('IMG_7.jpg')
    await file('IMG_7.webp')
    await file('IMG_7.webp.txt', meta('image_file: IMG_7.webp'))
    expect([...(await store.list('root')).withSidecar]).toEqual(['IMG_7.webp'])
  })
})
