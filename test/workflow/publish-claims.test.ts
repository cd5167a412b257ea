import { describe, expect, it } from 'vitest'
import { PublisherError } from '../../src/base/errors.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import type { ChannelPublisher } from '../../src/ports/publisher.ts'
import type { PhotoStore } from '../../src/ports/storage.ts'
import { withClaimedRecords } from '../../src/workflow/ledger/claimed-records.ts'
import { createLedger } from '../../src/workflow/ledger.ts'
import { type PublishRequest, publishPhoto } from '../../src/workflow/publish.ts'
import { startScriptedS3 } from '../support/fakes/scripted-s3.ts'
import { serversWithoutClaims, startClaims } from '../support/fixtures/claims.ts'
import { captionRules, firstChannel, fixedPost, toolsFor } from '../support/fixtures/publishing.ts'

const elevenMinutes = 11 * 60_000
const photo = parsePhotoName('photo.jpg')

/** Starts a gallery on an S3 server that cannot claim by itself, and an orchestrator with claims. */
async function gallery(server: keyof typeof serversWithoutClaims) {
  const s3 = await startScriptedS3()
  s3.bucket.seed('Photos/photo.jpg', 'the photo')
  const rule = serversWithoutClaims[server]
  if (rule) s3.script(rule())
  const service = await startClaims()
  const posts: string[] = []
  const clock = { time: Date.now() }
  const publisher: ChannelPublisher = {
    platform: 'telegram',
    channel: firstChannel('telegram'),
    captionRules,
    pictureBox: { width: 100, height: 100 },
    describe: () => '',
    ...fixedPost,
    async publish({ sha256 }) {
      posts.push(sha256)
      return { postId: `post-${posts.length}` }
    },
  }
  const publish = (
    request: Partial<PublishRequest> = {},
    tools: { store?: PhotoStore; publisher?: ChannelPublisher } = {},
  ) =>
    publishPhoto(
      {
        ...toolsFor(tools.store ?? withClaimedRecords(s3.store(), service.open()), [
          tools.publisher ?? publisher,
        ]),
        now: () => clock.time,
      },
      { name: photo, dryRun: false, force: false, requestId: 'r', ...request },
      () => undefined,
    )
  return { s3, service, posts, clock, publisher, publish }
}

/** Methods that call nothing. */
const answersAtOnce = new Set<string | symbol>(['describe', 'effectOf', 'changesOf', 'plan', 'isKnownAtomic'])

/** Faults of a call: it is not made, its answer is lost, or the process dies after it. */
const faults = {
  'is not made': { isMade: false, isLast: false },
  'is made and its answer is lost': { isMade: true, isLast: false },
  'is the last before the process dies': { isMade: true, isLast: true },
} as const
type Fault = (typeof faults)[keyof typeof faults]

/** Wraps objects to count their calls and to inject the fault into the nth call. */
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
          if (name === 'publish') throw new TypeError('fetch failed')
          throw new PublisherError('storage_unavailable', 'Away.')
        }
      },
    })
  return { wrap, calls: () => calls }
}

/** Publishes with the fault, then again as a person would. Returns true if the fault was reached. */
async function survives(server: string, nth: number, fault: Fault): Promise<boolean> {
  const { s3, service, posts, clock, publisher, publish } = await gallery(server)
  const { wrap, calls } = faulty(nth, fault)
  const store = withClaimedRecords(wrap(s3.store()), wrap(service.open()))
  const first = await publish({}, { store, publisher: wrap(publisher) }).catch(() => undefined)
  const sent = posts.length
  expect(sent).toBeLessThanOrEqual(1)

  clock.time += elevenMinutes
  const second = await publish()
  expect(posts.length).toBeLessThanOrEqual(1)
  const skipped = second.results.telegram?.skipped
  if (sent === 1) expect(skipped).toMatch(/^(duplicate|unknown)$/)
  // A receipt that was answered without a warning is kept.
  const answered = first?.results.telegram
  if (answered?.success && !answered.warning) expect(skipped).toBe('duplicate')

  const insisting = await publish({ force: true })
  expect(insisting.results.telegram?.success).toBe(true)
  expect(posts.length).toBeLessThanOrEqual(sent + 1)
  expect((await publish({ force: true })).results.telegram?.skipped).toBe('duplicate')
  return calls() >= nth
}

describe.each(Object.keys(serversWithoutClaims))('publishing by claims on an S3 server that %s', (server) => {
  it('sends one post when 20 attempts of two processes run at once', async () => {
    const { s3, service, posts, publish } = await gallery(server)
    const stores = [1, 2].map(() => withClaimedRecords(s3.store(), service.open()))
    const attempts = stores.flatMap((store) => Array.from({ length: 10 }, () => publish({}, { store })))
    const results = await Promise.all(attempts)
    expect(posts).toHaveLength(1)
    const outcomes = results.map(({ results: of }) => of.telegram)
    expect(outcomes.filter((outcome) => outcome?.success && !outcome.skipped)).toHaveLength(1)
    expect(outcomes.filter((outcome) => !outcome?.success && !outcome?.skipped)).toEqual([])
  }, 240_000)

  it('keeps the same receipt in the storage, so that it counts without the control plane', async () => {
    const { s3, service, posts, publish } = await gallery(server)
    await publish()
    const [sha256 = ''] = posts
    const key = `Photos/.publisher/ledger/${sha256}/telegram.json`
    const stored: unknown = JSON.parse(s3.bucket.contents()[key] ?? '')
    expect(stored).toMatchObject({ state: 'posted', post_id: 'post-1' })
    expect((await service.open().read(`ledger/${sha256}/telegram.json`))?.record).toEqual(stored)
    const { standing } = createLedger(s3.store(), Date.now)
    expect(await standing(sha256, firstChannel('telegram'))).toMatchObject({ kind: 'duplicate' })
  })

  it('sends nothing again after the control plane has lost all claims', async () => {
    const { s3, publish, posts } = await gallery(server)
    await publish()
    s3.bucket.seed('Photos/again.jpg', 'the photo')
    const fresh = await startClaims()
    const store = () => withClaimedRecords(s3.store(), fresh.open())
    const again = { name: parsePhotoName('again.jpg') }
    const results = await Promise.all([1, 2, 3].map(() => publish(again, { store: store() })))
    expect(results.map(({ results: of }) => of.telegram?.skipped)).toEqual([
      'duplicate',
      'duplicate',
      'duplicate',
    ])
    expect(posts).toHaveLength(1)
  })
})

/** All faults on one server. The servers differ in writes alone, so one fault is enough for each of the others. */
const disturbed = [
  ['answers 501 to conditional writes', 'is not made'],
  ['answers 501 to conditional writes', 'is made and its answer is lost'],
  ['answers 501 to conditional writes', 'is the last before the process dies'],
  ['ignores conditions and overwrites', 'is the last before the process dies'],
  ['checks first and writes later', 'is made and its answer is lost'],
] as const satisfies readonly (readonly [string, keyof typeof faults])[]

describe('publishing by claims while calls fail', () => {
  it.each(disturbed)(
    'sends nothing twice silently and keeps receipts on a server that %s, when any single call %s',
    async (server, name) => {
      const fault = faults[name]
      let nth = 1
      while (await survives(server, nth, fault)) nth += 1
      expect(nth).toBeGreaterThan(15)
    },
    120_000,
  )
})

describe('publishing by claims', () => {
  const server = 'answers 501 to conditional writes'

  it('sends nothing while the control plane does not answer, and says so', async () => {
    const { service, posts, publish } = await gallery(server)
    service.script = () => 'down'
    await expect(publish()).rejects.toMatchObject({ code: 'claims_unavailable' })
    service.script = () => new Response(null, { status: 503 })
    await expect(publish()).rejects.toMatchObject({ code: 'claims_unavailable' })
    expect(posts).toEqual([])
    service.script = () => undefined
    expect((await publish()).results.telegram?.success).toBe(true)
  }, 120_000)

  it('sends nothing where the control plane offers no claims, with storage_not_atomic', async () => {
    const { s3, posts, publish } = await gallery(server)
    const service = await startClaims(null)
    const store = withClaimedRecords(s3.store(), service.open())
    await expect(publish({}, { store })).rejects.toMatchObject({ code: 'storage_not_atomic' })
    expect(posts).toEqual([])
  })

  it('keeps the receipt in the storage when the control plane goes down after the post', async () => {
    const { service, posts, publish, publisher, clock } = await gallery(server)
    const failing: ChannelPublisher = {
      ...publisher,
      async publish(...post) {
        const posted = await publisher.publish(...post)
        service.script = () => new Response(null, { status: 400 })
        return posted
      },
    }
    const first = await publish({}, { publisher: failing })
    expect(first.results.telegram).toMatchObject({
      success: true,
      warning: expect.stringContaining('receipt'),
    })
    service.script = () => undefined
    clock.time += elevenMinutes
    expect((await publish({ force: true })).results.telegram?.skipped).toBe('duplicate')
    expect(posts).toHaveLength(1)
  })

  it('never asks the control plane on a storage that claims by itself', async () => {
    const s3 = await startScriptedS3()
    s3.bucket.seed('Photos/photo.jpg', 'the photo')
    const { publish, service } = await gallery(server)
    const store = withClaimedRecords(s3.store(), service.open())
    expect((await publish({}, { store })).results.telegram?.success).toBe(true)
    expect((await publish({}, { store })).results.telegram?.skipped).toBe('duplicate')
    expect(service.calls).toEqual([])
  })

  it('uses claims once a server that passed the probe turns out to have a gap', async () => {
    const { s3, service, posts, publish } = await gallery(server)
    s3.heal()
    const store = withClaimedRecords(s3.store(), service.open())
    expect(await store.canCreateAtomically()).toBe(true)
    const proxied = {
      ...s3.store(),
      isKnownAtomic: async () => undefined,
      canCreateAtomically: async () => true,
    }
    const refusing = withClaimedRecords(
      {
        ...proxied,
        createRecord: () => Promise.reject(new PublisherError('storage_not_atomic', 'It has a gap.')),
      },
      service.open(),
    )
    expect((await publish({}, { store: refusing })).results.telegram?.success).toBe(true)
    expect(service.calls).toContain('POST /v1/claims')
    expect(posts).toHaveLength(1)
  })
})
