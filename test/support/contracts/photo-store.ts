/** Contract suite of photo stores. */
import { text as readText } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { folders, isPhotoName, parsePhotoName as photo } from '../../../src/ports/photo.ts'
import type { PhotoStore } from '../../../src/ports/storage.ts'
import { withOwnSidecars } from '../../../src/workflow/own-sidecars.ts'
import { encodedAs } from '../fixtures/sidecar-examples.ts'
import { readableSidecar } from '../fixtures/stored-photos.ts'
import { pauseBefore } from './pausing.ts'
import { describeXmpFiles } from './xmp-files.ts'

/** An empty storage of one tenant. */
export interface OpenStorage extends AsyncDisposable {
  store: PhotoStore
  /** Another store on the same storage, as in another process. */
  another(): PhotoStore
  /** A store whose nth vendor call fails (1 is the first). `calls` counts the vendor calls. */
  failing(nth: number): { store: PhotoStore; calls(): number }
  /** A store that waits for `before` ahead of each vendor call. */
  waiting(before: () => Promise<void>): PhotoStore
  /** Puts a file of any name and content into the root folder, bypassing the store. */
  plant(file: string, bytes: Uint8Array): Promise<void>
  /** Fetches a link without credentials. */
  fetchLink(url: string): Promise<string>
}

export interface StorageTraits {
  /** True if records can be claimed atomically. Photos are never lost, either way. Default true. */
  atomic?: boolean
  /** False for a store that decides itself which file is a photo's sidecar. Default true. */
  takesForms?: boolean
  /** Leaves out names that the server itself cannot keep or move. Default: all names are used. */
  canName?: (name: string) => boolean
}

export function describePhotoStore(
  title: string,
  open: () => Promise<OpenStorage>,
  traits: StorageTraits = {},
): void {
  const { atomic = true, takesForms = true, canName = () => true } = traits
  // These tests are absent, not skipped: a store that cannot do this makes another promise, which has its own test.
  const absent = () => undefined
  const whereTakingForms = takesForms ? it : absent
  const [whereAtomic, whereNotAtomic] = atomic ? [it, absent] : [absent, it]

  describe(title, () => {
    it('lists only photos, sorted, and reports which have a sidecar', async () => {
      await using storage = await open()
      const { store } = storage
      for (const folder of folders) expect((await store.list(folder)).photos).toEqual([])
      for (const name of ['b.jpg', 'a.png', 'Z.webp', 'ä.jpeg']) await put(store, name)
      await store.writeSidecar('root', photo('a.png'), 'caption')
      await store.replaceRecord(['ledger', 'x.json'], '{}')
      await put(store, 'kept.jpg', 'kept', 'keep')
      const { photos, withSidecar } = await store.list('root')
      expect(photos.map(({ name }) => name)).toEqual(['Z.webp', 'a.png', 'b.jpg', 'ä.jpeg'])
      expect([...withSidecar]).toEqual(['a.png'])
      expect(photos[1]).toMatchObject({ size: 5, contentHash: expect.stringMatching(/./) })
      expect(Math.abs((photos[1]?.modifiedAt.getTime() ?? 0) - Date.now())).toBeLessThan(60_000)
      expect((await store.list('keep')).photos.map(({ name }) => name)).toEqual(['kept.jpg'])
    })

    it('lists the version of each sidecar, which changes with every write', async () => {
      await using storage = await open()
      const { store } = storage
      const versionsOf = async (name: string) => (await store.list('root')).sidecarVersions?.get(photo(name))
      const readVersion = async (name: string) => (await readableSidecar(store, 'root', photo(name)))?.version
      for (const name of ['a.jpg', 'b.jpg']) await put(store, name)
      expect(await versionsOf('a.jpg')).toBeUndefined()
      await store.writeSidecar('root', photo('a.jpg'), 'first')
      const first = await versionsOf('a.jpg')
      expect(first).toEqual({ stem: expect.stringMatching(/./) })
      expect(await readVersion('a.jpg')).toBe(first?.stem)
      expect(await versionsOf('a.jpg')).toEqual(first)
      await store.writeSidecar('root', photo('a.jpg'), 'other')
      expect((await versionsOf('a.jpg'))?.stem).not.toBe(first?.stem)
      expect(await readVersion('a.jpg')).toBe((await versionsOf('a.jpg'))?.stem)
      expect(await versionsOf('b.jpg')).toBeUndefined()
    })

    whereTakingForms('lists the versions of both forms of a sidecar', async () => {
      await using storage = await open()
      const { store } = storage
      await put(store, 'a.jpg')
      await store.writeSidecar('root', photo('a.jpg'), 'by stem')
      await store.writeSidecar('root', photo('a.jpg'), 'by full name', undefined, 'full')
      const { sidecarVersions, withFullName } = await store.list('root')
      expect([...(withFullName ?? [])]).toEqual(['a.jpg'])
      for (const form of ['stem', 'full'] as const) {
        const reading = await store.readSidecar('root', photo('a.jpg'), form)
        expect(reading).toMatchObject({ version: sidecarVersions?.get(photo('a.jpg'))?.[form] })
      }
    })

    it('lists more photos than fit on one page', async () => {
      await using storage = await open()
      const names = Array.from({ length: 25 }, (_, index) => `${String(index).padStart(3, '0')}.jpg`)
      await Promise.all(names.map((name) => put(storage.store, name)))
      expect((await storage.store.list('root')).photos.map(({ name }) => name)).toEqual(names)
    })

    const oddNames = [
      'two words.jpg',
      'a+b.jpg',
      'no#1.jpg',
      '50%.jpg',
      '%2F%2e%2e.jpg',
      "it's (really) *new*!.jpg",
      'a&b=c;d?e.jpg',
      '"quoted".jpg',
      'Ünïcödé 写真 🌅.jpg',
      'e\u0301.jpg',
      '~tilde@home,here.jpg',
      '<tag>.jpg',
    ].filter(canName)

    it.each(oddNames)('preserves the name %j through all operations on a photo', async (name) => {
      await using storage = await open()
      const { store } = storage
      await put(store, name, 'bytes')
      await store.writeSidecar('root', photo(name), 'caption')
      expect((await store.list('root')).photos.map((entry) => entry.name)).toEqual([name])
      expect(await store.stat('root', photo(name))).toMatchObject({ name, size: 5 })
      expect(await contentOf(store, name)).toBe('bytes')
      expect(await storage.fetchLink((await store.temporaryLink('root', photo(name))).url)).toBe('bytes')
      expect(await store.move(photo(name), 'root', 'archive')).toBe(name)
      expect(await contentOf(store, name, 'archive')).toBe('bytes')
      expect((await readableSidecar(store, 'archive', photo(name)))?.text).toBe('caption')
      expect(await store.delete('archive', photo(name))).toEqual({ deleted: true, sidecarDeleted: true })
    })

    it('preserves any valid photo name', async () => {
      await using storage = await open()
      const { store } = storage
      const unit = fc.constantFrom(...'aZ0 ._-+%#&=?!\'()*~@,;:$[]{}^`|<>"é写🌅')
      const name = fc.string({ unit, minLength: 1, maxLength: 20 }).map((text) => `${text}.jpg`)
      await fc.assert(
        fc.asyncProperty(
          name.filter((odd) => isPhotoName(odd) && canName(odd)),
          async (odd) => {
            await put(store, odd, odd)
            expect(await contentOf(store, odd)).toBe(odd)
            expect((await store.list('root')).photos.map((entry) => entry.name)).toEqual([odd])
            expect((await store.delete('root', photo(odd))).deleted).toBe(true)
          },
        ),
        { numRuns: 40 },
      )
    })

    it('answers requests for a missing photo with null or photo_not_found', async () => {
      await using storage = await open()
      const { store } = storage
      const missing = photo('missing.jpg')
      expect(await store.stat('root', missing)).toBeNull()
      expect(await readableSidecar(store, 'root', missing)).toBeNull()
      await expect(store.read('root', missing)).rejects.toMatchObject({ code: 'photo_not_found' })
      const link = store.temporaryLink('root', missing)
      if (store.asksForLinks) await expect(link).rejects.toMatchObject({ code: 'photo_not_found' })
      else expect(await link).toMatchObject({ url: expect.stringMatching(/./) })
      await expect(store.move(missing, 'root', 'keep')).rejects.toMatchObject({ code: 'photo_not_found' })
      expect(await store.delete('root', missing)).toEqual({ deleted: false, sidecarDeleted: false })
    })

    it('changes the content hash only when the bytes change', async () => {
      await using storage = await open()
      const { store } = storage
      await put(store, 'a.jpg', 'one')
      const first = await store.stat('root', photo('a.jpg'))
      expect((await store.stat('root', photo('a.jpg')))?.contentHash).toBe(first?.contentHash)
      expect((await store.list('root')).photos[0]?.contentHash).toBe(first?.contentHash)
      await store.delete('root', photo('a.jpg'))
      await put(store, 'a.jpg', 'two')
      expect((await store.stat('root', photo('a.jpg')))?.contentHash).not.toBe(first?.contentHash)
    })

    it('issues links that work for about four hours', async () => {
      await using storage = await open()
      await put(storage.store, 'a.jpg')
      const { expiresAt } = await storage.store.temporaryLink('root', photo('a.jpg'))
      expect(Math.abs(expiresAt.getTime() - Date.now() - 4 * 3600_000)).toBeLessThan(120_000)
    })

    it('gives an upload a number instead of overwriting a photo of the same name', async () => {
      await using storage = await open()
      const { store } = storage
      expect((await put(store, 'a.jpg', 'first')).name).toBe('a.jpg')
      expect((await put(store, 'a.jpg', 'second')).name).toBe('a (2).jpg')
      expect((await put(store, 'a.jpg', 'third')).name).toBe('a (3).jpg')
      expect(await contentOf(store, 'a.jpg')).toBe('first')
    })

    it('shortens the longest names when it numbers them, so that they can still be listed', async () => {
      await using storage = await open()
      const { store } = storage
      const names = [`${'写'.repeat(83)}ab.jpg`, `${'x'.repeat(150)}.jpg`]
      const longest = names.find(canName) ?? ''
      await put(store, longest, 'first')
      const { name } = await put(store, longest, 'second')
      await store.writeSidecar('root', name, 'its caption\n')
      const { photos, withSidecar } = await store.list('root')
      expect(photos.map((entry) => entry.name).toSorted()).toEqual([name, photo(longest)].toSorted())
      expect([...withSidecar]).toEqual([name])
      expect(await contentOf(store, name)).toBe('second')
      await store.move(photo(longest), 'root', 'archive')
      await put(store, longest, 'third')
      const moved = await store.move(photo(longest), 'root', 'archive')
      expect(moved).not.toBe(longest)
      expect(await contentOf(store, moved, 'archive')).toBe('third')
      expect((await store.list('archive')).photos).toHaveLength(2)
    })

    const longNames = [3, 2, 1, 0].flatMap((short) => [
      `${'写'.repeat(82)}${'x'.repeat(5 - short)}.jpg`,
      `${'x'.repeat(251 - short)}.jpg`,
    ])
    it.each([...longNames, 'x.jpg'].filter(canName))(
      'keeps a photo and its own sidecar together when the photo is named %s',
      async (name) => {
        await using storage = await open()
        const store = takesForms ? withOwnSidecars(storage.store, { now: Date.now }) : storage.store
        const named = photo(name)
        expect((await put(store, name, 'first')).name).toBe(name)
        expect(await store.readSidecar('root', named)).toBeNull()
        await store.writeSidecar('root', named, 'words', null)
        expect((await readableSidecar(store, 'root', named))?.text).toBe('words')
        expect((await put(store, name, 'second')).name).not.toBe(name)
        expect(await store.move(named, 'root', 'archive')).toBe(name)
        expect((await readableSidecar(store, 'archive', named))?.text).toBe('words')
        expect(await store.delete('archive', named)).toEqual({ deleted: true, sidecarDeleted: true })
      },
    )

    it('gives concurrent uploads of one name distinct names', async () => {
      await using storage = await open()
      const contents = Array.from({ length: 5 }, (_, index) => `content ${index}`)
      const entries = await Promise.all(contents.map((content) => put(storage.another(), 'a.jpg', content)))
      expect(new Set(entries.map(({ name }) => name)).size).toBe(5)
      const kept = await Promise.all(entries.map(({ name }) => contentOf(storage.store, name)))
      expect(kept).toEqual(contents)
    })

    it('reads and writes sidecars and detects a changed sidecar', async () => {
      await using storage = await open()
      const { store } = storage
      await put(store, 'a.jpg')
      const name = photo('a.jpg')
      await store.writeSidecar('root', name, 'first ✂️\n', null)
      await expect(store.writeSidecar('root', name, 'late', null)).rejects.toMatchObject({
        code: 'sidecar_changed',
      })
      const read = await readableSidecar(store, 'root', name)
      expect(read?.text).toBe('first ✂️\n')
      await store.writeSidecar('root', name, 'second', read?.revision)
      await expect(store.writeSidecar('root', name, 'late', read?.revision)).rejects.toMatchObject({
        code: 'sidecar_changed',
      })
      expect((await readableSidecar(store, 'root', name))?.text).toBe('second')
      await store.writeSidecar('root', name, 'third')
      expect((await readableSidecar(store, 'root', name))?.text).toBe('third')
    })

    it.each([
      ['64 KiB', 'x'.repeat(64 * 1024)],
      ['500 lines', 'x\n'.repeat(500)],
      ['500 lines with CRLF', `${'x\r\n'.repeat(499)}x`],
    ])('reads and writes a sidecar of %s', async (_size, text) => {
      await using storage = await open()
      const { store } = storage
      await put(store, 'a.jpg')
      await storage.plant('a.txt', new TextEncoder().encode(text))
      const read = await readableSidecar(store, 'root', photo('a.jpg'))
      expect(read?.text === text).toBe(true)
      await store.writeSidecar('root', photo('a.jpg'), text, read?.revision)
      expect((await readableSidecar(store, 'root', photo('a.jpg')))?.text === text).toBe(true)
    })

    it('preserves the byte order mark of a sidecar', async () => {
      await using storage = await open()
      await put(storage.store, 'a.jpg')
      await storage.plant('a.txt', new TextEncoder().encode('\ufeffrope\n'))
      expect((await readableSidecar(storage.store, 'root', photo('a.jpg')))?.text).toBe('\ufeffrope\n')
    })

    it.each([
      ['Windows-1252', 'windows-1252'],
      ['little-endian UTF-16', 'utf-16le'],
      ['big-endian UTF-16', 'utf-16be'],
    ] as const)('preserves the encoding of a sidecar in %s', async (_name, encoding) => {
      await using storage = await open()
      const { store } = storage
      await put(store, 'a.jpg')
      const before = encodedAs('über\r\n\r\n# ---\r\n# note: für dich – später\r\n', encoding)
      await storage.plant('a.txt', before)
      const read = await readableSidecar(store, 'root', photo('a.jpg'))
      expect(read?.text).toContain('# note: für dich – später\r\n')
      await store.writeSidecar('root', photo('a.jpg'), `${read?.text}# caption: Größe\r\n`, read?.revision)
      const again = await readableSidecar(store, 'root', photo('a.jpg'))
      expect(again?.text).toBe(`${read?.text}# caption: Größe\r\n`)
      // The revision contains the encoding's name, except for UTF-8.
      expect(again?.revision).toContain(`${encoding} `)
    })

    const unreadable: [string, string][] = [
      ['64 KiB and a byte', 'x'.repeat(64 * 1024 + 1)],
      ['66 KiB of two-byte characters', 'é'.repeat(33 * 1024)],
      ['501 lines', 'x\n'.repeat(501)],
      ['501 lines ended by CR alone', 'x\r'.repeat(501)],
      ['20 MB', 'x'.repeat(20_000_000)],
    ]

    it.each(unreadable)('leaves a sidecar unread and unchanged when it has %s', async (_size, text) => {
      await using storage = await open()
      const { store } = storage
      const name = photo('a.jpg')
      await put(store, 'a.jpg')
      await storage.plant('a.txt', new TextEncoder().encode(text))
      expect(await store.readSidecar('root', name)).toBe('unreadable')
      expect([...(await store.list('root')).withSidecar]).toEqual(['a.jpg'])
      for (const revision of [null, 'x', '0123456789abcdef']) {
        await expect(store.writeSidecar('root', name, 'mine', revision)).rejects.toMatchObject({
          code: 'sidecar_changed',
        })
      }
      expect(await store.readSidecar('root', name)).toBe('unreadable')
    })

    it('refuses to write a sidecar that it could not read again', async () => {
      await using storage = await open()
      const { store } = storage
      const name = photo('a.jpg')
      await put(store, 'a.jpg')
      await store.writeSidecar('root', name, 'first')
      for (const [, text] of unreadable) {
        await expect(store.writeSidecar('root', name, text)).rejects.toMatchObject({
          code: 'sidecar_unreadable',
        })
      }
      expect((await readableSidecar(store, 'root', name))?.text).toBe('first')
    })

    it('moves and deletes an unreadable sidecar together with its photo', async () => {
      await using storage = await open()
      const { store } = storage
      await put(store, 'a.jpg')
      await storage.plant('a.txt', new Uint8Array(70_000))
      expect(await store.move(photo('a.jpg'), 'root', 'archive')).toBe('a.jpg')
      expect(await store.readSidecar('root', photo('a.jpg'))).toBeNull()
      expect(await store.readSidecar('archive', photo('a.jpg'))).toBe('unreadable')
      expect(await store.delete('archive', photo('a.jpg'))).toEqual({ deleted: true, sidecarDeleted: true })
    })

    it('ignores a file whose name contains control or bidirectional characters', async () => {
      await using storage = await open()
      const { store } = storage
      await put(store, 'a.jpg')
      for (const name of ['gpj.\u202eexe.jpg', 'a\u0085.jpg'].filter(canName))
        await storage.plant(name, new TextEncoder().encode('foreign'))
      expect((await store.list('root')).photos.map(({ name }) => name)).toEqual(['a.jpg'])
    })

    it('moves a photo with its sidecar without overwriting another photo', async () => {
      await using storage = await open()
      const { store } = storage
      for (const content of ['first', 'second']) {
        await put(store, 'a.jpg', content)
        await store.writeSidecar('root', photo('a.jpg'), `caption of ${content}`)
        await store.move(photo('a.jpg'), 'root', 'archive')
      }
      expect(await snapshot(store)).toEqual({
        'archive/a.jpg': 'first | caption of first',
        'archive/a (2).jpg': 'second | caption of second',
      })
      expect(await store.move(photo('a (2).jpg'), 'archive', 'root')).toBe('a (2).jpg')
    })

    whereTakingForms('moves and deletes the full-name sidecar, or no sidecar, on request', async () => {
      await using storage = await open()
      const { store } = storage
      const webp = photo('a.webp')
      await put(store, 'a.jpg', 'jpeg')
      await store.writeSidecar('root', photo('a.jpg'), 'words of the jpeg', null)
      await storage.plant('a.webp', new TextEncoder().encode('webp'))
      await store.writeSidecar('root', webp, 'words of the webp', null, 'full')
      const { withSidecar, withFullName } = await store.list('root')
      expect([[...withSidecar].toSorted(), [...(withFullName ?? [])]]).toEqual([
        ['a.jpg', 'a.webp'],
        ['a.webp'],
      ])
      expect(await store.move(webp, 'root', 'archive', 'full')).toBe('a.webp')
      expect(await store.readSidecar('root', webp, 'full')).toBeNull()
      expect(await store.readSidecar('archive', webp, 'full')).toMatchObject({ text: 'words of the webp' })
      expect(await store.move(webp, 'archive', 'keep', null)).toBe('a.webp')
      expect(await store.readSidecar('archive', webp, 'full')).toMatchObject({ text: 'words of the webp' })
      expect(await store.delete('keep', webp, null)).toEqual({ deleted: true, sidecarDeleted: false })
      expect((await readableSidecar(store, 'root', photo('a.jpg')))?.text).toBe('words of the jpeg')
    })

    it('leaves a photo in place when both folders are the same', async () => {
      await using storage = await open()
      await put(storage.store, 'a.jpg')
      expect(await storage.store.move(photo('a.jpg'), 'root', 'root')).toBe('a.jpg')
      expect(await snapshot(storage.store)).toEqual({ 'root/a.jpg': 'bytes | -' })
    })

    it('leaves one photo when several processes move it at the same time', async () => {
      await using storage = await open()
      await put(storage.store, 'a.jpg')
      await storage.store.writeSidecar('root', photo('a.jpg'), 'caption')
      const moves = await Promise.allSettled(
        [1, 2, 3].map(() => storage.another().move(photo('a.jpg'), 'root', 'keep')),
      )
      expect(moves.map(({ status }) => status)).toContain('fulfilled')
      expect(await snapshot(storage.store)).toEqual({ 'keep/a.jpg': 'bytes | caption' })
    })

    it('keeps photo and sidecar together in every interleaving of two concurrent moves', async () => {
      for (const [first, second] of pausePoints) {
        await using storage = await open()
        await put(storage.store, 'a.jpg')
        await storage.store.writeSidecar('root', photo('a.jpg'), 'caption')
        const move = (before: () => Promise<void>) =>
          storage.waiting(before).move(photo('a.jpg'), 'root', 'archive')
        // The first move pauses. The second runs to its pause, the first makes one more call, and the
        // second ends before the first.
        const [pauses, call, other] = [pauseBefore(first), pauseBefore(first + 1), pauseBefore(second)]
        const early = settled(
          move(async () => {
            await pauses.before()
            await call.before()
          }),
        )
        await Promise.race([pauses.reached, early])
        const late = settled(move(other.before))
        await Promise.race([other.reached, late])
        pauses.goOn()
        await Promise.race([call.reached, early])
        other.goOn()
        const moves = [await late]
        call.goOn()
        moves.push(await early)
        expect([first, second, moves.includes('a.jpg')]).toEqual([first, second, true])
        const found = await snapshot(storage.store)
        expect([first, second, found]).toEqual([first, second, { 'archive/a.jpg': 'bytes | caption' }])
      }
    }, 240_000)

    it('keeps both photos when two of the same name arrive in a folder at once', async () => {
      await using storage = await open()
      await put(storage.store, 'a.jpg', 'from root')
      await put(storage.store, 'a.jpg', 'from keep', 'keep')
      const names = await Promise.all([
        storage.another().move(photo('a.jpg'), 'root', 'archive'),
        storage.another().move(photo('a.jpg'), 'keep', 'archive'),
      ])
      expect(names.toSorted()).toEqual(['a (2).jpg', 'a.jpg'])
      expect(Object.values(await snapshot(storage.store)).toSorted()).toEqual([
        'from keep | -',
        'from root | -',
      ])
    })

    it('loses nothing when a move is interrupted at any call, and completes when the move is repeated', async () => {
      for (let nth = 1; ; nth++) {
        await using storage = await open()
        await put(storage.store, 'a.jpg', 'moved')
        await storage.store.writeSidecar('root', photo('a.jpg'), 'caption')
        await put(storage.store, 'a.jpg', 'was there before', 'archive')
        const { store: failing, calls } = storage.failing(nth)
        const interrupted = await failing.move(photo('a.jpg'), 'root', 'archive').then(
          () => false,
          () => true,
        )
        const between = Object.values(await snapshot(storage.store)).join()
        expect(between).toContain('moved | ')
        expect(between).toContain('caption')
        // The repeated move succeeds, or the first had succeeded and only its confirmation was lost.
        const again = await storage
          .another()
          .move(photo('a.jpg'), 'root', 'archive')
          .catch((error: unknown) => error)
        if (typeof again !== 'string') expect(again).toMatchObject({ code: 'photo_not_found' })
        expect(await snapshot(storage.store), `after a failure at call ${nth}`).toEqual({
          'archive/a.jpg': 'was there before | -',
          'archive/a (2).jpg': 'moved | caption',
        })
        if (!interrupted && calls() < nth) break
      }
    })

    it('deletes a photo with its sidecar and reports which of them existed', async () => {
      await using storage = await open()
      const { store } = storage
      await put(store, 'a.jpg')
      await put(store, 'b.jpg')
      await store.writeSidecar('root', photo('a.jpg'), 'caption')
      expect(await store.delete('root', photo('a.jpg'))).toEqual({ deleted: true, sidecarDeleted: true })
      expect(await store.delete('root', photo('a.jpg'))).toEqual({ deleted: false, sidecarDeleted: false })
      expect(await snapshot(store)).toEqual({ 'root/b.jpg': 'bytes | -' })
    })

    whereAtomic(
      'grants a record to exactly one of many concurrent creators, with equal and with different texts',
      async () => {
        await using storage = await open()
        expect(await storage.store.canCreateAtomically()).toBe(true)
        const key = ['ledger', 'a'.repeat(64), 'telegram.json']
        for (const text of [() => 'equal', (index: number) => `different ${index}`]) {
          const won = await Promise.all(
            Array.from({ length: 20 }, (_, index) => storage.another().createRecord(key, text(index))),
          )
          expect(won.filter(Boolean)).toHaveLength(1)
          expect((await storage.store.readRecord(key))?.text).toBe(text(won.indexOf(true)))
          await storage.store.deleteRecord(key)
        }
      },
    )

    whereNotAtomic('reports that records cannot be claimed and refuses to create them', async () => {
      await using storage = await open()
      expect(await storage.store.canCreateAtomically()).toBe(false)
      await expect(storage.store.createRecord(['ledger', 'x.json'], '{}')).rejects.toMatchObject({
        code: 'storage_not_atomic',
      })
    })

    it('reads, replaces and deletes records', async () => {
      await using storage = await open()
      const { store } = storage
      const key = ['ledger', 'x.json']
      expect(await store.readRecord(key)).toBeNull()
      await store.replaceRecord(key, '{"a": "ü"}')
      const first = await store.readRecord(key)
      expect(first?.text).toBe('{"a": "ü"}')
      await store.replaceRecord(key, '{}')
      expect(await store.readRecord(key)).toMatchObject({
        text: '{}',
        revision: expect.not.stringMatching(first?.revision ?? '-'),
      })
      await store.deleteRecord(key)
      await store.deleteRecord(key)
      expect(await store.readRecord(key)).toBeNull()
    })

    it('lists the records of one folder, and nothing for a missing folder', async () => {
      await using storage = await open()
      const { store } = storage
      const folder = ['ledger', 'a'.repeat(64)]
      expect(await store.listRecords(folder)).toEqual([])
      for (const key of [
        [...folder, 'telegram.json'],
        [...folder, 'email.failed.json'],
        ['ledger', 'x.json'],
      ])
        await store.replaceRecord(key, '{}')
      expect((await store.listRecords(folder)).sort()).toEqual(['email.failed.json', 'telegram.json'])
      await expect(store.listRecords(['..'])).rejects.toMatchObject({ code: 'invalid_request' })
    })

    it('keeps, replaces, lists and deletes the files of previews', async () => {
      await using storage = await open()
      const { store } = storage
      const bytes = (...values: number[]) => Uint8Array.from(values)
      expect(await store.listPreviewFolders()).toEqual([])
      expect(await store.readPreview('a1b2c3d4', 'w256h256.webp')).toBeNull()
      await store.deletePreviewFolder('a1b2c3d4')
      await store.writePreview('a1b2c3d4', 'w256h256.webp', bytes(0, 255, 128))
      await store.writePreview('a1b2c3d4', 'w256h256.webp', bytes(1, 254))
      await store.writePreview('a1b2c3d4', 'w960h640.jpg', bytes(7))
      await store.writePreview('index', 'photos.json', bytes(0x7b, 0x7d))
      expect(await storage.another().readPreview('a1b2c3d4', 'w256h256.webp')).toEqual(bytes(1, 254))
      expect((await store.listPreviewFolders()).toSorted()).toEqual(['a1b2c3d4', 'index'])
      await store.deletePreviewFolder('a1b2c3d4')
      expect(await store.listPreviewFolders()).toEqual(['index'])
      expect(await store.readPreview('a1b2c3d4', 'w960h640.jpg')).toBeNull()
      for (const folder of folders) expect((await store.list(folder)).photos).toEqual([])
    })

    it('lists more folders of previews than fit on one page', async () => {
      await using storage = await open()
      const names = Array.from({ length: 25 }, (_, index) => `hash-${String(index).padStart(4, '0')}`)
      for (const name of names) await storage.store.writePreview(name, 'w256h256.webp', new Uint8Array(3))
      expect((await storage.store.listPreviewFolders()).toSorted()).toEqual(names)
    })

    it.each(['..', 'a/b', '', '.hidden', 'a\\b'])(
      'refuses %j as a folder or file of previews',
      async (part) => {
        await using storage = await open()
        const refusal = { code: 'invalid_request' }
        await expect(storage.store.readPreview(part, 'w256h256.webp')).rejects.toMatchObject(refusal)
        await expect(storage.store.writePreview('a1b2c3d4', part, new Uint8Array(1))).rejects.toMatchObject(
          refusal,
        )
        await expect(storage.store.deletePreviewFolder(part)).rejects.toMatchObject(refusal)
      },
    )

    it.each([[[]], [['..']], [['a', '..', 'b']], [['a/b']], [['']], [['.hidden']], [['a\\b']], [['a\nb']]])(
      'refuses the record key %j',
      async (key) => {
        await using storage = await open()
        await expect(storage.store.replaceRecord(key, 'x')).rejects.toMatchObject({ code: 'invalid_request' })
        await expect(storage.store.readRecord(key)).rejects.toMatchObject({ code: 'invalid_request' })
      },
    )

    describeXmpFiles(open, traits)
  })
}

async function put(
  store: PhotoStore,
  name: string,
  content = 'bytes',
  folder: 'root' | 'keep' | 'archive' = 'root',
) {
  const bytes = new TextEncoder().encode(content)
  return store.upload(folder, photo(name), new Blob([bytes]).stream(), bytes.byteLength)
}

async function contentOf(
  store: PhotoStore,
  name: string,
  folder: 'root' | 'archive' = 'root',
): Promise<string> {
  const { body } = await store.read(folder, photo(name))
  return readText(body)
}

/** Returns every photo: `folder/name` to `content | sidecar`. */
async function snapshot(store: PhotoStore): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for (const folder of folders) {
    for (const { name } of (await store.list(folder)).photos) {
      const { body } = await store.read(folder, name)
      const sidecar = await readableSidecar(store, folder, name)
      found[`${folder}/${name}`] = `${await readText(body)} | ${sidecar?.text ?? '-'}`
    }
  }
  return found
}

/** Pairs of call numbers before which two concurrent moves pause. */
const pausePoints = [1, 2, 3, 4, 5, 6, 7, 8, 9].flatMap((first) =>
  [2, 3, 4, 5, 6, 7, 8, 9].map((second) => [first, second] as const),
)

/** Returns the result of a move, `null` if it fails. */
const settled = (move: Promise<string>) => move.catch(() => null)
