import { expect, it } from 'vitest'
import { PublisherError } from '../../../src/base/errors.ts'
import type { WatermarkSettings } from '../../../src/contract/blocks/watermark.ts'
import { createSharpReducer } from '../../../src/providers/images/sharp.ts'
import { createWatermarkCache, createWatermarkFinder } from '../../../src/runtime/tenancy/tenant-watermark.ts'
import { plain } from '../../support/fixtures/pictures.ts'

const images = createSharpReducer()
const usual: WatermarkSettings = {
  text: undefined,
  image: undefined,
  position: 'bottom-right',
  opacity: 0.5,
  size: 0.2,
}

async function finder(
  settings: Partial<WatermarkSettings>,
  cache = createWatermarkCache(),
  identity = 'alice 1',
) {
  const state = {
    now: 1_000_000,
    reads: 0,
    file: new Uint8Array(await plain(40, 20).png().toBuffer()) as Uint8Array<ArrayBuffer> | null | Error,
  }
  const store = {
    async readOwnFile() {
      state.reads++
      if (state.file instanceof Error) throw state.file
      return state.file
    },
  }
  const find = createWatermarkFinder({
    cache,
    identity,
    settings: { ...usual, ...settings },
    tools: () => ({ store, images, owner: 'alice' }),
    now: () => state.now,
  })
  return { find, state }
}

it('makes a watermark once, also for many callers at once', async () => {
  const { find, state } = await finder({ image: 'logo.png' })
  const marks = await Promise.all(Array.from({ length: 20 }, find))
  expect(new Set(marks).size).toBe(1)
  expect(await find()).toBe(marks[0])
  expect(state.reads).toBe(1)
})

it('reads the file again after ten minutes, and notices a new file', async () => {
  const { find, state } = await finder({ image: 'logo.png' })
  const before = await find()
  state.now += 599_000
  expect(await find()).toBe(before)
  state.now += 2000
  state.file = new Uint8Array(await plain(50, 20).png().toBuffer())
  expect((await find())?.key).not.toBe(before?.key)
  expect(state.reads).toBe(2)
})

it('keeps no tenant’s watermark for another tenant or configuration', async () => {
  const cache = createWatermarkCache()
  const alice = await (await finder({ text: 'Alice' }, cache, 'alice 1')).find()
  const bob = await (await finder({ text: 'Bob' }, cache, 'bob 1')).find()
  expect(bob?.key).not.toBe(alice?.key)
})

it('remembers for a short time why there is none, and recovers', async () => {
  const { find, state } = await finder({ image: 'logo.png' })
  const { file } = state
  state.file = null
  await expect(find()).rejects.toMatchObject({ code: 'watermark_unavailable' })
  await expect(find()).rejects.toMatchObject({ code: 'watermark_unavailable' })
  expect(state.reads).toBe(1)
  state.now += 15_000
  state.file = file
  expect(await find()).toMatchObject({ width: 40, height: 20 })
})

it('passes on an outage of the storage, and asks again at once', async () => {
  const { find, state } = await finder({ image: 'logo.png' })
  const { file } = state
  state.file = new PublisherError('storage_unavailable', 'down')
  await expect(find()).rejects.toMatchObject({ code: 'storage_unavailable' })
  state.file = file
  expect(await find()).toMatchObject({ width: 40 })
})

it('reads nothing where no watermark is wanted', async () => {
  const { find, state } = await finder({})
  expect(await find()).toBeNull()
  expect(state.reads).toBe(0)
})
