/** Calls to each storage that a look at photos costs, counted at the wire or at the disk. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { PhotoStore } from '../../src/ports/storage.ts'
import { createLocalFiles, type LocalFiles } from '../../src/providers/storage/local/local-files.ts'
import { createLocalStore } from '../../src/providers/storage/local.ts'
import { startScriptedS3 } from '../support/fakes/scripted-s3.ts'
import { startDropbox } from '../support/fixtures/dropbox.ts'
import { startDyno } from '../support/fixtures/dynos.ts'
import { photo, streamOf } from '../support/fixtures/stored-photos.ts'

interface Counted {
  store: PhotoStore
  /** Names of the calls so far. */
  calls(): string[]
}

async function onS3(): Promise<Counted> {
  const s3 = await startScriptedS3()
  return { store: s3.store(), calls: () => s3.calls.map(({ operation, key }) => `${operation} ${key}`) }
}

async function onDropbox(): Promise<Counted> {
  const dropbox = await startDropbox()
  return { store: dropbox.store(), calls: () => dropbox.emulator.calls.map(({ route }) => route) }
}

async function onDisk(): Promise<Counted> {
  const baseDirectory = await mkdtemp(join(tmpdir(), 'storage-calls-'))
  onTestFinished(() => rm(baseDirectory, { recursive: true, force: true }))
  const done: string[] = []
  const files = createLocalFiles()
  const counted: LocalFiles = {
    ...files,
    names: (path) => note('names', files.names(path)),
    stat: (path) => note('stat', files.stat(path)),
    read: (path) => note('read', files.read(path)),
    readAtMost: (path, most) => note('readAtMost', files.readAtMost(path, most)),
  }
  function note<T>(operation: string, work: Promise<T>): Promise<T> {
    done.push(operation)
    return work
  }
  const paths = { root: '', archive: 'archive', keep: 'keep', remove: 'reject' }
  const link = async () => '/original'
  return { store: createLocalStore({ paths, baseDirectory, link, files: counted }), calls: () => done }
}

async function fill(store: PhotoStore): Promise<void> {
  for (const name of ['a.jpg', 'b.jpg', 'tiny.png']) {
    await store.upload('root', photo(name), streamOf('x'.repeat(600)), 600)
    await store.writeSidecar('root', photo(name), `sd\n\n# ---\n# caption: ${name}\n`)
  }
}

describe.each([
  ['S3', onS3],
  ['Dropbox', onDropbox],
  ['the local disk', onDisk],
])('a gallery on %s', (_, open) => {
  it('calls the storage at most four times for a first look, and reads no original', async () => {
    const { store, calls } = await open()
    await fill(store)
    const before = calls().length
    await startDyno(store).browser().get('/api/images/random')
    const made = calls().slice(before)
    // A disk is examined file by file.
    if (store.provider !== 'local') expect(made.length).toBeLessThanOrEqual(4)
    expect(made.filter((call) => /^read$|^get .*jpg|download.*jpg/.test(call))).toEqual([])
  })

  it('needs no call for warm lists, walks and details of visitors and admins', async () => {
    const { store, calls } = await open()
    await fill(store)
    const dyno = startDyno(store)
    const admin = dyno.browser({ isAdmin: true })
    const visitor = dyno.browser()
    const details = ['a.jpg', 'b.jpg', 'tiny.png'].map((name) => `/api/images/${name}`)
    const looks = ['/api/images/list', '/api/images/random', ...details]
    for (const path of looks) await admin.get(path)
    for (const path of details) await visitor.get(path)
    for (const path of looks)
      for (const browser of [visitor, admin]) {
        const before = calls().length
        await browser.get(path)
        expect([path, calls().slice(before)]).toEqual([path, []])
      }
    const before = calls().length
    await admin.get('/api/library/objects')
    expect(calls().slice(before)).toEqual([])
  })
})
