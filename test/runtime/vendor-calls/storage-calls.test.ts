import { afterEach, describe, expect, it, vi } from 'vitest'
import { PublisherError } from '../../../src/base/errors.ts'
import type { PhotoContent, PhotoStore } from '../../../src/ports/storage.ts'
import { unlessBroken } from '../../../src/runtime/vendor-calls/broken-stream.ts'
import { publisherCalls } from '../../../src/runtime/vendor-calls/publisher-calls.ts'
import { storageCalls } from '../../../src/runtime/vendor-calls/storage-calls.ts'
import { withOwnSidecars } from '../../../src/workflow/own-sidecars.ts'
import { photoFolder } from '../../support/fixtures/publishing.ts'
import { photo, scene as publishScene } from '../../support/fixtures/scripted-platforms.ts'
import { vendorCalls } from '../../support/fixtures/vendor-calls.ts'

const outage = () => new PublisherError('storage_unavailable', 'Away.', { isOutage: true })
const never = new Promise<never>(() => undefined)
const turn = () => new Promise((resolve) => setImmediate(resolve))

/** Creates a store on disk behind its layers. A test can replace single functions of the store. */
async function scene() {
  const folder = await photoFolder()
  const clock = { now: 1_000_000 }
  const { limits, events } = vendorCalls(() => clock.now)
  const inner: PhotoStore = { ...folder.open() }
  const calls: string[] = []
  const watched = new Proxy(inner, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...parameters: unknown[]) => {
        calls.push(String(name))
        return Reflect.get(target, name).apply(target, parameters)
      }
    },
  })
  const store = storageCalls(watched, limits).store
  return {
    inner,
    store,
    calls,
    events,
    clock,
    async goDown() {
      const { stat } = inner
      inner.stat = async () => Promise.reject(outage())
      for (let i = 0; i < 5; i++) await store.stat('root', photo).catch(() => undefined)
      inner.stat = stat
      calls.length = 0
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}

afterEach(() => void vi.useRealTimers())

const key = ['ledger', 'a.json']
const body = () => new Blob(['new']).stream()
const calls: Record<string, (store: PhotoStore) => Promise<unknown>> = {
  list: (store) => store.list('root'),
  stat: (store) => store.stat('root', photo),
  read: async (store) => (await store.read('root', photo)).body.cancel(),
  temporaryLink: (store) => store.temporaryLink('root', photo),
  readSidecar: (store) => store.readSidecar('root', photo),
  readRecord: (store) => store.readRecord(key),
  listRecords: (store) => store.listRecords(['ledger']),
  readOwnFile: (store) => store.readOwnFile(['logo.png']),
  readXmp: (store) => store.readXmp('root', photo, 'stem'),
  canCreateAtomically: (store) => store.canCreateAtomically(),
  readPreview: (store) => store.readPreview('a1b2c3d4', 'w256h256.webp'),
  writePreview: (store) => store.writePreview('a1b2c3d4', 'w256h256.webp', new Uint8Array(3)),
  listPreviewFolders: (store) => store.listPreviewFolders(),
  deletePreviewFolder: (store) => store.deletePreviewFolder('a1b2c3d4'),
  upload: (store) => store.upload('root', photo, body(), 3),
  createRecord: (store) => store.createRecord(key, 'claim'),
  addRecord: (store) => store.addRecord(key, 'claim'),
  move: (store) => store.move(photo, 'root', 'archive'),
  delete: (store) => store.delete('root', photo),
  writeSidecar: (store) => store.writeSidecar('root', photo, 'words'),
  writeXmp: (store) => store.writeXmp('root', photo, 'stem', new Uint8Array(3), null),
  replaceRecord: (store) => store.replaceRecord(key, 'receipt'),
  deleteRecord: (store) => store.deleteRecord(key),
}
const refused = [
  'list',
  'stat',
  'read',
  'temporaryLink',
  'readSidecar',
  'readRecord',
  'listRecords',
  'readOwnFile',
  'readXmp',
  'canCreateAtomically',
  'readPreview',
  'writePreview',
  'listPreviewFolders',
  'deletePreviewFolder',
]
const begins = ['upload', 'createRecord', 'addRecord']
const tried = ['move', 'delete', 'writeSidecar', 'writeXmp', 'replaceRecord', 'deleteRecord']

describe('a storage that is down', () => {
  it('covers every function of the storage port in these tests', async () => {
    await using open = await scene()
    const functions = Object.entries(open.inner).flatMap(([name, member]) =>
      typeof member === 'function' ? [name] : [],
    )
    expect([...refused, ...begins, ...tried].sort()).toEqual(functions.sort())
  })

  it.each([...refused, ...begins])(
    'refuses %s with a Retry-After before it reaches the vendor',
    async (name) => {
      await using open = await scene()
      await open.goDown()
      open.clock.now += 4000
      await expect(calls[name]?.(open.store)).rejects.toMatchObject({
        code: 'storage_unavailable',
        retryAfterMs: 6000,
      })
      expect(open.calls).toEqual([])
      expect(open.events).toEqual(['local open', 'local vendor_down'])
    },
  )

  it.each(tried)('still runs %s, which may finish a longer operation', async (name) => {
    await using open = await scene()
    await open.goDown()
    await calls[name]?.(open.store)
    expect(open.calls).toEqual([name])
    // The answer proves that the storage is back, so the breaker closes.
    expect(open.events).toEqual(['local open', 'local closed'])
  })

  it('sends one probe to a storage that is down, and all calls once the probe is answered', async () => {
    await using open = await scene()
    await open.goDown()
    open.clock.now += 10_000
    await open.store.list('root')
    await open.store.list('root')
    expect(open.events).toEqual(['local open', 'local half_open', 'local closed'])
  })

  it.each<[string, () => PublisherError]>([
    ['a missing photo', () => new PublisherError('photo_not_found', 'None.')],
    [
      'a request for a pause',
      () => new PublisherError('storage_unavailable', 'Pause.', { retryAfterMs: 9000 }),
    ],
    ['refused credentials', () => new PublisherError('credentials_rejected', 'Refused.')],
    ['an outage of the orchestrator', () => new PublisherError('credentials_unavailable', 'Away.')],
  ])('does not treat a storage as down after %s', async (_, error) => {
    await using open = await scene()
    open.inner.stat = async () => Promise.reject(error())
    for (let i = 0; i < 20; i++) await open.store.stat('root', photo).catch(() => undefined)
    expect(open.events).toEqual([])
  })
})

describe('a storage that signs links locally', () => {
  it('leaves the breaker unchanged when a link is made', async () => {
    await using open = await scene()
    open.inner.stat = async () => Promise.reject(outage())
    for (let i = 0; i < 5; i++) {
      await open.store.stat('root', photo).catch(() => undefined)
      if (i < 4) await open.store.temporaryLink('root', photo)
    }
    open.clock.now += 10_000
    await open.store.temporaryLink('root', photo)
    expect(open.events).toEqual(['local open', 'local half_open', 'local open'])
  })
})

describe('a storage that hangs', () => {
  it('sends at most 16 calls at once and refuses calls beyond a full queue with busy', async () => {
    await using open = await scene()
    open.inner.stat = () => never
    const asked = Array.from({ length: 216 }, () => open.store.stat('root', photo))
    await turn()
    expect(open.calls).toHaveLength(16)
    await expect(open.store.stat('root', photo)).rejects.toMatchObject({
      code: 'busy',
      retryAfterMs: expect.any(Number),
    })
    expect(open.events).toEqual(['local line_full'])
    for (const call of asked) call.catch(() => undefined)
  })

  it('delays neither a receipt nor the release of a claim', async () => {
    await using open = await scene()
    open.inner.stat = () => never
    for (let i = 0; i < 300; i++) open.store.stat('root', photo).catch(() => undefined)
    await turn()
    await open.store.replaceRecord(key, 'receipt')
    expect((await open.inner.readRecord(key))?.text).toBe('receipt')
    await open.store.deleteRecord(key)
    expect(await open.inner.readRecord(key)).toBeNull()
  })

  it('fails reads at their deadline, opens the breaker after five, and releases late answers', async () => {
    await using open = await scene()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const late = Promise.withResolvers<PhotoContent>()
    open.inner.read = () => late.promise
    const reads = Array.from({ length: 5 }, () => open.store.read('root', photo))
    const ends = Promise.allSettled(reads)
    await vi.advanceTimersByTimeAsync(75_000)
    expect((await ends).map(({ status }) => status)).toEqual(Array(5).fill('rejected'))
    await expect(reads[0]).rejects.toMatchObject({ code: 'storage_unavailable' })
    expect(open.events).toEqual(['local open'])
    const cancel = vi.fn()
    const entry = { name: photo, size: 1, modifiedAt: new Date(0), contentHash: '' }
    late.resolve({ entry, body: new ReadableStream({ cancel }) })
    await vi.advanceTimersByTimeAsync(1)
    expect(cancel).toHaveBeenCalled()
  })

  it('does not abort changes, but frees their slots after the deadline', async () => {
    await using open = await scene()
    const moving = Promise.withResolvers<typeof photo>()
    open.inner.move = () => moving.promise
    const moves = Array.from({ length: 16 }, () => open.store.move(photo, 'root', 'keep'))
    await turn()
    open.clock.now += 75_000
    await expect(open.store.stat('root', photo)).resolves.toMatchObject({ name: photo })
    moving.resolve(photo)
    expect(await Promise.all(moves)).toEqual(Array(16).fill(photo))
  })
})

describe('the body of an original', () => {
  it('fails an original with storage_unavailable when it breaks off, but keeps an error with a code', async () => {
    const cut = new PublisherError('busy', 'Replaced.')
    for (const [cause, code] of [
      [new TypeError('terminated'), 'storage_unavailable'],
      [cut, 'busy'],
    ] as const) {
      const body = new ReadableStream<Uint8Array>({ start: (controller) => controller.error(cause) })
      const reader = unlessBroken(
        body,
        (error) => new PublisherError('storage_unavailable', 'Away.', { cause: error }),
      ).getReader()
      await expect(reader.read()).rejects.toMatchObject({ code })
    }
  })

  it('never fails an original while chunks arrive, but does when it stalls', async () => {
    await using open = await scene()
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const cancel = vi.fn()
    let pieces = 0
    open.inner.read = async () => ({
      entry: { name: photo, size: 20, modifiedAt: new Date(0), contentHash: '' },
      body: new ReadableStream<Uint8Array>(
        {
          async pull(controller) {
            pieces += 1
            if (pieces > 20) await never
            await new Promise((resolve) => setTimeout(resolve, 29_000))
            controller.enqueue(new Uint8Array(1))
          },
          cancel,
        },
        { highWaterMark: 0 },
      ),
    })
    const reader = (await open.store.read('root', photo)).body.getReader()
    for (let piece = 0; piece < 20; piece++) {
      const next = reader.read()
      await vi.advanceTimersByTimeAsync(29_000)
      expect((await next).done).toBe(false)
      // A slow reader does not count as silence of the storage.
      await vi.advanceTimersByTimeAsync(120_000)
    }
    const stalled = expect(reader.read()).rejects.toMatchObject({ code: 'storage_unavailable' })
    await vi.advanceTimersByTimeAsync(30_000)
    await stalled
    expect(cancel).toHaveBeenCalled()
  })

  it('cancels the source of an original when the reader cancels', async () => {
    await using open = await scene()
    const cancel = vi.fn()
    const entry = { name: photo, size: 1, modifiedAt: new Date(0), contentHash: '' }
    open.inner.read = async () => ({ entry, body: new ReadableStream({ cancel }) })
    await (await open.store.read('root', photo)).body.cancel()
    expect(cancel).toHaveBeenCalled()
  })
})

describe('publishing behind a breaker', () => {
  /** Publishes while the storage's breaker opens at the nth call, and once more when it has closed again. */
  async function publishTwice(nth: number) {
    const open = await publishScene()
    await using folder = open.folder
    const { limits, events } = vendorCalls(() => open.clock.time)
    const inner = folder.open()
    let [made, isDown] = [0, false]
    let tripped: Promise<void> | undefined
    async function trip() {
      isDown = true
      for (let i = 0; i < 5; i++) await store.list('root').catch(() => undefined)
      isDown = false
    }
    const tripping: PhotoStore = new Proxy(inner, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return async (...parameters: unknown[]) => {
          if (isDown) throw outage()
          made += 1
          if (made === nth) {
            tripped = trip()
            await tripped
          }
          return member.apply(target, parameters)
        }
      },
    })
    const store = storageCalls(tripping, limits).store
    await open.publish({}, { store }).catch(() => undefined)
    // A publish that fails at one call does not wait for the other calls of that time.
    await tripped
    const isReached = made >= nth
    made = Number.POSITIVE_INFINITY
    open.clock.time += 10_000
    const second = await open.publish({}, { store })
    return {
      second,
      isReached,
      events,
      telegram: open.telegram,
      email: open.email,
    }
  }

  it('sends each photo to each platform exactly once, even if the breaker opens at any call', async () => {
    let reached = 0
    for (let nth = 1; ; nth++) {
      const { second, isReached, telegram, email, events } = await publishTwice(nth)
      if (!isReached) break
      reached = nth
      expect([nth, telegram.posts.length, email.posts.length]).toEqual([nth, 1, 1])
      expect([nth, second.archived, second.anySuccess]).toEqual([nth, true, true])
      expect(events).toContain('local open')
    }
    expect(reached).toBeGreaterThan(8)
  })

  it('moves and deletes a photo with its own sidecar although the breaker is open', async () => {
    await using open = await scene()
    const { inner, clock } = open
    const { limits } = vendorCalls(() => clock.now)
    const { store, whenChanging } = storageCalls(inner, limits)
    const own = withOwnSidecars(store, { now: () => clock.now, whenChanging })
    await inner.writeSidecar('root', photo, 'words')
    async function goDown() {
      const { stat } = inner
      inner.stat = async () => Promise.reject(outage())
      for (let i = 0; i < 5; i++) await store.stat('root', photo).catch(() => undefined)
      inner.stat = stat
      await expect(store.stat('root', photo)).rejects.toMatchObject({ code: 'storage_unavailable' })
    }
    await goDown()
    const moved = await own.move(photo, 'root', 'keep')
    await goDown()
    expect(await own.delete('keep', moved)).toEqual({ deleted: true, sidecarDeleted: true })
  })

  it('keeps the receipt and archives the photo although the breaker opened while it was being sent', async () => {
    const open = await publishScene()
    await using folder = open.folder
    const { limits, events } = vendorCalls(() => open.clock.time)
    const inner: PhotoStore = { ...folder.open() }
    const store = storageCalls(inner, limits).store
    const publisher = {
      ...open.telegram,
      async publish(...post: Parameters<typeof open.telegram.publish>) {
        const { list } = inner
        inner.list = async () => Promise.reject(outage())
        for (let i = 0; i < 5; i++) await store.list('root').catch(() => undefined)
        inner.list = list
        await expect(store.list('root')).rejects.toMatchObject({ code: 'storage_unavailable' })
        return open.telegram.publish(...post)
      },
    }
    const result = await open.publish({}, { store, publishers: [publisher] })
    expect(result).toMatchObject({ results: { telegram: { success: true } }, archived: true })
    expect(result.results.telegram).not.toHaveProperty('warning')
    expect(events.slice(0, 2)).toEqual(['local open', 'local vendor_down'])
  })

  it('refuses a platform that is down without a call, releases the claim, and publishes once later', async () => {
    const open = await publishScene()
    await using _ = open.folder
    const { limits, events } = vendorCalls(() => open.clock.time)
    const publishers = [
      { ...publisherCalls(open.telegram, { ...limits, vendor: 'telegram' }), channel: open.telegram.channel },
      { ...publisherCalls(open.email, { ...limits, vendor: 'smtp' }), channel: open.email.channel },
    ]
    const error = new PublisherError('publish_unavailable', 'Away.', { isOutage: true })
    open.telegram.script.push(...Array.from({ length: 5 }, () => ({ error, arrives: false })))
    const publish = () => open.publish({ platforms: ['telegram'] }, { publishers })
    for (let i = 0; i < 5; i++) await publish()
    const refused = await publish()
    expect(refused.results.telegram).toMatchObject({ success: false, code: 'publish_unavailable' })
    expect(refused.results.telegram?.error).toContain('Nothing was sent')
    expect(events).toEqual(['telegram open', 'telegram vendor_down'])
    // Another platform is another vendor.
    const other = await open.publish({ platforms: ['email'] }, { publishers })
    expect(other.results.email).toMatchObject({ success: true })
    open.clock.time += 10_000
    expect((await publish()).results.telegram).toMatchObject({ success: true, postId: 'telegram-1' })
    expect((await publish()).results.telegram).toMatchObject({ skipped: 'duplicate' })
    expect(open.telegram.posts).toHaveLength(1)
  })
})
