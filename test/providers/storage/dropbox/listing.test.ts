import { describe, expect, it } from 'vitest'
import { malformed, onCall, rateLimited } from '../../../../dev/emulators/dropbox/faults.ts'
import type { Folder } from '../../../../src/ports/photo.ts'
import { paths, startDropbox } from '../../../support/fixtures/dropbox.ts'
import { rejection } from '../../../support/fixtures/rejections.ts'
import { photo, streamOf } from '../../../support/fixtures/stored-photos.ts'

describe('the listing of a Dropbox folder', () => {
  it('reads all pages, including empty pages before the last', async () => {
    const dropbox = await startDropbox({ pageSize: 3, emptyPages: 2 })
    const names = Array.from({ length: 10 }, (_, index) => `photo ${index}.jpg`)
    for (const name of names) await dropbox.account.seed(`/Photos/${name}`, name)
    const listing = await dropbox.store().list('root')
    expect(listing.photos.map((entry) => entry.name)).toEqual(names)
    expect(dropbox.count('files/list_folder/continue')).toBe(5)
  })

  it('lists photos, finds sidecars in any case, and ignores all other files', async () => {
    const dropbox = await startDropbox()
    for (const name of ['a.JPG', 'A.txt', 'b.webp', 'c.png', 'C.TXT', 'd.txt', 'notes.md', '.hidden.jpg']) {
      await dropbox.account.seed(`/Photos/${name}`, name)
    }
    await dropbox.account.seed('/Photos/folder.jpg/inner.jpg', 'a folder may be called so')
    await dropbox.account.seed('/Photos/b.txt/inner.md', 'a folder is no sidecar')
    const listing = await dropbox.store().list('root')
    expect(listing.photos.map((entry) => entry.name)).toEqual(['a.JPG', 'b.webp', 'c.png'])
    expect([...listing.withSidecar].sort()).toEqual(['a.JPG', 'c.png'])
  })

  it('lists the size, the time and the content hash of the bytes', async () => {
    const dropbox = await startDropbox({ now: () => Date.parse('2026-01-02T03:04:05Z') })
    await dropbox.account.seed('/Photos/empty.jpg', '')
    await dropbox.account.seed('/Photos/b.jpg', 'bytes')
    const { photos } = await dropbox.store().list('root')
    expect(photos).toEqual([
      expect.objectContaining({ size: 5, modifiedAt: new Date('2026-01-02T03:04:05Z') }),
      expect.objectContaining({
        contentHash: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      }),
    ])
  })

  it.each<[string, string]>([
    ['/', '/archive'],
    ['Photos', '/Photos/archive'],
    ['/Photos/', '/Photos/archive'],
  ])('accepts %j as the configured root', async (root, archive) => {
    const dropbox = await startDropbox()
    const folder = root.replaceAll('/', '')
    await dropbox.account.seed(`${folder ? `/${folder}` : ''}/a.jpg`, 'a')
    await dropbox.account.seed(`${archive}/b.jpg`, 'b')
    const store = dropbox.store({ paths: { ...paths, root, archive } })
    expect((await store.list('root')).photos).toHaveLength(1)
    expect((await store.list('archive')).photos).toHaveLength(1)
  })

  it('distinguishes a missing folder from an empty folder, and fails for a file in its place', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/keep', 'a file')
    const store = dropbox.store()
    await expect(store.list('archive')).resolves.toMatchObject({ photos: [], isFolderMissing: true })
    const error = await rejection(store.list('keep'))
    expect(error).toMatchObject({ code: 'storage_unavailable', message: expect.stringMatching(/configur/) })
  })

  it('lists each folder once for concurrent callers, and returns a copy to each', async () => {
    const dropbox = await startDropbox({ refuseParallelListings: true })
    await dropbox.account.seed('/Photos/a.jpg', 'a')
    const store = dropbox.store()
    const folders: Folder[] = ['root', 'root', 'archive', 'root']
    const [first, second] = await Promise.all(folders.map((folder) => store.list(folder)))
    expect(dropbox.count('files/list_folder')).toBe(2)
    first?.photos.pop()
    expect(second?.photos).toHaveLength(1)
  })

  it('never returns a listing that began before the caller’s own upload ended', async () => {
    const dropbox = await startDropbox({ refuseParallelListings: true })
    const gate = Promise.withResolvers<void>()
    const store = dropbox.store()
    dropbox.emulator.interfere(
      onCall('files/list_folder', { kind: 'hold-tail', afterBytes: 5, until: gate.promise }),
    )
    const early = store.list('root')
    await expect
      .poll(() => dropbox.emulator.calls)
      .toContainEqual(expect.objectContaining({ route: 'files/list_folder', status: expect.any(Number) }))
    await store.upload('root', photo('new.jpg'), streamOf('new'), 3)
    const late = store.list('root')
    gate.resolve()
    expect((await early).photos).toEqual([])
    expect((await late).photos.map((entry) => entry.name)).toEqual(['new.jpg'])
  })

  it('reflects changes between pages', async () => {
    const dropbox = await startDropbox({ pageSize: 1 })
    for (const name of ['a', 'b', 'c']) await dropbox.account.seed(`/Photos/${name}.jpg`, name)
    dropbox.emulator.interfere((call) => {
      if (call.route === 'files/list_folder/continue') dropbox.account.remove('/Photos/b.jpg')
      return undefined
    })
    const { photos } = await dropbox.store().list('root')
    expect(photos.map((entry) => entry.name)).toEqual(['a.jpg', 'c.jpg'])
  })

  it('restarts a listing when Dropbox invalidates the cursor, but not for ever', async () => {
    const dropbox = await startDropbox({ pageSize: 1 })
    for (const name of ['a', 'b']) await dropbox.account.seed(`/Photos/${name}.jpg`, name)
    const reset = {
      kind: 'answer',
      status: 409,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ error_summary: 'reset/...', error: { '.tag': 'reset' } }),
    } as const
    dropbox.emulator.interfere(onCall('files/list_folder/continue', reset))
    expect((await dropbox.store().list('root')).photos).toHaveLength(2)
    dropbox.emulator.interfere(onCall('files/list_folder/continue', reset, { times: 99 }))
    await expect(dropbox.store().list('root')).rejects.toMatchObject({ code: 'storage_unavailable' })
  })

  it('reads a page again after a lost answer, without losing or duplicating a photo', async () => {
    const dropbox = await startDropbox({ pageSize: 1 })
    for (const name of ['a', 'b', 'c']) await dropbox.account.seed(`/Photos/${name}.jpg`, name)
    dropbox.emulator.interfere(onCall('files/list_folder/continue', { kind: 'answer-lost' }))
    expect((await dropbox.store().list('root')).photos).toHaveLength(3)
  })

  it('waits as long as Dropbox asks', async () => {
    const dropbox = await startDropbox()
    dropbox.emulator.interfere(onCall('files/list_folder', rateLimited(1)))
    await dropbox.store().list('root')
    const [first, second] = dropbox.emulator.calls.filter((call) => call.route === 'files/list_folder')
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(1000)
  })

  it('fails at once with the time to retry when Dropbox asks for a pause that is too long', async () => {
    const dropbox = await startDropbox()
    dropbox.emulator.interfere(onCall('files/list_folder', rateLimited(300)))
    const error = await rejection(dropbox.store().list('root'))
    expect(error).toMatchObject({ code: 'storage_unavailable', retryAfterMs: 300_000 })
    expect(dropbox.count('files/list_folder')).toBe(1)
  })

  it.each([
    ['HTML', '<html>captive portal</html>'],
    ['empty', ''],
    ['an array', '[]'],
    ['an object without entries', '{"cursor":"c","has_more":false}'],
    ['an object without a cursor', '{"entries":[],"has_more":true}'],
    [
      'a file without its fields',
      '{"entries":[{".tag":"file","name":"a.jpg"}],"cursor":"c","has_more":false}',
    ],
    ['a list with entries that are not objects', '{"entries":[null,7],"cursor":"c","has_more":false}'],
  ])('reports an unavailable storage when the answer is %s', async (_, body) => {
    const dropbox = await startDropbox()
    dropbox.emulator.interfere(onCall('files/list_folder', malformed(body), { times: 9 }))
    await expect(dropbox.store().list('root')).rejects.toMatchObject({ code: 'storage_unavailable' })
  })

  it('ignores entries of unknown kinds', async () => {
    const dropbox = await startDropbox()
    const entries = [{ '.tag': 'hologram', name: 'a.jpg', path_lower: '/photos/a.jpg' }]
    const page = malformed(JSON.stringify({ entries, cursor: 'c', has_more: false }))
    dropbox.emulator.interfere(onCall('files/list_folder', page))
    await expect(dropbox.store().list('root')).resolves.toMatchObject({ photos: [] })
  })
})
