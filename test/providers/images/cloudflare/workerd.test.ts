import { fileURLToPath } from 'node:url'
import type { Miniflare } from 'miniflare'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { drawPictures } from '../../../../dev/drawing-images/service.ts'
import { PublisherError } from '../../../../src/base/errors.ts'
import { describeReducer, type Reduce, type ReduceAll } from '../../../support/contracts/image-reducer.ts'
import { describeWatermarks, markOf } from '../../../support/contracts/image-watermark.ts'
import { plain } from '../../../support/fixtures/pictures.ts'
import { bundleWorker, startWorkerd } from '../../../support/fixtures/workerd.ts'

const box = { width: 960, height: 640 }
let bound: Miniflare
let undrawing: Miniflare
let unbound: Miniflare

beforeAll(async () => {
  const entry = fileURLToPath(new URL('../../../support/fixtures/image-worker.ts', import.meta.url))
  const source = await bundleWorker({ entryPoints: [entry] })
  bound = startWorkerd(source, {
    env: { IMAGES: { type: 'images' }, DRAWING: { type: 'fetcher', handler: drawPictures } },
  })
  undrawing = startWorkerd(source, { env: { IMAGES: { type: 'images' } } })
  unbound = startWorkerd(source)
})

afterAll(async () => {
  await Promise.all([bound.dispose(), undrawing.dispose(), unbound.dispose()])
})

const problemSchema = z.object({
  code: z.enum([
    'photo_unreadable',
    'photo_too_large',
    'thumbnail_unavailable',
    'watermark_unavailable',
    'busy',
  ]),
  message: z.string(),
})
const typeSchema = z.enum(['image/jpeg', 'image/webp', 'image/avif'])

async function problemOf(response: { json(): Promise<unknown> }): Promise<PublisherError> {
  const { code, message } = problemSchema.parse(await response.json())
  return new PublisherError(code, message)
}

const reduceIn =
  (worker: () => Miniflare): Reduce =>
  async (bytes, { width, height } = box, type = 'image/jpeg') => {
    const query = new URLSearchParams({
      width: `${width}`,
      height: `${height}`,
      type,
      size: `${bytes.length}`,
    })
    const response = await worker().dispatchFetch(`http://images/?${query}`, { method: 'POST', body: bytes })
    if (!response.ok) throw await problemOf(response)
    return {
      bytes: new Uint8Array(await response.arrayBuffer()),
      mediaType: typeSchema.parse(response.headers.get('content-type')),
      width: Number(response.headers.get('x-width')),
      height: Number(response.headers.get('x-height')),
    }
  }

const reduceAllIn =
  (worker: () => Miniflare): ReduceAll =>
  async (bytes, reductions) => {
    const query = new URLSearchParams({ size: `${bytes.length}`, reductions: JSON.stringify(reductions) })
    const response = await worker().dispatchFetch(`http://images/?${query}`, { method: 'POST', body: bytes })
    if (!response.ok) throw await problemOf(response)
    const files = (await response.formData()).getAll('made').filter((part) => typeof part !== 'string')
    return Promise.all(
      files.map(async (file) => {
        const [width, height] = file.name.split('x').map(Number)
        return {
          bytes: new Uint8Array(await file.arrayBuffer()),
          mediaType: typeSchema.parse(file.type),
          width: width ?? 0,
          height: height ?? 0,
        }
      }),
    )
  }

describeReducer(
  'the Images binding in workerd',
  reduceIn(() => bound),
  reduceAllIn(() => bound),
)

describeWatermarks(
  'the Images binding in workerd',
  reduceAllIn(() => bound),
)

describe('a Worker whose Images binding leaves drawings out, as Miniflare’s does', () => {
  it('makes no picture that lacks its watermark', async () => {
    const photo = await plain(300, 200).jpeg().toBuffer()
    const reductions = [{ box, mediaType: 'image/jpeg' as const, watermark: await markOf() }]
    const made = reduceAllIn(() => undrawing)(photo, reductions)
    await expect(made).rejects.toMatchObject({ code: 'watermark_unavailable' })
  })
})

describe('a Worker without the Images binding', () => {
  it('answers that thumbnails are not available', async () => {
    const photo = await plain(90, 60).jpeg().toBuffer()
    await expect(reduceIn(() => unbound)(photo)).rejects.toMatchObject({ code: 'thumbnail_unavailable' })
    const all = reduceAllIn(() => unbound)(photo, [{ box, mediaType: 'image/jpeg' }])
    await expect(all).rejects.toMatchObject({ code: 'thumbnail_unavailable' })
  })
})
