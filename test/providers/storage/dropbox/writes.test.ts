import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { onCall, rateLimited, refusedWith, serverError } from '../../../../dev/emulators/dropbox/faults.ts'
import { parsePhotoName, sidecarName } from '../../../../src/ports/photo.ts'
import { sealed, unsealed } from '../../../../src/providers/storage/dropbox/seal.ts'
import { quickRetry, startDropbox } from '../../../support/fixtures/dropbox.ts'
import { rejection } from '../../../support/fixtures/rejections.ts'
import { photo, readableSidecar, streamOf } from '../../../support/fixtures/stored-photos.ts'

const mebibyte = 1024 * 1024
const sessionRoutes = [
  'files/upload_session/start',
  'files/upload_session/append_v2',
  'files/upload_session/finish',
]

describe('an upload to Dropbox', () => {
  it('sends large photos in pieces, independent of their chunks', async () => {
    const dropbox = await startDropbox()
    const bytes = Uint8Array.from({ length: 17 * mebibyte + 3 }, (_, index) => index % 251)
    const chunks = [bytes.subarray(0, 1), bytes.subarray(1, 9 * mebibyte), bytes.subarray(9 * mebibyte)]
    const entry = await dropbox.store().upload('root', photo('a.jpg'), streamOf(...chunks), bytes.length)
    expect(entry.size).toBe(bytes.length)
    const stored = await dropbox.account.bytes('/Photos/a.jpg')
    expect(Buffer.compare(stored ?? new Uint8Array(), bytes)).toBe(0)
    expect(sessionRoutes.map(dropbox.count)).toEqual([1, 2, 1])
  })

  it('sends a photo up to the size of a piece in a single call', async () => {
    const dropbox = await startDropbox()
    for (const [index, size] of [0, 3, 8 * mebibyte].entries()) {
      const bytes = new Uint8Array(size).fill(7)
      const entry = await dropbox.store().upload('root', photo(`${index}.jpg`), streamOf(bytes), size)
      expect(entry).toMatchObject({ name: `${index}.jpg`, size })
      expect((await dropbox.account.bytes(`/Photos/${index}.jpg`))?.length).toBe(size)
    }
    expect([dropbox.count('files/upload'), ...sessionRoutes.map(dropbox.count)]).toEqual([3, 0, 0, 0])
  })

  it('sends the first piece before the last piece has arrived', async () => {
    const dropbox = await startDropbox()
    const tail = Promise.withResolvers<void>()
    dropbox.emulator.interfere((call) => {
      if (call.route === 'files/upload_session/start') tail.resolve()
      return undefined
    })
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        controller.enqueue(new Uint8Array(9 * mebibyte))
        await tail.promise
        controller.enqueue(new Uint8Array(1))
        controller.close()
      },
    })
    const entry = await dropbox.store().upload('root', photo('a.jpg'), body, 9 * mebibyte + 1)
    expect(entry.size).toBe(9 * mebibyte + 1)
  })

  it.each([0, 1, 4 * mebibyte, 8 * mebibyte, 8 * mebibyte + 1])(
    'stores %d bytes with the right hash',
    async (size) => {
      const dropbox = await startDropbox()
      const entry = await dropbox.store().upload('root', photo('a.jpg'), streamOf(new Uint8Array(size)), size)
      expect((await dropbox.account.bytes('/Photos/a.jpg'))?.length).toBe(size)
      expect(entry.contentHash).toMatch(/^[0-9a-f]{64}$/)
    },
  )

  it.each([
    ['too long', 2],
    ['too short', 9],
    ['not empty as announced', 0],
  ])('stores nothing of a body that is %s', async (_, size) => {
    const dropbox = await startDropbox()
    const upload = dropbox.store().upload('root', photo('a.jpg'), streamOf('bytes'), size)
    await expect(upload).rejects.toMatchObject({ code: 'invalid_request' })
    expect(dropbox.account.paths()).toEqual([])
  })

  it('stores nothing of a body that breaks off, and passes on its error', async () => {
    const dropbox = await startDropbox()
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(5)),
      pull: (controller) => controller.error(new Error('the client went away')),
    })
    const error = await rejection(dropbox.store().upload('root', photo('a.jpg'), body, 9))
    expect(error).toMatchObject({ message: 'the client went away' })
    expect(dropbox.account.paths()).toEqual([])
  })

  it('stops reading a body that never ends', async () => {
    const dropbox = await startDropbox()
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(mebibyte)),
      cancel() {
        cancelled = true
      },
    })
    await rejection(dropbox.store().upload('root', photo('a.jpg'), body, 3 * mebibyte))
    expect(cancelled).toBe(true)
  })

  it.each([
    ['a photo', 'a.jpg'],
    ['a photo in another case', 'A.JPG'],
    ['an unrelated caption', 'a.txt'],
  ])('numbers an upload and overwrites nothing when %s has the name', async (_, taken) => {
    const dropbox = await startDropbox()
    await dropbox.account.seed(`/Photos/${taken}`, 'old')
    const entry = await dropbox.store().upload('root', photo('a.jpg'), streamOf('new'), 3)
    expect(entry.name).toBe('a (2).jpg')
    expect(await dropbox.account.text(`/Photos/${taken}`)).toBe('old')
  })

  it('gives each of many uploads with the same name a different name', async () => {
    const dropbox = await startDropbox()
    const stores = [dropbox.store(), dropbox.store()]
    const entries = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        stores[index % 2]?.upload('root', photo('a.jpg'), streamOf(`${index}`), 1),
      ),
    )
    expect(new Set(entries.map((entry) => entry?.name)).size).toBe(8)
    expect(dropbox.account.paths()).toHaveLength(8)
  })

  it.each([
    { kind: 'answer-lost' } as const,
    { kind: 'answer-lost', status: 502 } as const,
    { kind: 'reset' } as const,
    rateLimited(0, 'too_many_write_operations'),
    refusedWith('too_many_write_operations'),
    serverError(),
  ])('stores the photo once despite $kind $status at every step', async (fault) => {
    for (const size of [3, 9 * mebibyte]) {
      const dropbox = await startDropbox()
      for (const route of [...sessionRoutes, 'files/upload']) dropbox.emulator.interfere(onCall(route, fault))
      const entry = await dropbox.store().upload('root', photo('a.jpg'), streamOf(new Uint8Array(size)), size)
      expect(entry).toMatchObject({ name: 'a.jpg', size })
      expect(dropbox.account.paths()).toEqual(['/Photos/a.jpg'])
    }
  })

  it('renews its token in the middle of a photo', async () => {
    const dropbox = await startDropbox()
    let pieces = 0
    dropbox.emulator.interfere((call) => {
      if (call.route !== 'files/upload_session/append_v2') return undefined
      pieces += 1
      if (pieces === 1) dropbox.account.expireAccessTokens()
      return undefined
    })
    const size = 9 * mebibyte
    const store = dropbox.store({ retry: { ...quickRetry, attempts: 1 } })
    await store.upload('root', photo('a.jpg'), streamOf(new Uint8Array(size)), size)
    expect([pieces, dropbox.count('oauth2/token')]).toEqual([2, 2])
    expect((await dropbox.account.bytes('/Photos/a.jpg'))?.length).toBe(size)
  })

  it('reports that the account is full', async () => {
    for (const [route, size] of [
      ['files/upload', 1],
      ['files/upload_session/finish', 9 * mebibyte],
    ] as const) {
      const dropbox = await startDropbox()
      dropbox.emulator.interfere(onCall(route, refusedWith('path', 'insufficient_space')))
      const uploading = dropbox.store().upload('root', photo('a.jpg'), streamOf(new Uint8Array(size)), size)
      expect(await rejection(uploading)).toMatchObject({
        code: 'storage_unavailable',
        message: expect.stringMatching(/full/),
      })
    }
  })
})

describe('the writes of a Dropbox store', () => {
  it('runs writes one after another, so that Dropbox has no reason to refuse them', async () => {
    const dropbox = await startDropbox({ refuseParallelWrites: true })
    const store = dropbox.store({ retry: { ...quickRetry, attempts: 1 } })
    for (const name of ['a', 'b', 'c']) await dropbox.account.seed(`/Photos/${name}.jpg`, name)
    await Promise.all([
      store.move(photo('a.jpg'), 'root', 'archive'),
      store.delete('root', photo('b.jpg')),
      store.writeSidecar('root', photo('c.jpg'), 'caption'),
      store.createRecord(['ledger', 'x.json'], '{}'),
      store.upload('root', photo('d.jpg'), streamOf('d'), 1),
    ])
    expect(dropbox.emulator.calls.filter((call) => call.status === 429)).toEqual([])
  })

  it('completes the writes of two processes, although Dropbox refuses some', async () => {
    const dropbox = await startDropbox({ refuseParallelWrites: true })
    const retry = { ...quickRetry, attempts: 8 }
    const stores = [dropbox.store({ retry }), dropbox.store({ retry })]
    await Promise.all(
      stores.map((store, index) => store.writeSidecar('root', photo(`${index}.jpg`), 'caption')),
    )
    expect(dropbox.account.paths()).toEqual(['/Photos/0.txt', '/Photos/1.txt'])
  })

  it('continues with the next write when a write hangs', async () => {
    const dropbox = await startDropbox()
    const retry = { ...quickRetry, attempts: 1, attemptTimeoutMs: 60_000, deadlineMs: 3000 }
    const store = dropbox.store({ retry })
    await store.list('root')
    dropbox.emulator.interfere(({ paths }) =>
      paths[0] === '/Photos/a.txt' ? { kind: 'hold', until: new Promise(() => {}) } : undefined,
    )
    const hanging = rejection(store.writeSidecar('root', photo('a.jpg'), 'one'))
    await store.writeSidecar('root', photo('b.jpg'), 'two')
    expect(await hanging).toMatchObject({ code: 'storage_unavailable' })
  })
})

describe('a sidecar in Dropbox', () => {
  it('writes a sidecar only if it still has the revision that was read', async () => {
    const dropbox = await startDropbox()
    const store = dropbox.store()
    await store.writeSidecar('root', photo('a.jpg'), 'one', null)
    const first = await readableSidecar(store, 'root', photo('a.jpg'))
    await store.writeSidecar('root', photo('a.jpg'), 'two', first?.revision)
    const changed = { code: 'sidecar_changed' }
    await expect(store.writeSidecar('root', photo('a.jpg'), 'two', first?.revision)).rejects.toMatchObject(
      changed,
    )
    await expect(store.writeSidecar('root', photo('a.jpg'), 'two', null)).rejects.toMatchObject(changed)
    await expect(store.writeSidecar('root', photo('a.jpg'), 'x', 'no revision')).rejects.toMatchObject(
      changed,
    )
    dropbox.account.remove('/Photos/a.txt')
    await expect(store.writeSidecar('root', photo('a.jpg'), 'x', first?.revision)).rejects.toMatchObject(
      changed,
    )
    await store.writeSidecar('root', photo('a.jpg'), 'three')
    expect(await dropbox.account.text('/Photos/a.txt')).toBe('three')
  })

  it('counts a sidecar as written when only the answer was lost', async () => {
    const dropbox = await startDropbox()
    const store = dropbox.store()
    dropbox.emulator.interfere(onCall('files/upload', { kind: 'answer-lost' }))
    await store.writeSidecar('root', photo('a.jpg'), 'one', null)
    const first = await readableSidecar(store, 'root', photo('a.jpg'))
    dropbox.emulator.interfere(onCall('files/upload', { kind: 'answer-lost', status: 500 }))
    await store.writeSidecar('root', photo('a.jpg'), 'two', first?.revision)
    expect((await readableSidecar(store, 'root', photo('a.jpg')))?.text).toBe('two')
  })

  it('keeps the bytes of a sidecar, with a byte order mark, line ends and any script', async () => {
    const dropbox = await startDropbox()
    const store = dropbox.store()
    const text = '\ufeffLine 1\r\n# ---\r\n写真 🎏\t \n'
    await store.writeSidecar('root', photo('a.jpg'), text)
    expect((await readableSidecar(store, 'root', photo('a.jpg')))?.text).toBe(text)
    expect((await store.list('root')).photos).toEqual([])
  })

  it('reports a sidecar that is far too large as unreadable and keeps it in Dropbox', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.txt', new Uint8Array(40 * mebibyte))
    let received = 0
    const counting: typeof fetch = async (input, init) => {
      const response = await fetch(input, init)
      const counted = new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          received += chunk.length
          controller.enqueue(chunk)
        },
      })
      return new Response(response.body?.pipeThrough(counted) ?? null, response)
    }
    expect(await dropbox.store({ fetch: counting }).readSidecar('root', photo('a.jpg'))).toBe('unreadable')
    expect(received).toBeLessThan(mebibyte)
  })
})

describe('a deletion from Dropbox', () => {
  it('deletes photo and sidecar, and accepts a repeated deletion', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', 'photo')
    await dropbox.account.seed('/Photos/a.txt', 'caption')
    const store = dropbox.store()
    expect(await store.delete('root', photo('a.jpg'))).toEqual({ deleted: true, sidecarDeleted: true })
    expect(await store.delete('root', photo('a.jpg'))).toEqual({ deleted: false, sidecarDeleted: false })
  })

  it('never removes a folder that has the name of a photo', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg/precious.jpg', 'photo')
    await dropbox.account.seed('/Photos/a.txt/precious.txt', 'text')
    expect(await dropbox.store().delete('root', photo('a.jpg'))).toEqual({
      deleted: false,
      sidecarDeleted: false,
    })
    await dropbox.store().deleteRecord(['ledger'])
    expect(dropbox.account.paths()).toHaveLength(2)
  })

  it('leaves the photo visible when a deletion is interrupted after the sidecar', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', 'photo')
    await dropbox.account.seed('/Photos/a.txt', 'caption')
    const stop = dropbox.emulator.interfere(
      onCall('files/delete_v2', { kind: 'reset' }, { nth: 2, times: 99 }),
    )
    const store = dropbox.store()
    await rejection(store.delete('root', photo('a.jpg')))
    expect(dropbox.account.paths()).toEqual(['/Photos/a.jpg'])
    stop()
    expect(await store.delete('root', photo('a.jpg'))).toEqual({ deleted: true, sidecarDeleted: false })
  })

  it('counts a deletion as done when only the answer was lost', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', 'photo')
    dropbox.emulator.interfere(onCall('files/delete_v2', { kind: 'answer-lost' }))
    expect(await dropbox.store().delete('root', photo('a.jpg'))).toEqual({
      deleted: true,
      sidecarDeleted: false,
    })
  })
})

describe('a record in Dropbox', () => {
  const key = ['ledger', '0123abcd', 'telegram.json']
  const path = '/Photos/.publisher/ledger/0123abcd/telegram.json'

  it('grants a record to exactly one of many claimants with the same text', async () => {
    const dropbox = await startDropbox()
    const stores = Array.from({ length: 8 }, () => dropbox.store())
    const claims = await Promise.all(stores.map((store) => store.createRecord(key, '{"claim":true}')))
    expect(claims.filter(Boolean)).toHaveLength(1)
  })

  it.each([
    ['was lost', { kind: 'answer-lost' }],
    ['was lost behind a gateway', { kind: 'answer-lost', status: 502 }],
  ] as const)('grants a record to its creator although the answer %s', async (_, fault) => {
    const dropbox = await startDropbox()
    dropbox.emulator.interfere(onCall('files/upload', fault))
    expect(await dropbox.store().createRecord(key, '{"claim":true}')).toBe(true)
    expect(await dropbox.store().createRecord(key, '{"claim":true}')).toBe(false)
  })

  it('refuses a record to a claimant whose call was lost while another call with the same text arrived', async () => {
    const dropbox = await startDropbox()
    const other = dropbox.store()
    let done: Promise<boolean> | undefined
    dropbox.emulator.interfere((call) => {
      if (call.route !== 'files/upload' || done) return undefined
      done = other.createRecord(key, '{"claim":true}')
      return { kind: 'hold', until: done }
    })
    dropbox.emulator.interfere(onCall('files/upload', { kind: 'reset' }, { nth: 3 }))
    const [mine, theirs] = [await dropbox.store().createRecord(key, '{"claim":true}'), await done]
    expect([mine, theirs]).toEqual([false, true])
  })

  it.each([{ kind: 'reset' }, { kind: 'answer-lost' }] as const)(
    'grants a record at most once when claimants lose answers ($kind) at random',
    async (fault) => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }), async (spoilt) => {
          const dropbox = await startDropbox()
          const stores = [dropbox.store(), dropbox.store(), dropbox.store()]
          await Promise.all(stores.map((store) => store.list('root')))
          let calls = 0
          dropbox.emulator.interfere((call) => {
            if (call.route !== 'files/upload') return undefined
            calls += 1
            return spoilt[calls - 1] ? fault : undefined
          })
          const claims = await Promise.all(
            stores.map((store) => store.createRecord(key, 'same').catch(() => 'lost')),
          )
          expect(claims.filter((claim) => claim === true).length).toBeLessThanOrEqual(1)
          if (!claims.includes('lost')) expect(claims).toContain(true)
        }),
        { numRuns: 25 },
      )
    },
  )

  it('keeps any text of a record unchanged', async () => {
    const text = fc.string({ unit: 'binary' }).filter((candidate) => candidate.isWellFormed())
    fc.assert(fc.property(text, (value) => unsealed(sealed(value)) === value))
    fc.assert(fc.property(text, (value) => unsealed(sealed(sealed(value))) !== value))
    const dropbox = await startDropbox()
    const store = dropbox.store()
    for (const value of ['', '\ufeff{"a": 1}\r\n', ' \t\n', '写真 🎏']) {
      await store.replaceRecord(key, value)
      expect((await store.readRecord(key))?.text).toBe(value)
    }
  })

  it('stores a record as valid JSON, and reads a record that was edited by hand', async () => {
    const dropbox = await startDropbox()
    await dropbox.store().createRecord(key, '{"claim":true}')
    expect(JSON.parse((await dropbox.account.text(path)) ?? '')).toEqual({ claim: true })
    await dropbox.account.seed(path, '{"written":"by hand"}')
    expect((await dropbox.store().readRecord(key))?.text).toBe('{"written":"by hand"}')
  })

  it('replaces the text of a record, and grants the key again after a deletion', async () => {
    const dropbox = await startDropbox()
    const store = dropbox.store()
    expect(await store.readRecord(key)).toBeNull()
    await store.createRecord(key, 'claim')
    await store.replaceRecord(key, 'receipt')
    expect((await store.readRecord(key))?.text).toBe('receipt')
    await store.deleteRecord(key)
    await store.deleteRecord(key)
    expect(await store.createRecord(key, 'claim')).toBe(true)
    expect(await store.canCreateAtomically()).toBe(true)
  })

  it.each([[[]], [['..', 'a']], [['a/b']], [['.hidden']], [['a', '']], [['a\\b']]])(
    'refuses the key %j, which could point elsewhere',
    async (bad) => {
      const dropbox = await startDropbox()
      await expect(dropbox.store().createRecord(bad, 'x')).rejects.toMatchObject({ code: 'invalid_request' })
      await expect(dropbox.store().readRecord(bad)).rejects.toMatchObject({ code: 'invalid_request' })
      expect(dropbox.emulator.calls).toEqual([])
    },
  )
})

describe('the paths of a Dropbox store', () => {
  it('stays within the configured folders for any name', async () => {
    const dropbox = await startDropbox()
    const store = dropbox.store()
    const names = fc
      .string({ unit: 'binary', maxLength: 60 })
      .map((stem) => `${stem}.jpg`)
      .filter((name) => {
        try {
          return parsePhotoName(name) === name
        } catch {
          return false
        }
      })
    await fc.assert(
      fc.asyncProperty(names, async (name) => {
        const seen = dropbox.emulator.calls.length
        await store.stat('keep', photo(name))
        await readableSidecar(store, 'keep', photo(name))
        const asked = dropbox.emulator.calls.slice(seen).flatMap((call) => call.paths)
        expect(asked).toEqual([`/Photos/keep/${name}`, `/Photos/keep/${sidecarName(photo(name))}`])
      }),
      { numRuns: 200 },
    )
  })
})
