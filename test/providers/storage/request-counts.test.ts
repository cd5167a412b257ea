import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PublisherError } from '../../../src/base/errors.ts'
import type { PhotoStore } from '../../../src/ports/storage.ts'
import type { RequestClass } from '../../../src/ports/storage-requests.ts'
import { createLocalStore } from '../../../src/providers/storage/local.ts'
import { onCall, refusal, startScriptedS3 } from '../../support/fakes/scripted-s3.ts'
import { startDropbox } from '../../support/fixtures/dropbox.ts'
import { photo, streamOf } from '../../support/fixtures/stored-photos.ts'

/** Returns a counter, with the counts in the order A, B, free. */
function counter() {
  const seen: RequestClass[] = []
  const of = (wanted: RequestClass) => seen.filter((each) => each === wanted).length
  return {
    onRequest: (requestClass: RequestClass) => void seen.push(requestClass),
    seen,
    /** Returns the counts since the last call. */
    take() {
      const counts = [of('A'), of('B'), of('free')]
      seen.length = 0
      return counts
    },
  }
}

const name = photo('a.jpg')

/** Runs one operation of each class. */
async function use(store: PhotoStore): Promise<void> {
  await store.upload('root', name, streamOf('bytes'), 5)
  await store.list('root')
  await (await store.read('root', name)).body.cancel()
  await store.writeSidecar('root', name, '\n\n# ---\n# caption: words\n')
  await store.readSidecar('root', name)
  await store.move(name, 'root', 'archive')
  await store.delete('archive', name)
}

describe('the count of requests to S3', () => {
  it('agrees with the requests that the server sees, by price class', async () => {
    const s3 = await startScriptedS3()
    const { onRequest, take } = counter()
    await use(s3.store({ onRequest }))
    const { count } = s3
    expect(take()).toEqual([
      count('list') + count('put') + count('copy'),
      count('head') + count('get'),
      count('delete'),
    ])
    expect(count('delete')).toBeGreaterThan(0)
  })

  it('counts each retry and refused request', async () => {
    const s3 = await startScriptedS3()
    const { onRequest, take } = counter()
    const store = s3.store({ onRequest })
    s3.script(onCall('list', refusal(503, 'SlowDown'), { times: 2 }))
    await store.list('root')
    expect(take()).toEqual([3, 0, 0])
    s3.script(onCall('head', { kind: 'reset' }))
    await store.stat('root', name)
    expect(take()).toEqual([0, 2, 0])
  })

  it('counts no request that the program itself refuses, and no signed link', async () => {
    const s3 = await startScriptedS3()
    const { onRequest, take } = counter()
    const refused = new PublisherError('endpoint_refused', 'No.')
    const store = s3.store({ onRequest, fetch: () => Promise.reject(refused) })
    await expect(store.list('root')).rejects.toBe(refused)
    expect(take()).toEqual([0, 0, 0])
  })
})

describe('the count of requests to Dropbox', () => {
  it('agrees with the calls that the server sees, by the same meaning', async () => {
    const dropbox = await startDropbox()
    const { onRequest, take } = counter()
    await use(dropbox.store({ onRequest }))
    const reads = /^oauth2\/token$|get_|download/
    const routes = dropbox.emulator.calls.map(({ route }) => route)
    const read = routes.filter((route) => reads.test(route)).length
    const deleted = routes.filter((route) => route.includes('delete')).length
    expect(take()).toEqual([routes.length - read - deleted, read, deleted])
    expect(Math.min(read, deleted, routes.length - read - deleted)).toBeGreaterThan(0)
  })
})

describe('the count of operations of the disk', () => {
  it('counts a listing once, and reads, writes and deletions each', async () => {
    const baseDirectory = await mkdtemp(join(tmpdir(), 'request-counts-'))
    const { onRequest, take } = counter()
    const paths = { root: 'photos', archive: 'archive', keep: 'keep', remove: 'reject' }
    const store = createLocalStore({ paths, baseDirectory, link: async () => '', onRequest })
    for (const each of ['a.jpg', 'b.jpg', 'c.jpg']) await store.upload('root', photo(each), streamOf('x'), 1)
    take()
    await store.list('root')
    expect(take()).toEqual([1, 0, 0])
    await store.stat('root', name)
    expect(take()).toEqual([0, 1, 0])
    await use(store)
    expect(Math.min(...take())).toBeGreaterThan(0)
  })
})
