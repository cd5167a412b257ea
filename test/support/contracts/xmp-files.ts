/** Part of the contract suite of photo stores about XMP files. */
import { text as readText } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { type Folder, folders, parsePhotoName as photo, type XmpForm } from '../../../src/ports/photo.ts'
import { maxXmpBytes, type PhotoStore } from '../../../src/ports/storage.ts'
import { readableSidecar } from '../fixtures/stored-photos.ts'
import { pauseBefore } from './pausing.ts'
import type { OpenStorage, StorageTraits } from './photo-store.ts'

const both: readonly XmpForm[] = ['stem', 'full']
const name = photo('a.jpg')
const bytesOf = (text: string) => new TextEncoder().encode(text)

export function describeXmpFiles(
  open: () => Promise<OpenStorage>,
  { atomic = true, takesForms = true }: StorageTraits,
): void {
  const absent = () => undefined
  const whereAtomic = atomic ? it : absent
  const whereTakingForms = takesForms ? it : absent

  describe('XMP files', () => {
    it('lists the XMP files beside each photo with their versions', async () => {
      await using storage = await open()
      const { store } = storage
      for (const stored of ['a.jpg', 'b.jpg', 'c.png', 'd.webp']) await put(store, stored)
      for (const file of ['a.xmp', 'a.jpg.xmp', 'b.XMP', 'c.PNG.xmp', 'c_01.png.xmp'])
        await storage.plant(file, bytesOf(file))
      const { xmp, strayXmp, photos, withSidecar } = await store.list('root')
      expect(photos).toHaveLength(4)
      expect([...withSidecar]).toEqual([])
      expect(xmp?.get(name)).toEqual({ stem: expect.stringMatching(/./), full: expect.stringMatching(/./) })
      expect(xmp?.get(photo('b.jpg'))).toEqual({ stem: expect.stringMatching(/./) })
      expect(xmp?.get(photo('d.webp'))).toBeUndefined()
      const folds = store.foldsCase === 'always'
      expect([...(strayXmp ?? [])].toSorted()).toEqual([...(folds ? [] : ['c.PNG.xmp']), 'c_01.png.xmp'])
      for (const form of both) expect((await read(store, form))?.version).toBe(xmp?.get(name)?.[form])
      expect(await text(store, 'root', 'b.jpg', 'stem')).toBe('b.XMP')
    })

    it('reports a stem that another photo or a raw file has', async () => {
      await using storage = await open()
      const { store } = storage
      await put(store, 'a.jpg')
      await put(store, 'b.jpg')
      await put(store, 'c.jpg')
      await storage.plant('a.webp', bytesOf('webp'))
      for (const file of ['b.ARW', 'b.xmp', 'c.txt', 'c.doc', 'd.cr3', 'd.xmp'])
        await storage.plant(file, bytesOf(file))
      const { xmp, strayXmp } = await store.list('root')
      expect(xmp?.get(name)).toEqual({ isStemShared: true })
      expect(xmp?.get(photo('a.webp'))).toEqual({ isStemShared: true })
      expect(xmp?.get(photo('b.jpg'))).toEqual({ stem: expect.stringMatching(/./), isStemShared: true })
      expect(xmp?.get(photo('c.jpg'))).toBeUndefined()
      expect([...(strayXmp ?? [])]).toEqual(['d.xmp'])
    })

    it('lists a new version of an XMP file after each write', async () => {
      await using storage = await open()
      const { store } = storage
      await put(store, 'a.jpg')
      const version = async () => (await store.list('root')).xmp?.get(name)?.stem
      await store.writeXmp('root', name, 'stem', bytesOf('first'), null)
      const first = await version()
      expect(first).toBe((await read(store, 'stem'))?.version)
      await store.writeXmp(
        'root',
        name,
        'stem',
        bytesOf('other'),
        (await read(store, 'stem'))?.revision ?? null,
      )
      expect(await version()).not.toBe(first)
      expect(await version()).toBe((await read(store, 'stem'))?.version)
    })

    it('reads and writes each form of an XMP file at its revision only', async () => {
      await using storage = await open()
      const { store } = storage
      await put(store, 'a.jpg')
      for (const form of both) {
        expect(await store.readXmp('root', name, form)).toBeNull()
        const write = (words: string, revision: string | null) =>
          store.writeXmp('root', name, form, bytesOf(words), revision)
        const refusal = { code: 'sidecar_changed' }
        for (const revision of ['x', '0123456789abcdef'])
          await expect(write('late', revision)).rejects.toMatchObject(refusal)
        await write(`first ${form}`, null)
        await expect(write('late', null)).rejects.toMatchObject(refusal)
        const first = await read(store, form)
        await write(`second ${form}`, first?.revision ?? null)
        for (const revision of [first?.revision ?? '', null, 'x'])
          await expect(write('late', revision)).rejects.toMatchObject(refusal)
      }
      for (const form of both) expect(await text(store, 'root', 'a.jpg', form)).toBe(`second ${form}`)
    })

    it('reads and replaces an XMP file whose extension is in capitals, and creates no second file', async () => {
      await using storage = await open()
      const { store } = storage
      await put(store, 'a.jpg')
      await storage.plant('a.XMP', bytesOf('before'))
      const found = await read(store, 'stem')
      const write = (revision: string | null) =>
        store.writeXmp('root', name, 'stem', bytesOf('after'), revision)
      await expect(write(null)).rejects.toMatchObject({ code: 'sidecar_changed' })
      await write(found?.revision ?? null)
      await store.list('root')
      expect(await text(store, 'root', 'a.jpg', 'stem')).toBe('after')
      await store.move(name, 'root', 'archive', 'stem', both)
      expect(await store.readXmp('root', name, 'stem')).toBeNull()
      expect(await text(store, 'archive', 'a.jpg', 'stem')).toBe('after')
    })

    it('reads an XMP file of the largest size whole, and no larger file', async () => {
      await using storage = await open()
      const { store } = storage
      await put(store, 'a.jpg')
      const largest = new Uint8Array(maxXmpBytes).map((_, index) => index % 251)
      await storage.plant('a.xmp', largest)
      await storage.plant('a.jpg.xmp', new Uint8Array(maxXmpBytes + 1))
      const stem = await read(store, 'stem')
      expect(stem && Buffer.from(stem.bytes).equals(largest)).toBe(true)
      expect(await store.readXmp('root', name, 'full')).toBe('too_large')
      for (const revision of [null, 'x', '0123456789abcdef']) {
        const write = store.writeXmp('root', name, 'full', bytesOf('mine'), revision)
        await expect(write).rejects.toMatchObject({ code: 'sidecar_changed' })
      }
      await store.list('root')
      await store.move(name, 'root', 'archive', 'stem', both)
      expect(await store.readXmp('archive', name, 'full')).toBe('too_large')
    })

    whereAtomic('lets exactly one of several concurrent writers create an XMP file', async () => {
      await using storage = await open()
      await put(storage.store, 'a.jpg')
      const writes = await Promise.allSettled(
        [1, 2, 3, 4, 5].map((index) =>
          storage.another().writeXmp('root', name, 'stem', bytesOf(`writer ${index}`), null),
        ),
      )
      const won = writes.flatMap(({ status }, index) => (status === 'fulfilled' ? [index + 1] : []))
      expect(won).toHaveLength(1)
      expect(await text(storage.store, 'root', 'a.jpg', 'stem')).toBe(`writer ${won[0]}`)
    })

    it('keeps the text of a single writer when several replace an XMP file at once', async () => {
      await using storage = await open()
      await put(storage.store, 'a.jpg')
      await storage.store.writeXmp('root', name, 'stem', bytesOf('before'), null)
      const revision = (await read(storage.store, 'stem'))?.revision ?? null
      const texts = [1, 2, 3].map((index) => `writer ${index} `.repeat(1000))
      const writes = await Promise.allSettled(
        texts.map((words) => storage.another().writeXmp('root', name, 'stem', bytesOf(words), revision)),
      )
      expect(writes.map(({ status }) => status)).toContain('fulfilled')
      expect(texts).toContain(await text(storage.store, 'root', 'a.jpg', 'stem'))
    })

    it('moves a photo with its sidecar and both XMP files under the same number', async () => {
      await using storage = await open()
      const { store } = storage
      for (const turn of ['first', 'second']) {
        await putAll(store, turn)
        await store.move(name, 'root', 'archive', 'stem', both)
      }
      expect(await snapshot(store)).toEqual({
        'archive/a.jpg': 'first | first caption | first stem | first full',
        'archive/a (2).jpg': 'second | second caption | second stem | second full',
      })
      expect((await store.list('root')).strayXmp).toEqual(new Set())
    })

    it('gives a moved photo a number instead of overwriting an XMP file without a photo', async () => {
      for (const form of both) {
        await using storage = await open()
        const { store } = storage
        await putAll(store, 'earlier')
        await store.move(name, 'root', 'archive', 'stem', both)
        await store.delete('archive', name, 'stem', both)
        await store.writeXmp('archive', name, form, bytesOf('orphan'), null)
        await putAll(store, 'later')
        expect(await store.move(name, 'root', 'archive', 'stem', both)).toBe('a (2).jpg')
        expect(await text(store, 'archive', 'a.jpg', form)).toBe('orphan')
        expect(await snapshot(store)).toEqual({
          'archive/a (2).jpg': 'later | later caption | later stem | later full',
        })
      }
    })

    whereTakingForms('moves and deletes only the XMP files that the caller selects', async () => {
      await using storage = await open()
      const { store } = storage
      await putAll(store, 'x')
      await store.move(name, 'root', 'archive', 'stem', ['full'])
      expect(await text(store, 'root', 'a.jpg', 'stem')).toBe('x stem')
      expect(await text(store, 'archive', 'a.jpg', 'full')).toBe('x full')
      await store.move(name, 'archive', 'keep')
      expect(await text(store, 'archive', 'a.jpg', 'full')).toBe('x full')
      await store.writeXmp('keep', name, 'stem', bytesOf('y stem'), null)
      await store.writeXmp('keep', name, 'full', bytesOf('y full'), null)
      expect(await store.delete('keep', name, null, ['stem'])).toEqual({
        deleted: true,
        sidecarDeleted: false,
      })
      expect(await store.readXmp('keep', name, 'stem')).toBeNull()
      expect(await text(store, 'keep', 'a.jpg', 'full')).toBe('y full')
    })

    it('deletes a photo with its XMP files, and completes an interrupted deletion', async () => {
      for (let nth = 1; ; nth++) {
        await using storage = await open()
        await putAll(storage.store, 'x')
        await put(storage.store, 'b.jpg')
        await storage.store.writeXmp('root', photo('b.jpg'), 'stem', bytesOf('other'), null)
        const { store: failing, calls } = storage.failing(nth)
        const interrupted = await failing.delete('root', name, 'stem', both).then(
          () => false,
          () => true,
        )
        await storage.another().delete('root', name, 'stem', both)
        const { photos, strayXmp } = await storage.store.list('root')
        expect(
          photos.map((entry) => entry.name),
          `after a failure at call ${nth}`,
        ).toEqual(['b.jpg'])
        expect(strayXmp, `after a failure at call ${nth}`).toEqual(new Set())
        expect(await text(storage.store, 'root', 'b.jpg', 'stem')).toBe('other')
        if (!interrupted && calls() < nth) break
      }
    }, 240_000)

    it('loses no XMP file when a move is interrupted at any call, and completes when the move is repeated', async () => {
      for (let nth = 1; ; nth++) {
        await using storage = await open()
        await put(storage.store, 'a.jpg', 'was there before', 'archive')
        await putAll(storage.store, 'x')
        const { store: failing, calls } = storage.failing(nth)
        const interrupted = await failing.move(name, 'root', 'archive', 'stem', both).then(
          () => false,
          () => true,
        )
        const again = await storage
          .another()
          .move(name, 'root', 'archive', 'stem', both)
          .catch((error: unknown) => error)
        if (typeof again !== 'string') expect(again).toMatchObject({ code: 'photo_not_found' })
        expect(await snapshot(storage.store), `after a failure at call ${nth}`).toEqual({
          'archive/a.jpg': 'was there before | - | - | -',
          'archive/a (2).jpg': 'x | x caption | x stem | x full',
        })
        for (const folder of folders)
          expect((await storage.store.list(folder)).strayXmp ?? new Set()).toEqual(new Set())
        for (const form of both) expect(await storage.store.readXmp('root', name, form)).toBeNull()
        if (!interrupted && calls() < nth) break
      }
    }, 240_000)

    it('leaves one photo with its XMP files when several processes move it at the same time', async () => {
      await using storage = await open()
      await putAll(storage.store, 'x')
      const moves = await Promise.allSettled(
        [1, 2, 3].map(() => storage.another().move(name, 'root', 'keep', 'stem', both)),
      )
      expect(moves.map(({ status }) => status)).toContain('fulfilled')
      expect(await snapshot(storage.store)).toEqual({ 'keep/a.jpg': 'x | x caption | x stem | x full' })
    })

    it('keeps a photo and its XMP files together in interleavings of two concurrent moves', async () => {
      for (const [first, second] of pausePoints) {
        await using storage = await open()
        await putAll(storage.store, 'x')
        const move = (before: () => Promise<void>) =>
          storage
            .waiting(before)
            .move(name, 'root', 'archive', 'stem', both)
            .catch(() => null)
        const [one, other] = [pauseBefore(first), pauseBefore(second)]
        const early = move(one.before)
        await Promise.race([one.reached, early])
        const late = move(other.before)
        await Promise.race([other.reached, late])
        one.goOn()
        const moves: (string | null)[] = [await early]
        other.goOn()
        moves.push(await late)
        expect([first, second, moves.includes('a.jpg')]).toEqual([first, second, true])
        const found = await snapshot(storage.store)
        const whole = { 'archive/a.jpg': 'x | x caption | x stem | x full' }
        expect([first, second, found]).toEqual([first, second, whole])
      }
    }, 240_000)
  })
}

/** Pairs of call numbers before which two concurrent moves pause. */
const pausePoints = [3, 6, 9, 11, 13, 15].flatMap((first) =>
  [2, 5, 8, 10, 12, 14].map((second) => [first, second] as const),
)

/** Puts `a.jpg` into the root, with its sidecar and both XMP files. */
async function putAll(store: PhotoStore, words: string): Promise<void> {
  await put(store, 'a.jpg', words)
  await store.writeSidecar('root', name, `${words} caption`, null)
  for (const form of both) await store.writeXmp('root', name, form, bytesOf(`${words} ${form}`), null)
}

async function put(store: PhotoStore, stored: string, content = 'bytes', folder: Folder = 'root') {
  const bytes = bytesOf(content)
  return store.upload(folder, photo(stored), new Blob([bytes]).stream(), bytes.byteLength)
}

/** Reads an XMP file of `a.jpg`. */
async function read(store: PhotoStore, form: XmpForm) {
  const file = await store.readXmp('root', name, form)
  return file === 'too_large' ? null : file && { ...file, version: file.version ?? file.revision }
}

async function text(
  store: PhotoStore,
  folder: Folder,
  stored: string,
  form: XmpForm,
): Promise<string | null> {
  const file = await store.readXmp(folder, photo(stored), form)
  return file && file !== 'too_large' ? new TextDecoder().decode(file.bytes) : file
}

/** Returns every photo: `folder/name` to `content | sidecar | x.xmp | x.jpg.xmp`. */
async function snapshot(store: PhotoStore): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const folder of folders) {
    for (const entry of (await store.list(folder)).photos) {
      const { body } = await store.read(folder, entry.name)
      const sidecar = await readableSidecar(store, folder, entry.name)
      const xmp = await Promise.all(both.map((form) => text(store, folder, entry.name, form)))
      const parts = [await readText(body), sidecar?.text, ...xmp]
      found[`${folder}/${entry.name}`] = parts.map((part) => part ?? '-').join(' | ')
    }
  }
  return found
}
