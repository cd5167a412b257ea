import { describe, expect, it } from 'vitest'
import { parsePhotoName as photo } from '../../../../src/ports/photo.ts'
import type { PhotoStore } from '../../../../src/ports/storage.ts'
import { paths, startDrive } from '../../../support/fixtures/gdrive.ts'

const namesIn = async (store: PhotoStore) => (await store.list('root')).photos.map(({ name }) => name)
const put = (store: PhotoStore, name: string) =>
  store.upload('root', photo(name), new Blob(['bytes']).stream(), 5)

describe('folders of a Google Drive', () => {
  it('reports a missing folder, and creates it with the first photo', async () => {
    const drive = await startDrive()
    const store = drive.store()
    expect(await store.list('root')).toMatchObject({ photos: [], isFolderMissing: true })
    await put(store, 'a.jpg')
    expect((await store.list('root')).isFolderMissing).toBeUndefined()
    expect(drive.account.paths()).toEqual(['/Photos/a.jpg'])
  })

  it("shows quoted, long and odd folder names' photos only", async () => {
    const drive = await startDrive()
    const root = "It's \\ a (odd) földer + 写真"
    drive.account.seed(`${root}/a.jpg`, 'x')
    drive.account.seed(`${root.toLowerCase()}/b.jpg`, 'x')
    expect(await namesIn(drive.store({ paths: { ...paths, root } }))).toEqual(['a.jpg'])
  })

  it('merges all folders of one name, and writes into the oldest', async () => {
    let now = 1000
    const drive = await startDrive({ now: () => (now += 1000) })
    const { account } = drive
    const first = account.folder('Photos')
    const second = account.folder('Other')
    account.rename(second, 'Photos')
    account.put(first, 'a.jpg', 'a')
    account.put(second, 'b.jpg', 'b')
    const store = drive.store()
    expect(await namesIn(store)).toEqual(['a.jpg', 'b.jpg'])
    await put(store, 'c.jpg')
    expect(account.itemsIn('Photos').map(({ name }) => name)).toContain('c.jpg')
    expect(await store.move(photo('b.jpg'), 'root', 'keep')).toBe('b.jpg')
    expect(await namesIn(store)).toEqual(['a.jpg', 'c.jpg'])
  })

  it('finds a shared drive, and a folder of another person', async () => {
    const drive = await startDrive()
    const shared = drive.emulator.addSharedDrive('Studio', { [drive.account.email]: 'organizer' })
    shared.seed('2026/a.jpg', 'x')
    const other = drive.emulator.addAccount('bob', 'other-token')
    other.seed('From Bob/b.jpg', 'x')
    other.share(other.folder('From Bob'), drive.account.email, 'writer')
    expect(await namesIn(drive.store({ paths: { ...paths, root: 'Studio/2026' } }))).toEqual(['a.jpg'])
    const ofBob = drive.store({ paths: { ...paths, root: 'From Bob', keep: 'From Bob/keep' } })
    expect(await namesIn(ofBob)).toEqual(['b.jpg'])
    expect(await ofBob.move(photo('b.jpg'), 'root', 'keep')).toBe('b.jpg')
  })

  it('shows My Drive itself for the path /', async () => {
    const drive = await startDrive()
    drive.account.seed('a.jpg', 'x')
    const store = drive.store({ paths: { root: '/', archive: '/archive', keep: '/keep', remove: '/reject' } })
    expect(await namesIn(store)).toEqual(['a.jpg'])
    expect(await store.move(photo('a.jpg'), 'root', 'archive')).toBe('a.jpg')
    expect(drive.account.paths()).toEqual(['/archive/a.jpg'])
  })
})

describe('listings of a Google Drive', () => {
  it('looks again when a folder was deleted and made again', async () => {
    const drive = await startDrive()
    const store = drive.store()
    await put(store, 'a.jpg')
    drive.account.remove(drive.account.folder('Photos'))
    drive.account.seed('Photos/b.jpg', 'x')
    expect(await namesIn(store)).toEqual(['b.jpg'])
    await put(store, 'c.jpg')
    expect(await namesIn(store)).toEqual(['b.jpg', 'c.jpg'])
  })

  it('asks once for the folder, and once for each page', async () => {
    const drive = await startDrive()
    for (let index = 0; index < 30; index++) drive.account.seed(`Photos/${index}.jpg`, 'x')
    const store = drive.store({ pageSize: 10 })
    expect(await namesIn(store)).toHaveLength(30)
    expect(drive.count('files.list')).toBe(4)
    await namesIn(store)
    expect(drive.count('files.list')).toBe(7)
  })

  it('starts a listing over when its page token has died', async () => {
    const drive = await startDrive()
    for (let index = 0; index < 30; index++) drive.account.seed(`Photos/${index}.jpg`, 'x')
    let calls = 0
    drive.emulator.interfere((call) => {
      if (call.route === 'files.list' && ++calls === 3) drive.emulator.expirePages()
      return undefined
    })
    expect(await namesIn(drive.store({ pageSize: 10 }))).toHaveLength(30)
  })
})

describe('the Google Drive store with lagging lists', () => {
  it('shows what this process has just done, although lists lag behind', async () => {
    const drive = await startDrive({ listLag: 50 })
    const store = drive.store()
    await put(store, 'a.jpg')
    await put(store, 'b.jpg')
    expect(await namesIn(store)).toEqual(['a.jpg', 'b.jpg'])
    expect((await put(store, 'a.jpg')).name).toBe('a (2).jpg')
    await store.writeSidecar('root', photo('a.jpg'), 'words', null)
    expect([...(await store.list('root')).withSidecar]).toEqual(['a.jpg'])
    await expect(store.writeSidecar('root', photo('a.jpg'), 'late', null)).rejects.toMatchObject({
      code: 'sidecar_changed',
    })
    await store.move(photo('b.jpg'), 'root', 'archive')
    await store.delete('root', photo('a.jpg'))
    expect(await namesIn(store)).toEqual(['a (2).jpg'])
    expect((await store.list('archive')).photos.map(({ name }) => name)).toEqual(['b.jpg'])
    expect(await store.stat('root', photo('b.jpg'))).toBeNull()
  })

  it('brings back nothing that another process has changed', async () => {
    const drive = await startDrive({ listLag: 50 })
    const [store, another] = [drive.store(), drive.store()]
    await put(store, 'a.jpg')
    await put(store, 'b.jpg')
    drive.emulator.settle()
    await another.delete('root', photo('a.jpg'))
    await another.move(photo('b.jpg'), 'root', 'archive')
    expect(await store.stat('root', photo('a.jpg'))).toBeNull()
    expect(await store.stat('root', photo('b.jpg'))).toBeNull()
    await expect(store.move(photo('b.jpg'), 'root', 'keep')).rejects.toMatchObject({
      code: 'photo_not_found',
    })
    expect(drive.account.paths()).toEqual(['/Photos/archive/b.jpg'])
  })
})
