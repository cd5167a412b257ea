import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPhotoName, parsePhotoName as photo } from '../../../../src/ports/photo.ts'
import type { DriveFile } from '../../../../src/providers/storage/gdrive/answers.ts'
import {
  marked,
  mayBeCut,
  photosByName,
  splitMarkedName,
} from '../../../../src/providers/storage/gdrive/names.ts'
import { startDrive } from '../../../support/fixtures/gdrive.ts'
import { readableSidecar } from '../../../support/fixtures/stored-photos.ts'

function fileOf(id: string, name: string, createdAt: number): DriveFile {
  const createdTime = new Date(createdAt)
  return {
    id,
    name,
    mimeType: 'image/jpeg',
    modifiedTime: createdTime,
    createdTime,
    parents: ['folder'],
    trashed: false,
    version: '1',
  }
}

/** Finds the file of a listed name as the store does: by its own name, else by its mark, else by a listing. */
function resolve(files: readonly DriveFile[], name: string): DriveFile | undefined {
  const named = photo(name)
  const exact = files.filter((file) => file.name === name)
  const oldest = [...photosByName(exact).values()][0]
  const split = splitMarkedName(named)
  const found = oldest ?? (split ? marked(files, split)[0] : undefined)
  return found ?? (mayBeCut(named) ? photosByName(files).get(named) : undefined)
}

describe('names of photos in a Drive', () => {
  it('gives each photo of any folder a valid name of its own, which leads to its file', () => {
    const id = fc.string({ unit: fc.constantFrom(...'aB3_-'), minLength: 20, maxLength: 20 })
    const stem = fc.oneof(
      fc.constantFrom('x', 'y', 'x (2)', 'x (aaaaaaaa)', '写'.repeat(80), 'long '.repeat(48)),
      fc.string({ minLength: 1, maxLength: 8 }),
    )
    const name = fc
      .tuple(stem, fc.constantFrom('.jpg', '.JPG', '.webp', '.txt'))
      .map(([before, end]) => before + end)
    const files = fc.uniqueArray(fc.tuple(id, name, fc.integer({ min: 0, max: 3 })), {
      selector: ([one]) => one,
      maxLength: 20,
    })
    fc.assert(
      fc.property(files, (all) => {
        const folder = all.map(([one, called, at]) => fileOf(one, called, at))
        // A file that is named like another file with its mark.
        const twin = [...photosByName(folder).entries()].find(([listed, file]) => listed !== file.name)
        if (twin) folder.push(fileOf('id-of-a-file-named-so', twin[0], 9))
        const listed = photosByName(folder)
        expect(listed.size).toBe(folder.filter((file) => isPhotoName(file.name)).length)
        for (const [called, file] of listed) {
          expect(isPhotoName(called)).toBe(true)
          expect(resolve(folder, called)?.id).toBe(file.id)
        }
      }),
    )
  })

  it.each(['x.jpg', 'x (2).jpg', 'x (Ab3_dE-9)', '(Ab3_dE-9).jpg', 'x (Ab3 dE-9).jpg'])(
    'takes %s for no marked name',
    (name) => {
      expect(isPhotoName(name) ? splitMarkedName(name) : null).toBeNull()
    },
  )
})

describe('two photos of one name in a Drive', () => {
  it('shows two files of one name, the oldest under the plain name', async () => {
    const drive = await startDrive()
    const folder = drive.account.folder('Photos')
    const newer = drive.account.put(folder, 'x.jpg', 'newer', { createdTime: 2000 })
    drive.account.put(folder, 'x.jpg', 'older', { createdTime: 1000 })
    drive.account.putDocument(folder, 'document.jpg')
    drive.account.putShortcut(folder, 'shortcut.jpg', newer)
    drive.account.put(folder, 'a/b.jpg', 'no photo name')
    const store = drive.store()
    const second = photo(`x (${newer.slice(-8)}).jpg`)
    const names = (await store.list('root')).photos.map(({ name }) => name)
    expect(names).toEqual([second, 'x.jpg'])
    const contents = await Promise.all(
      [photo('x.jpg'), second].map(async (name) =>
        new Response((await store.read('root', name)).body).text(),
      ),
    )
    expect(contents).toEqual(['older', 'newer'])
    expect(await store.stat('root', second)).toMatchObject({ name: second, size: 5 })
  })

  it('keeps photo and words together when the photo with the plain name leaves', async () => {
    const drive = await startDrive()
    const folder = drive.account.folder('Photos')
    drive.account.put(folder, 'x.jpg', 'older', { createdTime: 1000 })
    const newer = drive.account.put(folder, 'x.jpg', 'newer', { createdTime: 2000 })
    const store = drive.store()
    const second = photo(`x (${newer.slice(-8)}).jpg`)
    await store.writeSidecar('root', photo('x.jpg'), 'words of the older')
    await store.writeSidecar('root', second, 'words of the newer')
    await store.move(photo('x.jpg'), 'root', 'archive')
    const { photos, withSidecar } = await drive.store().list('root')
    expect(photos.map(({ name }) => name)).toEqual([second])
    expect([...withSidecar]).toEqual([second])
    expect((await readableSidecar(store, 'root', second))?.text).toBe('words of the newer')
    expect((await readableSidecar(store, 'archive', photo('x.jpg')))?.text).toBe('words of the older')
  })

  it('finds a photo by its marked name after the other photo has left', async () => {
    const drive = await startDrive()
    const folder = drive.account.folder('Photos')
    const older = drive.account.put(folder, 'x.jpg', 'older', { createdTime: 1000 })
    const newer = drive.account.put(folder, 'x.jpg', 'newer', { createdTime: 2000 })
    drive.account.trash(older)
    const store = drive.store()
    expect((await store.list('root')).photos.map(({ name }) => name)).toEqual(['x.jpg'])
    const second = photo(`x (${newer.slice(-8)}).jpg`)
    expect(await store.move(second, 'root', 'keep')).toBe(second)
    expect(drive.account.paths()).toEqual([`/Photos/keep/${second}`])
  })
})
