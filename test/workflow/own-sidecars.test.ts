/** Tests for photos that share a stem: only one of them owns the sidecar of the stem. */
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parsePhotoName as photo } from '../../src/ports/photo.ts'
import type { PhotoStore } from '../../src/ports/storage.ts'
import { createLocalStore } from '../../src/providers/storage/local.ts'
import { withOwnSidecars } from '../../src/workflow/own-sidecars.ts'
import { readableSidecar } from '../support/fixtures/stored-photos.ts'

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

  async function file(name: string, text = name) {
    await mkdir(dirname(join(base, name)), { recursive: true })
    await writeFile(join(base, name), text)
  }
  const textOf = async (name: string) => (await readableSidecar(store, 'root', photo(name)))?.text ?? null
  const meta = (...lines: string[]) => `prompt\n\n# ---\n${lines.map((line) => `# ${line}\n`).join('')}`

  it.each([
    ['named', ['image_file: IMG_7.jpg'], ['IMG_7.jpg']],
    [
      'named with another extension spelling of a photo that is gone',
      ['image_file: IMG_7.JPEG'],
      ['IMG_7.jpg'],
    ],
    ['named by the name before it was numbered', ['image_file: IMG_1.webp'], ['IMG_7.webp']],
    ['not named', ['caption: Hand-written.'], ['IMG_7.jpg']],
    ['known only by its digest', [`sha256: ${digestOfWebp}`], ['IMG_7.webp']],
    [
      'gone under its old name and known by its digest',
      ['image_file: IMG_7.png', `sha256: ${digestOfWebp}`],
      ['IMG_7.webp'],
    ],
    ['gone', ['image_file: IMG_7.png'], []],
    ['not a photo', ['image_file: notes.doc'], ['IMG_7.jpg']],
  ])('assigns a sidecar to at most one photo of its stem when its owner is %s', async (_, lines, owners) => {
    await file('IMG_7.jpg')
    await file('IMG_7.webp')
    await file('IMG_7.txt', meta(...lines))
    const words = await Promise.all(['IMG_7.jpg', 'IMG_7.webp'].map(textOf))
    expect(words.map((text) => text !== null)).toEqual([
      owners.includes('IMG_7.jpg'),
      owners.includes('IMG_7.webp'),
    ])
  })

  it('assigns a sidecar to the photo of the exact spelling when both spellings exist', async () => {
    for (const name of ['IMG_7.jpg', 'IMG_7.JPG']) await file(name)
    await file('IMG_7.txt', meta('image_file: IMG_7.JPG'))
    expect(await textOf('IMG_7.jpg')).toBeNull()
    expect(await textOf('IMG_7.JPG')).toContain('prompt')
  })

  it('leaves a sidecar unchanged when the other photo of its stem is edited, moved or deleted', async () => {
    await file('IMG_7.jpg')
    await file('IMG_7.webp')
    const words = meta('image_file: IMG_7.jpg')
    await file('IMG_7.txt', words)
    await store.writeSidecar('root', photo('IMG_7.webp'), meta('image_file: IMG_7.webp'), null)
    expect(await textOf('IMG_7.webp')).toContain('IMG_7.webp')
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
    expect(await textOf('IMG_7.jpg')).toBe(words)
    await store.move(photo('IMG_7.webp'), 'archive', 'root')
    expect(await store.delete('root', photo('IMG_7.webp'))).toEqual({ deleted: true, sidecarDeleted: true })
    expect(await textOf('IMG_7.jpg')).toBe(words)
  })

  it('keeps a sidecar with its photo when a move numbers both', async () => {
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

  it('never assigns a sidecar to an upload with the stem of another photo or sidecar', async () => {
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

  it('reads a sidecar only once when a listing shows no other photo of the stem', async () => {
    await file('IMG_7.webp')
    await file('IMG_8.webp')
    await file('IMG_7.txt', 'anonymous')
    await store.list('root')
    calls.length = 0
    await textOf('IMG_7.webp')
    await textOf('IMG_8.webp')
    expect(calls).toEqual(['read stem IMG_7.webp', 'read stem IMG_8.webp'])
    await store.move(photo('IMG_8.webp'), 'root', 'keep')
    expect(calls.slice(2)).toEqual(['read stem IMG_8.webp'])
    time += 30_000
    await textOf('IMG_7.webp')
    expect(calls.filter((call) => call.startsWith('stat'))).not.toEqual([])
  })

  it('lists a photo with a full-name sidecar as having a sidecar', async () => {
    await file('IMG_7.jpg')
    await file('IMG_7.webp')
    await file('IMG_7.webp.txt', meta('image_file: IMG_7.webp'))
    expect([...(await store.list('root')).withSidecar]).toEqual(['IMG_7.webp'])
  })

  it('keeps a sidecar that names no owner with its photo when both move beside another photo', async () => {
    for (const [name, words] of [
      ['keep/IMG_7.webp'],
      ['keep/IMG_7.txt', meta('caption: WEBP words')],
      ['IMG_7.jpg'],
    ] as const)
      await file(name, words)
    expect(await store.move(photo('IMG_7.webp'), 'keep', 'root')).toBe('IMG_7.webp')
    expect(await textOf('IMG_7.jpg')).toBeNull()
    expect(await textOf('IMG_7.webp')).toContain('WEBP words')
  })

  it('keeps the bytes of a sidecar that moves when no other photo shares the stem there', async () => {
    await file('IMG_7.webp')
    await file('IMG_7.txt', 'a training prompt')
    await store.move(photo('IMG_7.webp'), 'root', 'keep')
    expect((await readableSidecar(store, 'keep', photo('IMG_7.webp')))?.text).toBe('a training prompt')
  })

  it('leaves a sidecar with the target folder’s photo when a photo arrives with a full-name sidecar', async () => {
    await file('IMG_7.webp')
    await file('IMG_7.txt', meta('caption: WEBP words'))
    for (const name of ['IMG_7.jpg', 'IMG_7.png']) await file(`keep/${name}`)
    await file('keep/IMG_7.txt', meta('image_file: IMG_7.png'))
    await file('keep/IMG_7.jpg.txt', meta('image_file: IMG_7.jpg', 'caption: JPG words'))
    expect(await store.move(photo('IMG_7.jpg'), 'keep', 'root')).toBe('IMG_7.jpg')
    expect(await textOf('IMG_7.jpg')).toContain('JPG words')
    expect(await textOf('IMG_7.webp')).toContain('WEBP words')
  })

  it('leaves a sidecar in place when a photo leaves that a recent listing lacks', async () => {
    const words = meta('caption: JPG words')
    await file('IMG_7.jpg')
    await file('IMG_7.txt', words)
    await store.list('root')
    await file('IMG_7.webp')
    await store.move(photo('IMG_7.webp'), 'root', 'keep')
    expect(await textOf('IMG_7.jpg')).toBe(words)
    await file('IMG_7.webp')
    expect(await store.delete('root', photo('IMG_7.webp'))).toEqual({ deleted: true, sidecarDeleted: false })
    expect(await textOf('IMG_7.jpg')).toBe(words)
  })

  it('leaves a sidecar in place when a deleted photo had the stem alone in a recent listing', async () => {
    await file('IMG_7.webp')
    await file('IMG_7.txt', meta('caption: Words'))
    await store.list('root')
    await file('IMG_7.jpg')
    expect(await store.delete('root', photo('IMG_7.webp'))).toEqual({ deleted: true, sidecarDeleted: false })
    expect(await textOf('IMG_7.jpg')).toContain('Words')
  })

  it('leaves a sidecar in place when the only photo of the stem leaves and is not the owner', async () => {
    await file('IMG_7.webp')
    await file('IMG_7.txt', meta('image_file: IMG_7.jpg'))
    await store.list('root')
    expect(await textOf('IMG_7.webp')).toBeNull()
    await store.move(photo('IMG_7.webp'), 'root', 'keep')
    expect((await readdir(base)).filter((name) => name.endsWith('.txt'))).toEqual(['IMG_7.txt'])
  })

  it('prefers a full-name sidecar to a stem’s sidecar without an owner whose photo is gone', async () => {
    await file('IMG_7.webp')
    await file('IMG_7.txt', meta('caption: JPG words'))
    await file('IMG_7.webp.txt', meta('image_file: IMG_7.webp', 'caption: WEBP words'))
    expect(await textOf('IMG_7.webp')).toContain('WEBP words')
    await store.list('root')
    expect(await textOf('IMG_7.webp')).toContain('WEBP words')
    expect(await store.delete('root', photo('IMG_7.webp'))).toEqual({ deleted: true, sidecarDeleted: true })
    expect(await readdir(base)).toEqual(expect.arrayContaining(['IMG_7.txt']))
  })

  /** Wraps the store as if it were on a disk that folds upper and lower case, such as a disk of macOS. */
  function folding(foldsCase: 'always' | 'sometimes'): PhotoStore {
    const spelled = async (name: string) =>
      (await readdir(base)).find((other) => other.toLowerCase() === name.toLowerCase()) ?? name
    return withOwnSidecars(
      {
        ...raw,
        foldsCase,
        async stat(folder, name) {
          return raw.stat(folder, photo(await spelled(name)))
        },
        async readSidecar(folder, name, form) {
          const sidecar = await spelled(form === 'full' ? `${name}.txt` : name.replace(/\.\w+$/, '.txt'))
          const there = sidecar.replace(/\.txt$/, form === 'full' ? '' : '.jpg')
          return raw.readSidecar(folder, photo(there), form)
        },
      },
      { now: () => time },
    )
  }

  it.each([
    ['names no owner', 'caption: Words'],
    ['names another spelling', 'image_file: IMG_7.jpg'],
  ])('assigns a sidecar to IMG_7.JPG when the disk folds case and the sidecar %s', async (_, line) => {
    await file('IMG_7.JPG')
    await file('IMG_7.txt', meta(line))
    expect(await folding('sometimes').readSidecar('root', photo('IMG_7.JPG'))).toMatchObject({
      text: meta(line),
    })
  })

  it('assigns a sidecar to the first photo of the stem when Dropbox spells extensions in mixed case', async () => {
    for (const name of ['IMG_7.Jpg', 'IMG_7.Webp']) await file(name)
    await file('IMG_7.txt', meta('caption: Words'))
    const dropbox = folding('always')
    expect(await dropbox.readSidecar('root', photo('IMG_7.Jpg'))).toMatchObject({
      revision: expect.stringMatching(/./),
    })
    expect(await dropbox.readSidecar('root', photo('IMG_7.Webp'))).toBeNull()
  })

  it('matches a full name whose case differs from Dropbox’s listing', async () => {
    await file('IMG_7.webp')
    await file('IMG_7.webp.txt', meta('image_file: IMG_7.webp'))
    const dropbox = folding('always')
    await dropbox.list('root')
    expect(await dropbox.readSidecar('root', photo('IMG_7.WEBP'))).toMatchObject({
      revision: expect.stringMatching(/./),
    })
  })

  it('reports an unreadable sidecar when the stem belongs to another photo and the full name to another program', async () => {
    for (const name of ['IMG_7.jpg', 'IMG_7.webp']) await file(name)
    await file('IMG_7.txt', meta('image_file: IMG_7.jpg'))
    await file('IMG_7.webp.txt', 'notes of another program')
    const webp = photo('IMG_7.webp')
    expect(await store.readSidecar('root', webp)).toBe('unreadable')
    for (const revision of [null, undefined]) {
      await expect(
        store.writeSidecar('root', webp, meta('image_file: IMG_7.webp'), revision),
      ).rejects.toMatchObject({ code: 'sidecar_unreadable' })
    }
    await store.move(webp, 'root', 'keep')
    expect(await readdir(base)).toEqual(expect.arrayContaining(['IMG_7.txt', 'IMG_7.webp.txt']))
  })

  it('refuses a write when the stem belongs to another photo and the full name is too long', async () => {
    const [jpg, webp] = ['jpg', 'webp'].map((end) => photo(`${'x'.repeat(250)}.${end}`))
    if (!jpg || !webp) throw new Error('no names')
    for (const name of [jpg, webp]) await file(name)
    await file(`${'x'.repeat(250)}.txt`, meta(`image_file: ${jpg}`))
    expect(await textOf(webp)).toBeNull()
    await expect(store.writeSidecar('root', webp, 'words', null)).rejects.toMatchObject({
      code: 'sidecar_unreadable',
    })
  })

  it('moves and deletes a photo although its sidecar is unreadable', async () => {
    await file('IMG_7.webp')
    await symlink('/nowhere', join(base, 'IMG_7.txt'))
    expect(await store.move(photo('IMG_7.webp'), 'root', 'keep')).toBe('IMG_7.webp')
    await symlink('/nowhere', join(base, 'keep', 'IMG_7.txt'))
    expect(await store.delete('keep', photo('IMG_7.webp'))).toMatchObject({ deleted: true })
  })

  it('moves a sidecar with its photo when it has only a digest and the original is unreadable', async () => {
    const failing = withOwnSidecars(raw, {
      now: () => time,
      sha256Of: () => Promise.reject(new Error('the original cannot be read')),
    })
    await file('IMG_7.webp')
    await file('IMG_7.txt', meta(`sha256: ${digestOfWebp}`))
    await failing.move(photo('IMG_7.webp'), 'root', 'keep')
    expect(await readdir(join(base, 'keep'))).toEqual(expect.arrayContaining(['IMG_7.txt', 'IMG_7.webp']))
  })

  it('reads sidecars only twice when an upload uses a name that many photos have', async () => {
    const put = async () => (await store.upload('root', photo('a.jpg'), new Blob(['x']).stream(), 1)).name
    for (let number = 1; number <= 20; number++) await put()
    calls.length = 0
    expect(await put()).toBe('a (21).jpg')
    expect(calls).toEqual(['read stem a (21).jpg', 'read full a (21).jpg'])
    await store.delete('root', photo('a (3).jpg'))
    expect(await put()).toBe('a (3).jpg')
  })

  it('gives concurrent uploads of the same stem different stems', async () => {
    const put = async (name: string) =>
      (await store.upload('root', photo(name), new Blob(['x']).stream(), 1)).name
    const names = await Promise.all(['IMG_7.jpg', 'IMG_7.webp', 'IMG_7.png'].map(put))
    expect(new Set(names.map((name) => name.replace(/\.\w+$/, ''))).size).toBe(3)
  })

  it('reads through the store for changes when a photo moves or is deleted', async () => {
    const refused = async () => Promise.reject(new Error('the vendor is down'))
    const insisting = withOwnSidecars(
      { ...raw, readSidecar: refused, stat: refused },
      { now: () => time, whenChanging: raw },
    )
    await file('IMG_7.webp')
    await file('IMG_7.txt', meta('caption: Words'))
    await insisting.move(photo('IMG_7.webp'), 'root', 'keep')
    expect(await insisting.delete('keep', photo('IMG_7.webp'))).toEqual({
      deleted: true,
      sidecarDeleted: true,
    })
  })

  it('does not read the original when a sidecar with only a digest is viewed', async () => {
    const asked: string[] = []
    const looked = withOwnSidecars(raw, {
      now: () => time,
      sha256Of: async (_, { name }) => {
        asked.push(name)
        return digestOfWebp
      },
      rememberedSha256Of: async () => null,
    })
    await file('IMG_7.webp')
    await file('IMG_7.txt', meta(`sha256: ${digestOfWebp}`))
    expect(await looked.readSidecar('root', photo('IMG_7.webp'))).toBeNull()
    expect(asked).toEqual([])
    await looked.move(photo('IMG_7.webp'), 'root', 'keep')
    expect(asked).toEqual(['IMG_7.webp'])
  })
})
