import { createHash } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text as readText } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { PublisherError } from '../../src/base/errors.ts'
import type { ImageReducer } from '../../src/ports/images.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import type { DigestMemory } from '../../src/workflow/content-digest.ts'
import type { PublishRequest } from '../../src/workflow/publish.ts'
import { reducer } from '../support/fixtures/publishing.ts'
import { photo, scene, whereabouts } from '../support/fixtures/scripted-platforms.ts'
import { readableSidecar } from '../support/fixtures/stored-photos.ts'

type Scene = Awaited<ReturnType<typeof scene>>

const onlyTelegram = { platforms: ['telegram'] } as const
const elevenMinutes = 11 * 60_000
const away = () => new PublisherError('storage_unavailable', 'Away.')

/** Memory that knows the digest of the scene's photo. */
const knowing: DigestMemory = {
  get: async () => createHash('sha256').update('the photo').digest('hex'),
  put: async () => undefined,
}

/** Methods that call nothing. */
const answersAtOnce = new Set<string | symbol>(['describe', 'effectOf', 'changesOf', 'plan'])

/** Faults of a call: it is not made, its response is lost, or the process dies after it. */
const faults = {
  'is not made': { isMade: false, isLast: false },
  'is made and its response is lost': { isMade: true, isLast: false },
  'is the last before the process dies': { isMade: true, isLast: true },
} as const
type Fault = (typeof faults)[keyof typeof faults]

/** Creates a wrapper for objects that counts their calls and injects the fault at the nth call. */
function faulty(nth: number, { isMade, isLast }: Fault) {
  let calls = 0
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, {
      get(from, name) {
        const member: unknown = Reflect.get(from, name)
        if (typeof member !== 'function' || answersAtOnce.has(name)) return member
        return async (...args: unknown[]) => {
          calls += 1
          if (calls < nth || (calls > nth && !isLast)) return member.apply(from, args)
          if (calls === nth && isMade) await member.apply(from, args)
          // A platform's lost response shows as a network error.
          throw name === 'publish' ? new TypeError('fetch failed') : away()
        }
      },
    })
  return { wrap, calls: () => calls }
}

/** Publishes with the fault, then again as a person would. Returns true if the fault was reached. */
async function survives(nth: number, fault: Fault, prepare: (scene: Scene) => Promise<PublishRequestPart>) {
  await using open = await scene()
  const { publish, telegram, folder, clock } = open
  const request = await prepare(open)
  const before = telegram.posts.length
  const { wrap, calls } = faulty(nth, fault)
  const tools = { store: wrap(folder.open()), publishers: [wrap(telegram)] }
  await publish({ ...request, caption: 'Typed.' }, tools).catch(() => undefined)
  const sent = telegram.posts.length - before
  expect(sent).toBeLessThanOrEqual(1)
  await expectNothingLost(open)

  clock.time += elevenMinutes
  const { results } = await publish(onlyTelegram)
  expect(telegram.posts.length - before).toBeLessThanOrEqual(1)
  // A post that arrived is recorded as sent or as unknown.
  if (sent === 1) expect(results.telegram?.skipped).toMatch(/^(duplicate|unknown)$/)

  const insisting = await publish({ ...onlyTelegram, force: true })
  expect(insisting.results.telegram?.success).toBe(true)
  expect(telegram.posts.length - before).toBeGreaterThanOrEqual(1)
  expect(await whereabouts(folder)).toEqual(['archive/photo.jpg with sidecar'])
  await expectNothingLost(open)
  return calls() >= nth
}
type PublishRequestPart = Partial<PublishRequest>

async function expectNothingLost({ folder }: Scene): Promise<void> {
  const store = folder.open()
  const places = await whereabouts(folder)
  const place = places.some((found) => found.startsWith('root/')) ? 'root' : 'archive'
  const { body } = await store.read(place, photo)
  expect(await readText(body)).toBe('the photo')
  const sidecars = await Promise.all([
    readableSidecar(store, 'root', photo),
    readableSidecar(store, 'archive', photo),
  ])
  expect(sidecars.map((sidecar) => sidecar?.text ?? '').join()).toContain('# mine: stays')
}

const firstAttempt = async () => onlyTelegram
const forcedAttempt = async ({ publish, telegram }: Scene) => {
  telegram.script.push({ error: new TypeError('fetch failed'), arrives: true })
  await publish(onlyTelegram)
  return { ...onlyTelegram, force: true }
}

describe.each([
  ['a first attempt', firstAttempt, 10],
  ['a forced attempt', forcedAttempt, 12],
] as const)('%s', (_title, prepare, leastCalls) => {
  it.each(Object.entries(faults))(
    'loses nothing and sends nothing twice silently when any single call %s',
    async (_fault, fault) => {
      let nth = 1
      while (await survives(nth, fault, prepare)) nth += 1
      expect(nth).toBeGreaterThan(leastCalls)
    },
  )
})

describe('publishing', () => {
  it('stops waiting for a platform that never responds and ignores its signal', async () => {
    await using open = await scene()
    const { publish, telegram, email } = open
    const deaf = { ...telegram, publish: () => new Promise<never>(() => undefined) }
    const timing = { sendingMs: 20, receiptPauseMs: 1 }
    const { results } = await publish({}, { publishers: [deaf, email], timing })
    expect(results.telegram).toMatchObject({ success: false, code: 'publish_outcome_unknown' })
    expect(results.email).toMatchObject({ success: true })
    expect((await publish()).results.telegram).toMatchObject({ skipped: 'unknown' })
  })

  it('sends at most once more when many forced attempts run at once and the outcome stays unknown', async () => {
    await using open = await scene()
    const { publish, telegram } = open
    const lost = { error: new TypeError('fetch failed'), arrives: true }
    telegram.script.push(...Array.from({ length: 21 }, () => lost))
    await publish(onlyTelegram)
    // All attempts have read the ledger before the first attempt sends.
    const everybody = Promise.withResolvers<void>()
    let looking = 0
    const images: ImageReducer = {
      ...reducer,
      async reduce(...args) {
        looking += 1
        if (looking === 20) everybody.resolve()
        await everybody.promise
        return reducer.reduce(...args)
      },
    }
    const tools = { images, digests: knowing }
    await Promise.all(Array.from({ length: 20 }, () => publish({ ...onlyTelegram, force: true }, tools)))
    expect(telegram.posts).toHaveLength(2)
  })

  it.each([
    ['reads the photo for digest and picture', 'read', {}],
    ['reads the caption', 'readSidecar', {}],
    ['reads a known photo for the picture', 'read', { digests: knowing }],
    ['claims the photo', 'createRecord', {}],
    ['archives the photo', 'move', {}],
  ] as const)(
    'succeeds without a second post when another attempt finishes just before it %s',
    async (_title, method, tools) => {
      await using open = await scene()
      const { publish, telegram, email, folder } = open
      const store = folder.open()
      let calls = 0
      let quicker: Promise<unknown> | undefined
      const overtaken = new Proxy(store, {
        get(from, name) {
          const member: unknown = Reflect.get(from, name)
          if (name !== method || typeof member !== 'function') return member
          return async (...args: unknown[]) => {
            calls += 1
            // The other platform's call of this kind must wait too. Otherwise it meets a claim that is not settled yet, which is a
            // different case.
            if (calls === 1) quicker = publish()
            await quicker
            return member.apply(from, args)
          }
        },
      })
      const result = await publish({}, { ...tools, store: overtaken })
      expect(calls).toBeGreaterThanOrEqual(1)
      expect(result).toMatchObject({ name: photo, anySuccess: true, archived: true, warnings: [] })
      expect(Object.values(result.results).map(({ success }) => success)).toEqual([true, true])
      expect([telegram.posts.length, email.posts.length]).toEqual([1, 1])
      expect(await whereabouts(folder)).toEqual(['archive/photo.jpg with sidecar'])
    },
  )

  it('ignores a photo of the same name in the archive that no attempt has touched', async () => {
    await using open = await scene()
    const { publish, telegram, folder } = open
    await folder.open().move(photo, 'root', 'archive')
    await expect(publish()).rejects.toMatchObject({ code: 'photo_not_found' })
    await expect(publish({ dryRun: true })).rejects.toMatchObject({ code: 'photo_not_found' })
    expect(telegram.posts).toEqual([])
  })

  it('stops before it begins when the client is gone, and completes what has begun', async () => {
    await using open = await scene()
    const { publish, telegram, email, folder } = open
    const gone = AbortSignal.abort()
    await expect(publish({ caption: 'Typed.', signal: gone })).rejects.toMatchObject({
      code: 'invalid_request',
    })
    expect([telegram.posts, email.posts]).toEqual([[], []])
    expect(await readFile(join(folder.root, 'photo.txt'), 'utf8')).not.toContain('Typed.')

    const leaving = new AbortController()
    const leftAtOnce = {
      ...telegram,
      publish: (...args: Parameters<typeof telegram.publish>) => {
        leaving.abort()
        return telegram.publish(...args)
      },
    }
    const ended = await publish({ signal: leaving.signal }, { publishers: [leftAtOnce, email] })
    expect(ended).toMatchObject({ anySuccess: true, archived: true })
    expect([telegram.posts.length, email.posts.length]).toEqual([1, 1])
  })

  it('reduces the photo once for all platforms, with each size once', async () => {
    await using open = await scene()
    const { publish, telegram, email } = open
    const orders: number[][] = []
    const images: ImageReducer = {
      ...reducer,
      reduceAll(source, reductions, order) {
        orders.push(reductions.map(({ box }) => box.width))
        return reducer.reduceAll(source, reductions, order)
      },
    }
    const small = { ...email, platform: 'bluesky', pictureBox: { width: 50, height: 50 } } as const
    await publish({}, { images, publishers: [telegram, email, small] })
    expect(orders).toEqual([[100, 50]])
  })

  it('reports its stages, each platform’s in order', async () => {
    await using open = await scene()
    const { publish, stages, email } = open
    email.script.push({ error: new PublisherError('publish_refused', 'No.'), arrives: false })
    await publish()
    expect([stages[0], stages.at(-1)]).toEqual(['preparing', 'archiving'])
    const of = (platform: string) => stages.filter((stage) => stage.endsWith(platform))
    expect(of('telegram')).toEqual(['sending telegram', 'sent telegram'])
    expect(of('email')).toEqual(['sending email', 'failed email'])
    stages.length = 0
    await publish()
    expect(of('telegram')).toEqual(['skipped telegram'])
  })

  it('passes on the cause of a failure for the log', async () => {
    await using open = await scene()
    const { publish, telegram, troubles } = open
    const cause = new TypeError('oops')
    telegram.script.push({ error: cause, arrives: false })
    await publish(onlyTelegram)
    expect(troubles).toEqual([cause])
  })

  it('archives a photo that every platform already has, under any name', async () => {
    await using open = await scene()
    const { publish, telegram, email, folder } = open
    await publish()
    await writeFile(join(folder.root, 'copy.jpg'), 'the photo')
    expect(await publish({ name: parsePhotoName('copy.jpg') })).toMatchObject({
      name: 'copy.jpg',
      archived: true,
    })
    expect([telegram.posts.length, email.posts.length]).toEqual([1, 1])
  })
})
