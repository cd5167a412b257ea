import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterEach, describe, expect, it } from 'vitest'
import { onAsk, prose } from '../../dev/emulators/openai/faults.ts'
import { PublisherError } from '../../src/base/errors.ts'
import type { Channel } from '../../src/contract/channels.ts'
import type { ImageReducer, ReducedImage } from '../../src/ports/images.ts'
import type { PhotoStore } from '../../src/ports/storage.ts'
import type { DigestMemory } from '../../src/workflow/content-digest.ts'
import type { ReadyPictures } from '../../src/workflow/ready-pictures.ts'
import { textOf } from '../../src/workflow/sidecar.ts'
import { name, startScene } from '../support/fixtures/analysis.ts'
import { tellTale } from '../support/fixtures/pictures.ts'
import { firstChannel, reducer } from '../support/fixtures/publishing.ts'
import { scene } from '../support/fixtures/scripted-platforms.ts'

const sha256 = createHash('sha256').update('the photo').digest('hex')

/** Counts the calls of a store by method, in the order of the first call. */
function counting(store: PhotoStore) {
  const calls: Record<string, number> = {}
  const counted = new Proxy(store, {
    get(from, name) {
      const member: unknown = Reflect.get(from, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        calls[String(name)] = (calls[String(name)] ?? 0) + 1
        return member.apply(from, args)
      }
    },
  })
  return { store: counted, calls }
}

function remembering(known: string | null = null): DigestMemory & { put: DigestMemory['put'] } {
  let digest = known
  return {
    get: async () => digest,
    put: async (_entry, found) => {
      digest = found
    },
  }
}

/** A reducer that reads the original, as the real reducers do. */
const reading: ImageReducer = {
  ...reducer,
  async reduceAll({ body }, reductions) {
    const bytes = new Uint8Array(await buffer(body))
    return reductions.map(() => ({ bytes, mediaType: 'image/jpeg', width: 3, height: 2 }))
  },
}

describe('publishing', () => {
  it('reads the original once for its digest and all platforms', async () => {
    await using open = await scene()
    const { store, calls } = counting(open.folder.open())
    const { results } = await open.publish({}, { store, images: reading })
    expect(results).toMatchObject({ telegram: { success: true }, email: { success: true } })
    expect(open.telegram.posts[0]?.sha256).toBe(sha256)
    expect(Buffer.from(open.telegram.posts[0]?.picture.bytes ?? []).toString()).toBe('the photo')
    expect(calls).toEqual({
      canCreateAtomically: 1,
      // To find the photo, and to see that it is still the same.
      stat: 2,
      read: 1,
      readSidecar: 1,
      // Per platform: the standing, and the claim read back.
      readRecord: 4,
      createRecord: 2,
      replaceRecord: 2,
      move: 1,
    })
  })

  it('reads the original once when its digest is remembered', async () => {
    await using open = await scene()
    const { store, calls } = counting(open.folder.open())
    await open.publish({}, { store, images: reading, digests: remembering(sha256) })
    expect([calls.read, calls.stat]).toEqual([1, 1])
  })

  it('reads no original for a duplicate whose digest is remembered', async () => {
    await using open = await scene()
    await open.publish({}, { archives: false })
    const { store, calls } = counting(open.folder.open())
    const { results } = await open.publish({}, { store, digests: remembering(sha256), archives: false })
    expect(results.telegram).toMatchObject({ skipped: 'duplicate' })
    expect(calls.read).toBeUndefined()
  })

  it('makes only the pictures of the platforms that lack the photo', async () => {
    await using open = await scene()
    await open.publish({ platforms: ['telegram'] }, { archives: false })
    const sizes: number[] = []
    const images: ImageReducer = {
      ...reducer,
      reduceAll(source, reductions, order) {
        sizes.push(...reductions.map(({ box }) => box.width))
        return reducer.reduceAll(source, reductions, order)
      },
    }
    const small = { ...open.email, pictureBox: { width: 50, height: 50 } }
    const publishers = [open.telegram, small]
    await open.publish({}, { images, publishers, digests: remembering(sha256) })
    expect(sizes).toEqual([50])
  })

  it('answers for a duplicate while the reducer is busy', async () => {
    await using open = await scene()
    await open.publish({}, { archives: false })
    const waiting: ImageReducer = { ...reducer, reduceAll: () => new Promise(() => undefined) }
    const { results } = await open.publish({}, { images: waiting, archives: false })
    expect(results.telegram).toMatchObject({ success: true, skipped: 'duplicate' })
  })

  it('sends nothing when the original breaks half-way', async () => {
    await using open = await scene()
    const store = open.folder.open()
    const broken: PhotoStore = {
      ...store,
      async read(...photo) {
        const { entry, body } = await store.read(...photo)
        await body.cancel()
        return { entry, body: breaking() }
      },
    }
    const attempt = open.publish({}, { store: broken, images: reading })
    await expect(attempt).rejects.toMatchObject({ code: 'storage_unavailable' })
    expect([open.telegram.posts, open.email.posts]).toEqual([[], []])
    expect((await open.publish()).anySuccess).toBe(true)
  })

  it('refuses a photo that is replaced between finding and reading it', async () => {
    await using open = await scene()
    const store = open.folder.open()
    const replaced: PhotoStore = {
      ...store,
      async read(...photo) {
        await writeFile(join(open.folder.root, 'photo.jpg'), 'quite another photo')
        return store.read(...photo)
      },
    }
    const attempt = open.publish({}, { store: replaced, images: reading })
    await expect(attempt).rejects.toMatchObject({ code: 'photo_changed' })
    expect(open.telegram.posts).toEqual([])
  })

  it('records the failure under the right digest when the reducer refuses the photo', async () => {
    await using open = await scene()
    const refusing: ImageReducer = {
      ...reducer,
      async reduceAll({ body }) {
        await body.cancel()
        throw new PublisherError('photo_unreadable', 'No picture.')
      },
    }
    const { results } = await open.publish({}, { images: refusing })
    expect(results.telegram).toMatchObject({ success: false, code: 'photo_unreadable' })
    const records = await open.folder.open().listRecords(['ledger', sha256])
    expect(records).toContain('telegram.failed.json')
  })

  it('sends once, with one digest, when two attempts read at once', async () => {
    await using open = await scene()
    const attempts = [1, 2].map(() => open.publish({}, { images: reading }))
    await Promise.all(attempts)
    expect(open.telegram.posts.map((post) => post.sha256)).toEqual([sha256])
  })

  it('tells the result of every platform, and of a platform that this server lacks unless it is a preview', async () => {
    await using open = await scene()
    const told: string[] = []
    const onResult = ({ name }: Channel) => void told.push(name)
    await open.publish({ dryRun: true }, { unavailable: [firstChannel('bluesky')], onResult })
    expect(told.splice(0).sort()).toEqual(['email', 'telegram'])
    await open.publish({}, { unavailable: [firstChannel('bluesky')], onResult })
    expect(told.sort()).toEqual(['bluesky', 'email', 'telegram'])
  })
})

describe('an analysis', () => {
  let open: Awaited<ReturnType<typeof startScene>>
  afterEach(() => open[Symbol.asyncDispose]())

  it('reads the original once for its digest and the picture', async () => {
    open = await startScene()
    const { store, calls } = counting(open.store)
    await open.analyze({ store })
    expect(calls).toEqual({ readSidecar: 1, stat: 2, read: 1, list: 2, writeSidecar: 1 })
    const { body } = await open.store.read('root', name)
    const digest = createHash('sha256')
      .update(await buffer(body))
      .digest('hex')
    expect(textOf(await open.document(), 'sha256')).toBe(digest)
  })

  it('reads the original again only for the larger picture of a second attempt', async () => {
    open = await startScene()
    open.openai.interfere(onAsk(prose))
    const { store, calls } = counting(open.store)
    await open.analyze({ store })
    expect(calls.read).toBe(2)
  })

  it('writes nothing when the original breaks half-way', async () => {
    open = await startScene()
    const store: PhotoStore = {
      ...open.store,
      async read(...photo) {
        const { entry, body } = await open.store.read(...photo)
        await body.cancel()
        return { entry, body: breaking() }
      },
    }
    await expect(open.analyze({ store })).rejects.toMatchObject({ code: 'storage_unavailable' })
    expect(await open.sidecar()).toBeNull()
  })

  it('makes the pictures of the platforms ahead, from the same reading', async () => {
    open = await startScene()
    const made = new Map<string, ReducedImage>()
    const ready = {
      get: () => undefined,
      put: (digest: string, box: { width: number }, picture: ReducedImage) =>
        void made.set(`${digest.length} ${box.width}`, picture),
    }
    const { store, calls } = counting(open.store)
    await open.analyze({ store, ready })
    expect(calls.read).toBe(1)
    expect([...made.keys()]).toEqual(['64 64', '64 96'])
    expect([...made.values()].map(({ width }) => width)).toEqual([64, 96])
  })

  it('succeeds when only the pictures of the platforms fail', async () => {
    open = await startScene()
    const ready = { get: () => undefined, put: () => undefined }
    const images: ImageReducer = {
      ...reducer,
      async reduceAll(source, reductions, order) {
        const [first] = await reducer.reduceAll(source, reductions, order)
        const bytes = new Uint8Array(await tellTale().jpeg().toBuffer())
        if (first) order.onFirst?.({ ...first, bytes })
        throw new PublisherError('photo_too_large', 'Too large together.')
      },
    }
    expect((await open.analyze({ images, ready })).sidecarWritten).toBe(true)
  })
})

describe('publishing after an analysis', () => {
  const image = { bytes: new Uint8Array(10), mediaType: 'image/jpeg', width: 3, height: 2 } as const
  const readyWith = (open: Awaited<ReturnType<typeof scene>>): ReadyPictures => ({
    get: (digest, box) =>
      digest === sha256 && box.width === open.telegram.pictureBox.width ? image : undefined,
    put: () => undefined,
  })

  it('sends the pictures made ahead without another reading', async () => {
    await using open = await scene()
    const ready = readyWith(open)
    const { store, calls } = counting(open.folder.open())
    await open.publish({}, { store, digests: remembering(sha256), ready })
    expect([calls.read, calls.stat]).toEqual([undefined, 2])
    expect(open.telegram.posts[0]?.picture).toEqual(image)
  })

  it('refuses the pictures made ahead when the photo is replaced meanwhile', async () => {
    await using open = await scene()
    const ready = readyWith(open)
    const store = open.folder.open()
    const replaced: PhotoStore = {
      ...store,
      async readSidecar(place, name) {
        await writeFile(join(open.folder.root, 'photo.jpg'), 'quite another photo')
        return store.readSidecar(place, name)
      },
    }
    const { results } = await open.publish({}, { store: replaced, digests: remembering(sha256), ready })
    expect(results.telegram).toMatchObject({ success: false, code: 'photo_changed' })
    expect(open.telegram.posts).toEqual([])
  })
})

function breaking(): ReadableStream<Uint8Array> {
  let sent = 0
  return new ReadableStream({
    pull(controller) {
      if (sent++ < 2) controller.enqueue(Uint8Array.of(sent))
      else controller.error(new PublisherError('storage_unavailable', 'Broken.'))
    },
  })
}
