import { createHash } from 'node:crypto'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PublisherError } from '../../src/base/errors.ts'
import { sha256 } from '../../src/providers/digest/node-hash.ts'
import { shareBody } from '../../src/workflow/shared-body.ts'
import { streamOf } from '../support/fixtures/stored-photos.ts'

const longMs = 60_000
const chunks = fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 })
const never = () => Promise.reject(new Error('opened a second time'))
const digestOf = (parts: readonly Uint8Array[]) =>
  createHash('sha256').update(Buffer.concat(parts)).digest('hex')

describe('a shared body', () => {
  it('gives the reducer all bytes, and the digest of the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, async (parts) => {
        const shared = shareBody(streamOf(...parts), { digest: sha256, again: never, patienceMs: longMs })
        expect(await buffer(shared.body)).toEqual(Buffer.concat(parts))
        expect(await shared.sha256).toBe(digestOf(parts))
      }),
    )
  })

  it('completes the digest when the reducer cancels at any point', async () => {
    await fc.assert(
      fc.asyncProperty(chunks, fc.nat(20), async (parts, steps) => {
        const shared = shareBody(streamOf(...parts), { digest: sha256, again: never, patienceMs: longMs })
        const reader = shared.body.getReader()
        for (let step = 0; step < steps; step++) await reader.read()
        await reader.cancel()
        expect(await shared.sha256).toBe(digestOf(parts))
      }),
    )
  })

  it('completes the digest when the reducer cancels during a read', async () => {
    const parts = [Uint8Array.of(1), Uint8Array.of(2)]
    const shared = shareBody(streamOf(...parts), { digest: sha256, again: never, patienceMs: longMs })
    const reader = shared.body.getReader()
    const reading = reader.read()
    await reader.cancel()
    await reading
    expect(await shared.sha256).toBe(digestOf(parts))
  })

  it('fails both readers when the original breaks half-way', async () => {
    const broken = new PublisherError('storage_unavailable', 'Broken.')
    let sent = 0
    const original = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (sent++ < 3) controller.enqueue(Uint8Array.of(sent))
        else controller.error(broken)
      },
    })
    const shared = shareBody(original, { digest: sha256, again: never, patienceMs: longMs })
    await expect(buffer(shared.body)).rejects.toBe(broken)
    await expect(shared.sha256).rejects.toBe(broken)
  })

  it('reads no further than the reducer while the reducer reads', async () => {
    let pulled = 0
    const original = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          pulled += 1
          controller.enqueue(new Uint8Array(10))
        },
      },
      { highWaterMark: 0 },
    )
    const shared = shareBody(original, { digest: sha256, again: never, patienceMs: longMs })
    const reader = shared.body.getReader()
    for (let step = 1; step <= 5; step++) {
      await reader.read()
      expect(pulled).toBe(step)
    }
  })

  it('reads alone for the digest when the reducer begins late, and opens the original again for the reducer', async () => {
    const parts = [Uint8Array.of(1, 2), Uint8Array.of(3)]
    let opened = 0
    const again = async () => {
      opened += 1
      return streamOf(...parts)
    }
    const shared = shareBody(streamOf(...parts), { digest: sha256, again, patienceMs: 0 })
    expect(await shared.sha256).toBe(digestOf(parts))
    expect(opened).toBe(0)
    expect(await buffer(shared.body)).toEqual(Buffer.concat(parts))
    expect(opened).toBe(1)
  })

  it('opens nothing again for a late reducer that only cancels', async () => {
    const shared = shareBody(streamOf('photo'), { digest: sha256, again: never, patienceMs: 0 })
    await shared.sha256
    await shared.body.cancel()
  })

  it('cancels the second opening when a late reducer gives up', async () => {
    const cancelled: unknown[] = []
    const again = async () =>
      new ReadableStream<Uint8Array>({ cancel: (reason) => void cancelled.push(reason) })
    const shared = shareBody(streamOf('photo'), { digest: sha256, again, patienceMs: 0 })
    await shared.sha256
    const reader = shared.body.getReader()
    reader.read().catch(() => undefined)
    await reader.cancel('enough')
    expect(cancelled).toEqual(['enough'])
  })
})
