import { describe, expect, it } from 'vitest'
import { exactLength } from '../../../../src/providers/storage/s3/exact-length.ts'
import { createVerdictMemory } from '../../../../src/providers/storage/s3.ts'
import { errorAnswer, listingXml } from '../../../support/fakes/s3-bucket.ts'
import {
  answering,
  credentialSource,
  type Fault,
  gapOf,
  onCall,
  quickRetry,
  refusal,
  type S3Call,
  startScriptedS3,
} from '../../../support/fakes/scripted-s3.ts'
import { rejection } from '../../../support/fixtures/rejections.ts'
import { photo, readableSidecar, streamOf } from '../../../support/fixtures/stored-photos.ts'

const mebibyte = 2 ** 20
const name = photo('a.jpg')
const outage = { name: 'PublisherError', code: 'storage_unavailable' }

/** Applies the fault to each request that sends a photo's bytes. Lets reservations and probes pass. */
const onPhoto = (fault: Fault) => (call: S3Call) => (sendsPhoto(call) ? fault : undefined)
const sendsPhoto = (call: S3Call) =>
  call.operation === 'put' && call.headers['if-none-match'] === undefined && call.key.endsWith('.jpg')

describe('a copy in S3', () => {
  const unfinished = {
    'an error with status 200': answering(errorAnswer(200, 'InternalError').body),
    nothing: answering(''),
    'half an answer': answering('<CopyObjectResult><ETa'),
    'another document': answering('<html><body>Welcome!<br></body></html>'),
    'invalid XML': answering('</CopyObjectResult><!DOCTYPE'),
  }

  it.each(
    Object.entries(unfinished).flatMap(([answer, fault]) => [1, 2].map((nth) => ({ answer, fault, nth }))),
  )('deletes nothing and can repeat a copy that ends with $answer (number $nth)', async ({ fault, nth }) => {
    const s3 = await startScriptedS3()
    s3.bucket.seed('Photos/a.jpg', 'original')
    s3.bucket.seed('Photos/a.txt', 'caption')
    s3.script(onCall('copy', fault, { nth }))
    const store = s3.store()
    expect(await rejection(store.move(name, 'root', 'archive'))).toMatchObject(outage)
    expect(s3.bucket.contents()).toMatchObject({ 'Photos/a.jpg': 'original', 'Photos/a.txt': 'caption' })
    expect(await store.move(name, 'root', 'archive')).toBe('a.jpg')
    expect(s3.bucket.contents()).toEqual({
      'Photos/archive/a.jpg': 'original',
      'Photos/archive/a.txt': 'caption',
    })
  })

  it('never loses a caption that is edited while its photo moves', async () => {
    const s3 = await startScriptedS3()
    s3.bucket.seed('Photos/a.jpg', 'original')
    s3.bucket.seed('Photos/a.txt', 'caption')
    let edited = false
    s3.script(({ operation, key }) => {
      if (operation === 'copy' && key.endsWith('.txt') && !edited) {
        s3.bucket.seed('Photos/a.txt', 'edited')
        edited = true
      }
      return undefined
    })
    const store = s3.store()
    expect(await rejection(store.move(name, 'root', 'archive'))).toMatchObject({ code: 'sidecar_changed' })
    expect(s3.bucket.contents()).toMatchObject({ 'Photos/a.jpg': 'original', 'Photos/a.txt': 'edited' })
    expect(await store.move(name, 'root', 'archive')).toBe('a.jpg')
    expect((await readableSidecar(store, 'archive', name))?.text).toBe('edited')
  })
})

describe('the probe for conditional writes in S3', () => {
  it('runs the probe once for concurrent callers', async () => {
    const s3 = await startScriptedS3()
    const store = s3.store()
    const answers = await Promise.all([store.canCreateAtomically(), store.canCreateAtomically()])
    expect([...answers, await store.canCreateAtomically()]).toEqual([true, true, true])
    const made = (operation: string) => s3.calls.filter((call) => call.operation === operation).length
    expect({ put: made('put'), get: made('get'), list: made('list'), delete: made('delete') }).toEqual({
      put: 24,
      get: 3,
      list: 1,
      delete: 4,
    })
    expect(s3.bucket.contents()).toEqual({})
  })

  it('runs the probe once for all stores of a process that share a memory, and again for another tenant', async () => {
    const s3 = await startScriptedS3()
    const verdicts = createVerdictMemory()
    await s3.store({ verdicts, host: 'alice.shibari.photo' }).canCreateAtomically()
    const before = s3.calls.length
    expect(await s3.store({ verdicts, host: 'alice.shibari.photo' }).canCreateAtomically()).toBe(true)
    expect(s3.calls).toHaveLength(before)
    await s3.store({ verdicts, host: 'bob.shibari.photo' }).canCreateAtomically()
    expect(s3.calls).toHaveLength(2 * before)
  })

  it('sweeps leftovers of dead processes, but nothing younger than a day', async () => {
    const s3 = await startScriptedS3()
    const left = ['claimants/probe.old', 'claimants/abc.def', 'claimants/abc.young', 'conditional-writes']
    for (const key of left) s3.bucket.seed(`Photos/.publisher/${key}`, 'left')
    // The clock of the server is at 5 January 2026, 10:00.
    const times: Record<string, string> = { 'abc.young': '2026-01-04T11:00:00Z' }
    const entries = ['probe.old', 'abc.def', 'abc.young'].map((name) => ({
      key: `Photos/.publisher/claimants/${name}`,
      modifiedAt: times[name] ?? '2026-01-04T09:00:00Z',
    }))
    s3.script(onCall('list', answering(listingXml(entries, '<IsTruncated>false</IsTruncated>'))))
    await s3.store().canCreateAtomically()
    expect(Object.keys(s3.bucket.contents())).toEqual(['Photos/.publisher/claimants/abc.young'])
  })

  it('detects a server that checks first and writes later, and prevents claims on it', async () => {
    const s3 = await startScriptedS3()
    s3.script(gapOf(() => true))
    const store = s3.store()
    expect(await store.canCreateAtomically()).toBe(false)
    const error = await rejection(store.createRecord(['r.json'], 'mine'))
    expect(error).toMatchObject({
      code: 'storage_not_atomic',
      message: expect.stringContaining('checks a conditional write first and writes later'),
    })
    expect(s3.bucket.contents()).toEqual({})
  })

  it('trusts a creator that lost the answer of its own creation', async () => {
    const s3 = await startScriptedS3()
    s3.script(onCall('put', { kind: 'answer-lost' }, { nth: 1 }))
    expect(await s3.store().canCreateAtomically()).toBe(true)
  })

  it('skips the probe for known servers, and names the server in the error', async () => {
    const s3 = await startScriptedS3()
    const reached: string[] = []
    const store = s3.store({
      credentials: credentialSource({ endpoint: 'https://s3.eu-central-1.wasabisys.com' }).source,
      fetch: async (input) => {
        reached.push(String(input))
        return new Response()
      },
    })
    expect(await store.canCreateAtomically()).toBe(false)
    expect(await rejection(store.createRecord(['r.json'], 'mine'))).toMatchObject({
      code: 'storage_not_atomic',
      message: expect.stringContaining('Wasabi ignores conditional writes'),
    })
    expect(reached).toEqual([])
  })

  it.each([
    ['an outage', refusal(503, 'SlowDown')],
    ['a broken connection', { kind: 'reset' } as const],
    ['refused credentials', refusal(403, 'AccessDenied')],
    ['a missing bucket', refusal(404, 'NoSuchBucket')],
    ['the 404 of a gateway', { kind: 'answer', status: 404, body: 'Not Found' } as const],
    ['a 304', { kind: 'answer', status: 304 } as const],
  ])('repeats the probe after %s, which proves nothing', async (_, fault) => {
    const s3 = await startScriptedS3()
    const store = s3.store()
    s3.script(onCall('put', fault, { times: 99 }))
    expect(await rejection(store.canCreateAtomically())).toMatchObject({ name: 'PublisherError' })
    expect(await rejection(store.createRecord(['r.json'], 'mine'))).toMatchObject({ name: 'PublisherError' })
    s3.heal()
    expect(await store.canCreateAtomically()).toBe(true)
    expect(await store.createRecord(['r.json'], 'mine')).toBe(true)
  })

  it('prevents claims on a server that ignores conditions', async () => {
    const s3 = await startScriptedS3()
    s3.script(onCall('put', answering(''), { times: 99 }))
    const store = s3.store()
    const claim = () => store.createRecord(['r.json'], 'mine')
    expect(await rejection(claim())).toMatchObject({ code: 'storage_not_atomic' })
    expect(await rejection(claim())).toMatchObject({ code: 'storage_not_atomic' })
    // A race of eight and one more creation, a read and two deletions.
    expect(s3.calls).toHaveLength(8 + 1 + 1 + 2)
  })
})

describe('a record whose creation got no answer', () => {
  const record = 'Photos/.publisher/r.json'

  /** Creates a store that has run its probe, on a server that then applies the fault to the first writes. */
  async function withFault(fault: Fault, times = 1) {
    const s3 = await startScriptedS3()
    const store = s3.store()
    await store.canCreateAtomically()
    s3.script(onCall('put', fault, { times }))
    return { s3, store }
  }

  it('grants a record to its creator, and not to a later caller with the same text', async () => {
    const { s3, store } = await withFault({ kind: 'answer-lost' })
    expect(await store.createRecord(['r.json'], 'same')).toBe(true)
    expect(await store.createRecord(['r.json'], 'same')).toBe(false)
    expect(await s3.store().createRecord(['r.json'], 'same')).toBe(false)
  })

  it('leaves a record to another process that was faster than the second attempt', async () => {
    const { s3, store } = await withFault(refusal(500, 'InternalError'))
    s3.script(({ key }) => {
      if (key === record && s3.bucket.contents()[record] === undefined) s3.bucket.seed(record, 'theirs')
      return undefined
    })
    expect(await store.createRecord(['r.json'], 'mine')).toBe(false)
    expect(s3.bucket.contents()[record]).toBe('theirs')
  })

  it('keeps a record without granting it while its owner is unknown', async () => {
    const { s3, store } = await withFault({ kind: 'answer-lost' })
    s3.script(onCall('head', refusal(503, 'SlowDown'), { times: quickRetry.attempts }))
    expect(await rejection(store.createRecord(['r.json'], 'mine'))).toMatchObject(outage)
    expect(s3.bucket.contents()[record]).toBe('mine')
  })
})

describe('an upload to S3', () => {
  it.each([
    ['500 InternalError', refusal(500, 'InternalError')],
    ['503 SlowDown', refusal(503, 'SlowDown')],
    ['400 RequestTimeout', refusal(400, 'RequestTimeout')],
    ['403 SignatureDoesNotMatch', refusal(403, 'SignatureDoesNotMatch')],
    ['301 PermanentRedirect', refusal(301, 'PermanentRedirect', { location: '/photos/elsewhere.jpg' })],
    ['412 PreconditionFailed', refusal(412, 'PreconditionFailed')],
    ['404 without a body', { kind: 'answer', status: 404 } as const],
    ['a broken connection', { kind: 'reset' } as const],
    ['a lost answer', { kind: 'answer-lost' } as const],
  ])('leaves nothing behind and sends the stream once when an upload fails (%s)', async (_, fault) => {
    const s3 = await startScriptedS3()
    s3.script(onPhoto(fault))
    const credentials = credentialSource({ endpoint: s3.endpoint, accessKeyIds: ['OLD', 'NEW'] })
    const store = s3.store({ credentials: credentials.source })
    expect(await rejection(store.upload('root', name, streamOf('bytes'), 5))).toMatchObject(outage)
    expect(Object.keys(s3.bucket.contents())).toEqual([])
    expect(s3.calls.filter(sendsPhoto)).toHaveLength(1)
    expect(credentials.resolutions()).toBe(1)
    s3.heal()
    expect((await store.upload('root', name, streamOf('bytes'), 5)).name).toBe('a.jpg')
  })

  it.each([
    ['longer than announced', 3],
    ['as long as announced and then longer', 4],
    ['shorter than announced', 9],
    ['not empty as announced', 0],
  ])('stores nothing of a body that is %s', async (_, size) => {
    const s3 = await startScriptedS3()
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(4))
        controller.enqueue(new Uint8Array(1))
        controller.close()
      },
    })
    const error = await rejection(s3.store().upload('root', name, body, size))
    expect(error).toMatchObject({ code: 'invalid_request' })
    expect(Object.keys(s3.bucket.contents())).toEqual([])
  })

  it.each([0, 1, 65_536, 3 * mebibyte])('stores a body of %d bytes unchanged', async (size) => {
    const s3 = await startScriptedS3()
    const bytes = Uint8Array.from({ length: size }, (_, index) => 97 + (index % 26))
    const entry = await s3.store().upload('root', name, new Blob([bytes]).stream(), size)
    expect(entry.size).toBe(size)
    expect(s3.bucket.contents()['Photos/a.jpg']).toBe(new TextDecoder().decode(bytes))
  })

  it('stores nothing of a body that breaks off', async () => {
    const s3 = await startScriptedS3()
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new Uint8Array(5)),
      pull: (controller) => controller.error(new Error('the client went away')),
    })
    expect(await rejection(s3.store().upload('root', name, body, 9))).toMatchObject(outage)
    expect(Object.keys(s3.bucket.contents())).toEqual([])
  })

  it('stops reading a body that never ends, and stores nothing', async () => {
    const s3 = await startScriptedS3()
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(mebibyte)),
      cancel() {
        cancelled = true
      },
    })
    const error = await rejection(s3.store().upload('root', name, body, 3 * mebibyte))
    expect(error).toMatchObject({ code: 'invalid_request' })
    expect(cancelled).toBe(true)
    expect(Object.keys(s3.bucket.contents())).toEqual([])
  })

  it('holds back the last bytes until the source has ended', async () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(4))
        controller.enqueue(new Uint8Array(1))
      },
    })
    const { stream } = exactLength(body, 4)
    expect(await rejection(stream.getReader().read())).toMatchObject({ code: 'invalid_request' })
  })

  it('sends the first bytes before the last bytes have arrived', async () => {
    const s3 = await startScriptedS3()
    const tail = Promise.withResolvers<void>()
    let received = 0
    s3.watchUploads((bytes) => {
      received += bytes
      if (received >= mebibyte) tail.resolve()
    })
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        controller.enqueue(new Uint8Array(mebibyte))
        await tail.promise
        controller.enqueue(new Uint8Array(1))
        controller.close()
      },
    })
    const entry = await s3.store().upload('root', name, body, mebibyte + 1)
    expect(entry).toMatchObject({ name: 'a.jpg', size: mebibyte + 1 })
    expect(s3.calls.find(sendsPhoto)?.headers).toMatchObject({ 'content-length': String(mebibyte + 1) })
  })

  it('fails when the server stores fewer bytes than were sent', async () => {
    const s3 = await startScriptedS3()
    s3.script(onPhoto(answering('')))
    expect(await rejection(s3.store().upload('root', name, streamOf('bytes'), 5))).toMatchObject(outage)
    expect((await s3.store().list('root')).photos).toEqual([])
  })
})

describe('an original from S3', () => {
  it('streams an original at the speed of server and reader', async () => {
    const s3 = await startScriptedS3()
    const tail = Promise.withResolvers<void>()
    s3.bucket.seed('Photos/a.jpg', 'head and tail')
    s3.script(onCall('get', { kind: 'hold-tail', afterBytes: 4, until: tail.promise }))
    const store = s3.store({ retry: { ...quickRetry, attempts: 1, attemptTimeoutMs: 1500 } })
    const { body, entry } = await store.read('root', name)
    expect(entry.size).toBe(13)
    const reader = body.getReader()
    const nextText = async () => new TextDecoder().decode((await reader.read()).value)
    expect(await nextText()).toBe('head')
    // Meanwhile, another call begins and times out.
    s3.script(onCall('list', { kind: 'silence' }))
    await rejection(store.list('root'))
    tail.resolve()
    expect(await nextText()).toBe(' and tail')
  })

  it('closes the connection when its reader cancels', async () => {
    const s3 = await startScriptedS3()
    s3.bucket.seed('Photos/a.jpg', new Uint8Array(mebibyte))
    s3.script(onCall('get', { kind: 'hold-tail', afterBytes: 9, until: new Promise(() => {}) }))
    const { body } = await s3.store().read('root', name)
    await body.cancel()
    expect(await s3.calls.at(-1)?.completed).toBe(false)
  })

  it('fails the reader when an original breaks off, instead of ending early', async () => {
    const s3 = await startScriptedS3()
    s3.bucket.seed('Photos/a.jpg', 'head and tail')
    s3.script(onCall('get', { kind: 'cut', afterBytes: 4 }))
    const { body } = await s3.store().read('root', name)
    await rejection(new Response(body).text())
  })

  it.each([
    ['no entity tag', { etag: '' }],
    ['an invalid date', { etag: '"e"', 'last-modified': 'yesterday' }],
  ])('reports an unavailable storage when the answer has %s', async (_, headers) => {
    const s3 = await startScriptedS3()
    s3.script(() => answering('Welcome!', headers))
    expect(await rejection(s3.store().read('root', name))).toMatchObject(outage)
    expect(await rejection(s3.store().stat('root', name))).toMatchObject(outage)
  })
})
