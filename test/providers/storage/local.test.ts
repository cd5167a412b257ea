import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parsePhotoName } from '../../../src/ports/photo.ts'
import type { PhotoStore } from '../../../src/ports/storage.ts'
import { createLocalFiles, type LocalFiles } from '../../../src/providers/storage/local/local-files.ts'
import { createLocalStore } from '../../../src/providers/storage/local.ts'
import { withOwnSidecars } from '../../../src/workflow/own-sidecars.ts'
import { describePhotoStore, type OpenStorage } from '../../support/contracts/photo-store.ts'

const paths = { root: '/alice', archive: '/alice/archive', keep: '/alice/keep', remove: '/alice/reject' }

interface OpenLocal extends OpenStorage {
  base: string
}

async function open(): Promise<OpenLocal> {
  const base = await mkdtemp(join(tmpdir(), 'publisher-local-'))
  const make = (files?: LocalFiles) =>
    createLocalStore({
      paths,
      baseDirectory: base,
      // Replaces the signed links, which the runtime creates.
      link: async (folder, name) => JSON.stringify([folder, name]),
      ...(files && { files }),
    })
  const store = make()
  return {
    base,
    store,
    another: () => make(),
    failing(nth) {
      const { files, calls } = failingFiles(nth)
      return { store: make(files), calls }
    },
    waiting: (before) => make(waitingFiles(before)),
    async plant(file, bytes) {
      await mkdir(join(base, 'alice'), { recursive: true })
      await writeFile(join(base, 'alice', file), bytes)
    },
    async fetchLink(link) {
      const [folder, name] = JSON.parse(link)
      const { body } = await store.read(folder, parsePhotoName(name))
      return new Response(body).text()
    },
    [Symbol.asyncDispose]: () => rm(base, { recursive: true, force: true }),
  }
}

/** Disk operations that fail at the nth change, as if the process were killed there. */
function failingFiles(nth: number) {
  const real = createLocalFiles()
  let count = 0
  const counted =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    (...args: A): Promise<R> => {
      count++
      return count === nth ? Promise.reject(new Error('interrupted')) : work(...args)
    }
  const files: LocalFiles = {
    ...real,
    linkIfAbsent: counted(real.linkIfAbsent),
    remove: counted(real.remove),
  }
  return { files, calls: () => count }
}

/** Disk operations that wait for `before` before they read or change the disk. */
function waitingFiles(before: () => Promise<void>): LocalFiles {
  const real = createLocalFiles()
  const waiting =
    <A extends unknown[], R>(work: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      await before()
      return work(...args)
    }
  return {
    ...real,
    stat: waiting(real.stat),
    read: waiting(real.read),
    sameContent: waiting(real.sameContent),
    linkIfAbsent: waiting(real.linkIfAbsent),
    remove: waiting(real.remove),
  }
}

describePhotoStore('the local store', open)

const own = (store: PhotoStore) => withOwnSidecars(store, { now: Date.now })
describePhotoStore(
  'the local store with a sidecar for each photo',
  async () => {
    const storage = await open()
    return {
      ...storage,
      store: own(storage.store),
      another: () => own(storage.another()),
      failing(nth) {
        const { store, calls } = storage.failing(nth)
        return { store: own(store), calls }
      },
      waiting: (before) => own(storage.waiting(before)),
    }
  },
  { takesForms: false },
)

describe('the local store', () => {
  const name = parsePhotoName('a.jpg')

  it('distinguishes a missing folder from an empty folder', async () => {
    await using storage = await open()
    expect(await storage.store.list('root')).toMatchObject({ photos: [], isFolderMissing: true })
    await mkdir(join(storage.base, 'alice'))
    expect(await storage.store.list('root')).not.toHaveProperty('isFolderMissing')
  })

  it('does not follow links out of its folder', async () => {
    await using storage = await open()
    await writeFile(join(storage.base, 'secret.jpg'), 'of another tenant')
    await mkdir(join(storage.base, 'alice'))
    await symlink(join(storage.base, 'secret.jpg'), join(storage.base, 'alice', 'a.jpg'))
    expect((await storage.store.list('root')).photos).toEqual([])
    expect(await storage.store.stat('root', name)).toBeNull()
    await expect(storage.store.read('root', name)).rejects.toMatchObject({ code: 'photo_not_found' })
  })

  it('reports a missing photo when it is moved away before it is read', async () => {
    await using storage = await open()
    await storage.store.upload('root', name, new Blob(['bytes']).stream(), 5)
    let looks = 0
    const store = storage.waiting(async () => {
      if (++looks === 1) return
      await rm(join(storage.base, 'alice', 'a.jpg'))
    })
    await expect(store.read('root', name)).rejects.toMatchObject({ code: 'photo_not_found' })
  })

  it('reads no sidecar when a named pipe has its name', async () => {
    await using storage = await open()
    await storage.store.upload('root', name, new Blob(['bytes']).stream(), 5)
    execFileSync('mkfifo', [join(storage.base, 'alice', 'a.txt')])
    expect(await storage.store.readSidecar('root', name)).toBeNull()
  })

  it('reads no sidecar when its full name is too long for the disk', async () => {
    await using storage = await open()
    const long = parsePhotoName(`${'x'.repeat(251)}.jpg`)
    await storage.store.upload('root', long, new Blob(['bytes']).stream(), 5)
    expect(await storage.store.readSidecar('root', long, 'full')).toBeNull()
  })

  it('refuses a record when it is far too large', async () => {
    await using storage = await open()
    await storage.store.replaceRecord(['ledger', 'x.json'], 'x'.repeat(2 ** 20 + 1))
    await expect(storage.store.readRecord(['ledger', 'x.json'])).rejects.toMatchObject({
      code: 'storage_unavailable',
    })
  })

  it('refuses a folder that is a link out of the base', async () => {
    await using storage = await open()
    await using elsewhere = await open()
    await symlink(elsewhere.base, join(storage.base, 'alice'))
    await expect(storage.store.list('root')).rejects.toMatchObject({ code: 'storage_unavailable' })
  })

  it('refuses a base that is itself a link, dangling or not', async () => {
    await using other = await open()
    await using parent = await open()
    for (const [name, target] of [
      ['alice', other.base],
      ['bob', join(other.base, 'missing')],
    ] as const) {
      await symlink(target, join(parent.base, name))
      const store = createLocalStore({ paths, baseDirectory: join(parent.base, name), link: async () => '' })
      await expect(store.list('root')).rejects.toMatchObject({ code: 'storage_unavailable' })
    }
  })

  it('creates a missing base with the first upload', async () => {
    await using parent = await open()
    const store = createLocalStore({
      paths,
      baseDirectory: join(parent.base, 'alice'),
      link: async () => '',
    })
    expect((await store.list('root')).photos).toEqual([])
    await store.upload('root', name, new Blob(['x']).stream(), 1)
    expect((await store.list('root')).photos).toHaveLength(1)
    expect(await readdir(join(parent.base, 'alice', 'alice'))).toContain(name)
  })

  it('refuses a relative root without a base', async () => {
    const store = createLocalStore({ paths: { ...paths, root: 'alice' }, link: async () => '' })
    await expect(store.list('root')).rejects.toMatchObject({ code: 'storage_unavailable' })
  })

  it('reports an unavailable storage when a file is in the place of its folder', async () => {
    await using storage = await open()
    await writeFile(join(storage.base, 'alice'), 'a file')
    const upload = storage.store.upload('root', name, new Blob(['x']).stream(), 1)
    await expect(upload).rejects.toMatchObject({ code: 'storage_unavailable' })
  })

  it('leaves nothing behind after an upload that breaks off', async () => {
    await using storage = await open()
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(10)),
      pull: (controller) => controller.error(new Error('the client went away')),
    })
    await expect(storage.store.upload('root', name, broken, 100)).rejects.toMatchObject({
      code: 'storage_unavailable',
    })
    expect((await storage.store.list('root')).photos).toEqual([])
  })

  it('refuses an upload that is shorter than announced', async () => {
    await using storage = await open()
    const upload = storage.store.upload('root', name, new Blob(['half']).stream(), 100)
    await expect(upload).rejects.toMatchObject({ code: 'invalid_request' })
    expect((await storage.store.list('root')).photos).toEqual([])
  })
})
