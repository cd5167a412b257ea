import { inspect } from 'node:util'
import { describe, expect, it, vi } from 'vitest'
import { PublisherError } from '../../../../src/base/errors.ts'
import type { PhotoStore } from '../../../../src/ports/storage.ts'
import { errorAnswer } from '../../../support/fakes/s3-bucket.ts'
import {
  always,
  canaries,
  credentialSource,
  type Fault,
  firstOfEach,
  onCall,
  quickRetry,
  refusal,
  type S3Call,
  type ScriptedS3,
  startScriptedS3,
} from '../../../support/fakes/scripted-s3.ts'
import { rejection } from '../../../support/fixtures/rejections.ts'
import { photo, readableSidecar, streamOf } from '../../../support/fixtures/stored-photos.ts'

const name = photo('a.jpg')
const key = 'Photos/a.jpg'
const record = ['ledger', 'r.json']

/** All operations that call the server, each on the bucket of {@link seeded}. */
const operations: Record<string, (store: PhotoStore) => Promise<unknown>> = {
  list: (store) => store.list('root'),
  stat: (store) => store.stat('root', name),
  read: async (store) => new Response((await store.read('root', name)).body).text(),
  upload: (store) => store.upload('root', photo('b.jpg'), streamOf('new'), 3),
  move: (store) => store.move(name, 'root', 'archive'),
  delete: (store) => store.delete('root', name),
  readSidecar: (store) => store.readSidecar('root', name),
  writeSidecar: (store) => store.writeSidecar('root', name, 'edited'),
  writeSidecarIfUnchanged: async (store) => {
    const { revision = null } = (await readableSidecar(store, 'root', name)) ?? {}
    await store.writeSidecar('root', name, 'edited', revision)
  },
  writeFirstSidecar: (store) => store.writeSidecar('root', photo('b.jpg'), 'first', null),
  createRecord: (store) => store.createRecord(['ledger', 'new.json'], 'mine'),
  readRecord: (store) => store.readRecord(record),
  replaceRecord: (store) => store.replaceRecord(record, 'replaced'),
  deleteRecord: (store) => store.deleteRecord(record),
  canCreateAtomically: (store) => store.canCreateAtomically(),
  readPreview: (store) => store.readPreview('a1b2c3d4', 'w256h256.webp'),
  writePreview: (store) => store.writePreview('a1b2c3d4', 'w256h256.webp', new Uint8Array([1, 2])),
  listPreviewFolders: (store) => store.listPreviewFolders(),
  deletePreviewFolder: (store) => store.deletePreviewFolder('a1b2c3d4'),
}

async function seeded(): Promise<ScriptedS3> {
  const s3 = await startScriptedS3()
  s3.bucket.seed(key, 'original')
  s3.bucket.seed('Photos/a.txt', 'caption')
  s3.bucket.seed('Photos/.publisher/ledger/r.json', 'record')
  return s3
}

/** Returns the result of an operation and the bucket's contents after it, without faults. */
async function undisturbed(operation: string) {
  const s3 = await seeded()
  const result = await operations[operation]?.(s3.store())
  return { result, contents: s3.bucket.contents() }
}

const table = (faults: Record<string, Fault>, names = Object.keys(operations)) =>
  names.flatMap((operation) =>
    Object.entries(faults).map(([fault, spoiled]) => ({ operation, fault, spoiled })),
  )

describe('a temporary fault', () => {
  const passing = {
    '429 without a body': { kind: 'answer', status: 429 },
    '503 SlowDown': refusal(503, 'SlowDown'),
    '500 InternalError': refusal(500, 'InternalError'),
    '502 of a gateway': { kind: 'answer', status: 502, body: '<html>Bad Gateway</html>' },
    'a connection that breaks before the request': { kind: 'reset' },
    'a lost answer': { kind: 'answer-lost' },
  } as const

  it.each(table(passing))(
    'returns the same result of $operation despite a temporary fault at each request ($fault)',
    async ({ operation, spoiled }) => {
      const expected = await undisturbed(operation)
      const s3 = await seeded()
      s3.script(firstOfEach(spoiled))
      expect(await operations[operation]?.(s3.store())).toEqual(expected.result)
      expect(s3.bucket.contents()).toEqual(expected.contents)
    },
  )

  const withBody = {
    '400 RequestTimeout': refusal(400, 'RequestTimeout'),
    '409 OperationAborted': refusal(409, 'OperationAborted'),
    '409 ConditionalRequestConflict': refusal(409, 'ConditionalRequestConflict'),
    'a body that breaks off': { kind: 'cut', afterBytes: 3 },
    'an error that breaks off': { kind: 'cut', afterBytes: 3, answer: errorAnswer(503, 'SlowDown') },
  } as const
  const rereadable = ['list', 'readSidecar', 'readRecord', 'move']

  it.each(table(withBody, rereadable))(
    'returns the same result of $operation despite a temporary fault at each request ($fault)',
    async ({ operation, spoiled }) => {
      const expected = await undisturbed(operation)
      const s3 = await seeded()
      const first = firstOfEach(spoiled)
      // An answer to HEAD has no body that could break off or have a code.
      s3.script((call) => (call.operation === 'head' ? undefined : first(call)))
      expect(await operations[operation]?.(s3.store())).toEqual(expected.result)
      expect(s3.bucket.contents()).toEqual(expected.contents)
    },
  )
})

describe('a permanent fault', () => {
  const elsewhere = { location: '/photos/elsewhere.jpg' }
  const lasting = {
    '429 TooManyRequests': refusal(429, 'TooManyRequests'),
    '503 SlowDown': refusal(503, 'SlowDown'),
    '500 InternalError': refusal(500, 'InternalError'),
    '501 NotImplemented': refusal(501, 'NotImplemented'),
    '400 InvalidArgument': refusal(400, 'InvalidArgument'),
    '301 PermanentRedirect': refusal(301, 'PermanentRedirect', elsewhere),
    '307 TemporaryRedirect': refusal(307, 'TemporaryRedirect', elsewhere),
    'a broken connection': { kind: 'reset' },
  } as const

  it.each(table(lasting))(
    'fails $operation as an outage and changes nothing on a permanent fault ($fault)',
    async ({ operation, spoiled }) => {
      const s3 = await seeded()
      const before = s3.bucket.contents()
      s3.script(always(spoiled))
      const error = await rejection(Promise.resolve(operations[operation]?.(s3.store())))
      expect(error).toMatchObject({ name: 'PublisherError', code: 'storage_unavailable' })
      expect(s3.bucket.contents()).toEqual(before)
      expect(s3.calls.map((call) => call.key)).not.toContain('elsewhere.jpg')
    },
  )

  const notThere = { '404 NoSuchBucket': refusal(404, 'NoSuchBucket') }
  const otherThanHead = ['list', 'read', 'readSidecar', 'writeSidecar', 'createRecord', 'deleteRecord']

  it.each(table(notThere, otherThanHead))(
    'reports an outage, not a missing photo, from $operation ($fault)',
    async ({ operation, spoiled }) => {
      const s3 = await startScriptedS3()
      s3.script(always(spoiled))
      const error = await rejection(Promise.resolve(operations[operation]?.(s3.store())))
      expect(error).toMatchObject({ name: 'PublisherError', code: 'storage_unavailable' })
    },
  )

  it.each([301, 307, 400, 501])('does not retry a request that was answered with %d', async (status) => {
    const s3 = await seeded()
    s3.script(always(refusal(status, 'SomeCode', elsewhere)))
    await rejection(readableSidecar(s3.store(), 'root', name))
    expect(s3.calls).toHaveLength(1)
  })

  it.each([
    ['429', refusal(429, 'TooManyRequests')],
    ['503', refusal(503, 'SlowDown')],
    ['a reset', { kind: 'reset' } as const],
  ])('makes as many attempts as the policy allows, without retries by a library (%s)', async (_, fault) => {
    const s3 = await seeded()
    s3.script(always(fault))
    await rejection(readableSidecar(s3.store(), 'root', name))
    expect(s3.calls).toHaveLength(quickRetry.attempts)
  })
})

describe('the time limits of an S3 store', () => {
  it('waits as long as Retry-After asks for', async () => {
    const s3 = await seeded()
    const headers = { 'retry-after': 'Mon, 05 Jan 2026 10:00:00 GMT' }
    s3.script(firstOfEach(refusal(503, 'SlowDown', headers)))
    const now = () => Date.parse('2026-01-05T10:00:00Z') - 80
    expect((await readableSidecar(s3.store({ now }), 'root', name))?.text).toBe('caption')
    const [first, second] = s3.calls
    // A timer may fire slightly early.
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThan(75)
  })

  it.each([429, 503])('passes on a Retry-After that is longer than it waits (%d)', async (status) => {
    const s3 = await seeded()
    s3.script(always(refusal(status, 'SlowDown', { 'retry-after': '3600' })))
    const error = await rejection(s3.store().list('root'))
    expect(error).toMatchObject({ code: 'storage_unavailable', retryAfterMs: 3_600_000 })
    expect(s3.calls).toHaveLength(1)
  })

  it('retries when an object has no entity tag for a moment', async () => {
    const s3 = await seeded()
    s3.script(onCall('head', { kind: 'answer', status: 200 }))
    expect(await s3.store().stat('root', name)).toMatchObject({ name, size: 8 })
  })

  it('ignores an invalid Retry-After', async () => {
    const s3 = await seeded()
    s3.script(firstOfEach(refusal(503, 'SlowDown', { 'retry-after': 'soon' })))
    expect((await readableSidecar(s3.store(), 'root', name))?.text).toBe('caption')
  })

  it.each(['list', 'stat', 'replaceRecord'])(
    'closes the connection to a silent server after a timeout of %s',
    async (operation) => {
      const s3 = await seeded()
      s3.script(always({ kind: 'silence' }))
      const retry = { ...quickRetry, attempts: 2, attemptTimeoutMs: 800 }
      const error = await rejection(Promise.resolve(operations[operation]?.(s3.store({ retry }))))
      expect(error).toMatchObject({ code: 'storage_unavailable' })
      expect(await Promise.all(s3.calls.map((call) => call.completed))).toEqual([false, false])
    },
  )

  it('ends at the deadline even if attempts are left', async () => {
    const s3 = await seeded()
    s3.script(always({ kind: 'silence' }))
    const error = await rejection(s3.store({ retry: { ...quickRetry, deadlineMs: 800 } }).list('root'))
    expect(error).toMatchObject({ code: 'storage_unavailable' })
    expect(s3.calls).toHaveLength(1)
  })

  it.each(['list', 'readSidecar', 'move'])('retries %s when a body stops halfway', async (operation) => {
    const expected = await undisturbed(operation)
    const s3 = await seeded()
    const spoiled = operation === 'readSidecar' ? 'get' : operation === 'move' ? 'copy' : 'list'
    s3.script(onCall(spoiled, { kind: 'hold-tail', afterBytes: 3, until: new Promise(() => {}) }))
    const store = s3.store({ retry: { ...quickRetry, attemptTimeoutMs: 1500 } })
    expect(await operations[operation]?.(store)).toEqual(expected.result)
    expect(s3.bucket.contents()).toEqual(expected.contents)
  })

  it('does not cut off an original that has begun to arrive when the time limits expire', async () => {
    const s3 = await seeded()
    const tail = Promise.withResolvers<void>()
    s3.script(onCall('get', { kind: 'hold-tail', afterBytes: 3, until: tail.promise }))
    const limits: AbortController[] = []
    const timeout = vi.spyOn(AbortSignal, 'timeout').mockImplementation(() => {
      const limit = new AbortController()
      limits.push(limit)
      return limit.signal
    })
    const { body, entry } = await s3.store().read('root', name)
    timeout.mockRestore()
    expect(limits.length).toBeGreaterThan(0)
    for (const limit of limits) limit.abort(new Error('time is over'))
    tail.resolve()
    expect((await new Response(body).bytes()).length).toBe(entry.size)
  })

  it('cuts off a small answer that never ends', async () => {
    const s3 = await seeded()
    const mebibyte = 2 ** 20
    s3.bucket.seed('Photos/.publisher/ledger/x.json', new Uint8Array(10 * mebibyte))
    s3.bucket.seed('Photos/a.txt', new Uint8Array(10 * mebibyte))
    const until = new Promise(() => {})
    s3.script(onCall('get', { kind: 'hold-tail', afterBytes: 9 * mebibyte, until }, { times: 2 }))
    const error = await rejection(s3.store().readRecord(['ledger', 'x.json']))
    expect(error).toMatchObject({ code: 'storage_unavailable' })
    expect(await s3.store().readSidecar('root', name)).toBe('unreadable')
    expect(s3.calls).toHaveLength(2)
    expect(await Promise.all(s3.calls.map(({ completed }) => completed))).toEqual([false, false])
  })
})

describe('refused S3 credentials', () => {
  const fromOld = (fault: Fault) => (call: { accessKeyId: string }) =>
    call.accessKeyId === 'OLD' ? fault : undefined
  const refusals = {
    '403 InvalidAccessKeyId': refusal(403, 'InvalidAccessKeyId'),
    '403 SignatureDoesNotMatch': refusal(403, 'SignatureDoesNotMatch'),
    '401 without a body': { kind: 'answer', status: 401 },
  } as const
  const expired = { '400 ExpiredToken': refusal(400, 'ExpiredToken') }

  it.each([...table(refusals), ...table(expired, ['list', 'readSidecar', 'createRecord'])])(
    'resolves refused credentials again, once, after which $operation succeeds ($fault)',
    async ({ operation, spoiled }) => {
      const expected = await undisturbed(operation)
      const s3 = await seeded()
      s3.script(fromOld(spoiled))
      const credentials = credentialSource({ endpoint: s3.endpoint, accessKeyIds: ['OLD', 'NEW'] })
      const store = s3.store({ credentials: credentials.source })
      expect(await operations[operation]?.(store)).toEqual(expected.result)
      expect(s3.bucket.contents()).toEqual(expected.contents)
      expect(credentials.resolutions()).toBe(2)
    },
  )

  it.each(table({ ...refusals, ...expired }, ['list', 'readSidecar', 'replaceRecord', 'deleteRecord']))(
    'reports a clear error from $operation when fresh credentials are refused too ($fault)',
    async ({ operation, spoiled }) => {
      const s3 = await seeded()
      const before = s3.bucket.contents()
      s3.script(always(spoiled))
      const credentials = credentialSource({ endpoint: s3.endpoint, accessKeyIds: ['OLD', 'NEW', 'UNUSED'] })
      const store = s3.store({ credentials: credentials.source })
      const error = await rejection(Promise.resolve(operations[operation]?.(store)))
      expect(error).toMatchObject({ name: 'PublisherError', code: 'credentials_rejected' })
      expect(s3.calls.map((call) => call.accessKeyId)).toEqual(['OLD', 'NEW'])
      expect(credentials.resolutions()).toBe(2)
      expect(s3.bucket.contents()).toEqual(before)
    },
  )

  it('keeps the credentials when the clock is wrong', async () => {
    const s3 = await seeded()
    s3.script(always(refusal(403, 'RequestTimeTooSkewed')))
    const credentials = credentialSource({ endpoint: s3.endpoint, accessKeyIds: ['OLD', 'NEW'] })
    const error = await rejection(s3.store({ credentials: credentials.source }).list('root'))
    expect(error).toMatchObject({ code: 'storage_unavailable' })
    expect(credentials.resolutions()).toBe(1)
  })
})

describe('an error of the S3 store', () => {
  /** Creates a fault that repeats the secrets and the signature of the request in every part of the answer. */
  const quoting = (status: number) => (call: S3Call) => {
    const proof = `${canaries.secretAccessKey} ${call.accessKeyId} ${call.signature}`
    const body = `<Error><Code>${proof}</Code><Message>${proof}</Message><StringToSign>${proof}</StringToSign></Error>`
    const headers = { location: `/photos/${call.signature}`, 'x-amz-request-id': proof }
    return { kind: 'answer', status, body, headers } as const
  }

  function expectNoSecret(error: unknown, calls: readonly S3Call[]) {
    const printed = `${inspect(error, { depth: null, showHidden: true })} ${JSON.stringify(error)}`
    expect(printed).not.toContain(canaries.accessKeyId)
    expect(printed).not.toContain(canaries.secretAccessKey)
    for (const { signature } of calls) expect(printed).not.toContain(signature || 'no signature')
  }

  it.each([301, 400, 403, 404, 429, 500])(
    'keeps secrets out of an error, even when an answer of %d quotes the request',
    async (status) => {
      const s3 = await seeded()
      s3.script(quoting(status))
      for (const operation of [operations.upload, operations.writeSidecar, operations.move]) {
        const error = await rejection(Promise.resolve(operation?.(s3.store())))
        expect(error).toBeInstanceOf(PublisherError)
        expectNoSecret(error, s3.calls)
      }
      expect(s3.calls[0]).toMatchObject({
        accessKeyId: canaries.accessKeyId,
        signature: expect.stringMatching(/^[0-9a-f]{64}$/),
      })
    },
  )

  it.each([
    ['breaks', { kind: 'reset' } as const],
    ['is silent', { kind: 'silence' } as const],
  ])('keeps secrets out of an error when the connection %s', async (_, fault) => {
    const s3 = await seeded()
    s3.script(always(fault))
    const store = s3.store({ retry: { ...quickRetry, attempts: 1, attemptTimeoutMs: 40 } })
    const error = await rejection(store.list('root'))
    expectNoSecret(error, s3.calls)
    expect(inspect(error, { depth: null })).toMatch(/SocketError|ECONNRESET|TimeoutError/)
  })

  it('keeps secrets out of an error when the error of fetch quotes the request', async () => {
    const s3 = await seeded()
    const send: typeof fetch = async (input) => {
      const { url, headers } = new Request(input)
      const cause = new Error(`${url} ${headers.get('authorization')}`)
      throw new TypeError(`fetch failed: ${url} ${headers.get('authorization')}`, { cause })
    }
    const error = await rejection(s3.store({ fetch: send }).list('root'))
    expect(error).toMatchObject({ code: 'storage_unavailable' })
    expectNoSecret(error, s3.calls)
  })

  it.each(['\n', '\u0000', 'ż'])(
    'keeps secrets out of an error when the key cannot be sent because of a %j in it',
    async (odd) => {
      const s3 = await seeded()
      const accessKeyIds = [`${canaries.accessKeyId}${odd}x`]
      const credentials = credentialSource({ endpoint: s3.endpoint, accessKeyIds }).source
      const error = await rejection(s3.store({ credentials }).list('root'))
      expect(error).toMatchObject({ code: 'credentials_rejected' })
      expectNoSecret(error, s3.calls)
      expect(s3.calls).toHaveLength(0)
    },
  )
})

describe('an S3 endpoint', () => {
  it.each([
    ['is not https', 'http://s3.example.com', false],
    ['contains a user name', 'https://canary-user@s3.example.com', false],
    ['contains a password', 'https://:canary-password@s3.example.com', false],
    ['contains a user name in development', 'http://canary-user@127.0.0.1:1', true],
  ])('never receives a request when the endpoint %s', async (_, endpoint, allowPrivateEndpoints) => {
    const s3 = await seeded()
    let calls = 0
    const counting: typeof fetch = (...request) => {
      calls++
      return fetch(...request)
    }
    const store = s3.store({
      credentials: credentialSource({ endpoint }).source,
      allowPrivateEndpoints,
      fetch: counting,
    })
    for (const operation of Object.values(operations)) {
      const error = await rejection(operation(store))
      expect(error).toMatchObject({ code: 'endpoint_refused' })
      expect(inspect(error, { depth: null, showHidden: true })).not.toContain('canary')
    }
    expect(calls).toBe(0)
  })
})
