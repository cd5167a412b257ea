import { fileURLToPath } from 'node:url'
import type { Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundleWorker, startWorkerd } from '../../../support/fixtures/workerd.ts'

let worker: Miniflare

beforeAll(async () => {
  const entry = fileURLToPath(new URL('../../../support/fixtures/cache-worker.ts', import.meta.url))
  worker = startWorkerd(await bundleWorker({ entryPoints: [entry] }))
})

afterAll(() => worker.dispose())

const addressOf = (key: Record<string, string>) => `http://cache/?${new URLSearchParams(key)}`
const key = { host: 'alice.shibari.test', name: 'ä b/#?.jpg', etag: '"0123"' }

describe('the picture cache in workerd', () => {
  it('returns a picture that was kept, with its type', async () => {
    const body = new Uint8Array([1, 2, 3])
    const kept = await worker.dispatchFetch(addressOf(key), {
      method: 'PUT',
      body,
      headers: { 'content-type': 'image/avif' },
    })
    expect(kept.status).toBe(204)
    const answer = await worker.dispatchFetch(addressOf(key))
    expect(answer.headers.get('content-type')).toBe('image/avif')
    expect(new Uint8Array(await answer.arrayBuffer())).toEqual(body)
  })

  it('returns nothing for another host, name or tag', async () => {
    for (const other of [{ host: 'bob.shibari.test' }, { name: 'b.jpg' }, { etag: '"4567"' }]) {
      expect((await worker.dispatchFetch(addressOf({ ...key, ...other }))).status).toBe(404)
    }
  })
})
