import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import { PublisherError } from '../../../src/base/errors.ts'
import type { PhotoIndexOptions } from '../../../src/workflow/previews/kept-index.ts'
import { createPhotoIndex } from '../../../src/workflow/previews/photo-index.ts'
import { background, indexMemory, storeOf } from '../../support/fixtures/thumbnails.ts'

const photo = { contentHash: 'a1b2c3d4' }
const key = 'index/photos.json'

/** Creates processes on one storage, each with its own memory. */
function scene() {
  const kept = new Map<string, Uint8Array>()
  const { store, calls } = storeOf({}, undefined, kept)
  const clock = { now: Date.UTC(2026, 10, 30) }
  const troubles: unknown[] = []
  const work = background()
  const start = (options: Partial<PhotoIndexOptions> = {}) => {
    const memory = indexMemory()
    const index = createPhotoIndex({
      files: store,
      memory,
      now: () => clock.now,
      delay: async () => undefined,
      onTrouble: (error) => void troubles.push(error),
      ...options,
    })
    return {
      ...index,
      memory,
      async saved() {
        index.save(work.waitUntil)
        await work.settled()
      },
    }
  }
  return { start, store, kept, calls, clock, troubles, ...work }
}

describe('a photo index', () => {
  it('keeps notes for the next process', async () => {
    const { start } = scene()
    const first = start()
    const facts = { width: 6000, height: 4000, takenAt: null }
    await first.note(photo, { facts, placeholder: 'abc', sha256: 'a'.repeat(64), files: ['w256h256.webp'] })
    await first.saved()
    expect(await start().get(photo)).toMatchObject({ facts, placeholder: 'abc', files: ['w256h256.webp'] })
    expect(await start().placeholders([photo, { contentHash: 'other-hash' }])).toEqual(['abc', null])
  })

  it('reads the storage once and writes many notes at once', async () => {
    const { start, calls, waitUntil, settled } = scene()
    const isDue = Promise.withResolvers<void>()
    const index = start({ delay: () => isDue.promise })
    await Promise.all([index.get(photo), index.get(photo), index.isRecent()])
    expect(calls.readPreview).toBe(1)
    for (let at = 0; at < 20; at++) {
      await index.note({ contentHash: `hash-${at}00000` }, { placeholder: 'abc' })
      index.save(waitUntil)
    }
    isDue.resolve()
    await settled()
    await index.saved()
    expect(calls.writePreview).toBe(1)
  })

  it('writes a note that arrives during a write', async () => {
    const { start, store, calls, waitUntil, settled } = scene()
    const isWriting = Promise.withResolvers<void>()
    const mayEnd = Promise.withResolvers<void>()
    const files: PhotoIndexOptions['files'] = {
      readPreview: store.readPreview,
      async writePreview(...preview) {
        isWriting.resolve()
        await mayEnd.promise
        await store.writePreview(...preview)
      },
    }
    const index = start({ files })
    await index.note(photo, { placeholder: 'abc' })
    index.save(waitUntil)
    await isWriting.promise
    await index.note(photo, { sha256: 'a'.repeat(64) })
    index.save(waitUntil)
    mayEnd.resolve()
    await settled()
    expect(calls.writePreview).toBe(2)
    expect(await start().get(photo)).toMatchObject({ placeholder: 'abc', sha256: 'a'.repeat(64) })
  })

  it('writes nothing without news', async () => {
    const { start, calls } = scene()
    const index = start()
    await index.note(photo, { placeholder: 'abc' })
    await index.saved()
    await index.note(photo, { placeholder: 'abc' })
    await index.saved()
    expect(calls.writePreview).toBe(1)
  })

  it('merges the notes of several processes, in any order of their writes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.nat({ max: 2 }), fc.nat({ max: 5 })), { minLength: 1, maxLength: 12 }),
        async (steps) => {
          const { start } = scene()
          const processes = [start(), start(), start()]
          for (const [at, hash] of steps) {
            await processes[at]?.note({ contentHash: `hash-${hash}00000` }, { placeholder: `p${hash}` })
            await processes[at]?.saved()
          }
          const late = start()
          for (const [, hash] of steps)
            expect((await late.get({ contentHash: `hash-${hash}00000` }))?.placeholder).toBe(`p${hash}`)
        },
      ),
      { numRuns: 40 },
    )
  })

  it('ignores a damaged index and writes a readable index in its place', async () => {
    const { start, kept } = scene()
    kept.set(key, new TextEncoder().encode('{"version":1,"photos":'))
    const index = start()
    expect(await index.get(photo)).toBeUndefined()
    expect(await index.isRecent()).toBe(false)
    await index.note(photo, { placeholder: 'abc' })
    await index.saved()
    expect((await start().get(photo))?.placeholder).toBe('abc')
  })

  it('works from memory while the storage is down, and writes the notes once it is back', async () => {
    const { start, store, clock, troubles } = scene()
    const { readPreview, writePreview } = store
    const down = () => Promise.reject(new PublisherError('storage_unavailable', 'Away.'))
    Object.assign(store, { readPreview: down, writePreview: down })
    const index = start()
    await index.note(photo, { placeholder: 'abc' })
    await index.saved()
    expect((await index.get(photo))?.placeholder).toBe('abc')
    expect(troubles.length).toBeGreaterThan(0)
    Object.assign(store, { readPreview, writePreview })
    clock.now += 10 * 60_000
    await index.saved()
    expect((await start().get(photo))?.placeholder).toBe('abc')
  })

  it('asks the storage nothing when previews live in memory', async () => {
    const { start, calls } = scene()
    const index = start({ files: null })
    await index.note(photo, { placeholder: 'abc' })
    await index.saved()
    expect((await index.get(photo))?.placeholder).toBe('abc')
    expect(await index.isRecent()).toBe(true)
    expect(calls).toMatchObject({ readPreview: 0, writePreview: 0 })
  })

  it('loses no note when memory forgets the index before the write', async () => {
    const { start } = scene()
    const memory = indexMemory()
    const index = start({ memory: { get: () => undefined, set: memory.set } })
    await index.note(photo, { placeholder: 'abc' })
    await index.note(photo, { sha256: 'b'.repeat(64) })
    await index.saved()
    expect(await start().get(photo)).toMatchObject({ placeholder: 'abc', sha256: 'b'.repeat(64) })
  })

  it('answers without the index when the request that reads the index was cancelled', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    try {
      const { start, store, clock } = scene()
      const { readPreview } = store
      Object.assign(store, { readPreview: () => new Promise(() => undefined) })
      const index = start()
      void index.get(photo)
      clock.now += 9_000
      Object.assign(store, { readPreview })
      const second = index.placeholders([photo])
      await vi.advanceTimersByTimeAsync(1_000)
      expect(await second).toEqual([null])
      expect(await index.isRecent()).toBe(true)
    } finally {
      vi.useRealTimers()
    }
  })
})
