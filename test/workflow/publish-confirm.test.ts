import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { PublisherError } from '../../src/base/errors.ts'
import { createLedger } from '../../src/workflow/ledger.ts'
import type { PublishRequest } from '../../src/workflow/publish.ts'
import { answering, failing, photo, scene } from '../support/fixtures/scripted-platforms.ts'

const sha256 = createHash('sha256').update('the photo').digest('hex')
const elevenMinutes = 11 * 60_000
const lost = (arrives: boolean) => ({ error: new TypeError('fetch failed'), arrives })
const silence = () => new PublisherError('publish_unavailable', 'Away.')

/** A photographer whose only channel can be asked. */
async function open() {
  const studio = await scene()
  const bluesky = answering({ name: 'bluesky', platform: 'bluesky' })
  const publishWith = studio.publish
  const publish = async (request: Partial<PublishRequest> = {}) => {
    const { results } = await publishWith(request, { publishers: [bluesky] })
    return results.bluesky
  }
  const ledger = () => createLedger(studio.folder.open(), () => studio.clock.time)
  /** Leaves the claim of a process that died while it sent. */
  const die = async (arrives: boolean) => {
    const post = { name: photo, sha256, caption: '', rating: 'nudity' } as const
    const notes = { rkey: 'of the dead' }
    const claim = await ledger().claim({ channel: bluesky.channel, post, requestId: 'r', over: null, notes })
    if (claim.kind !== 'claimed') throw new Error(`The claim is ${claim.kind}.`)
    const key = claim.record.key ?? ''
    if (arrives) bluesky.attempts.push({ key, notes })
    return { key, notes }
  }
  return {
    ...studio,
    bluesky,
    publish,
    publishWith,
    ledger,
    die,
    [Symbol.asyncDispose]: () => studio[Symbol.asyncDispose](),
  }
}

describe('an unknown outcome on a platform that can be asked', () => {
  it.each([
    ['an ordinary attempt', false],
    ['a forced attempt', true],
  ])('becomes a receipt when %s finds the post', async (_title, force) => {
    await using studio = await open()
    studio.bluesky.script.push(lost(true))
    expect(await studio.publish()).toMatchObject({ code: 'publish_outcome_unknown' })
    expect(await studio.publish({ force })).toMatchObject({
      success: true,
      skipped: 'duplicate',
      postId: expect.stringContaining('post-'),
    })
    expect(studio.bluesky.attempts).toHaveLength(1)
    // The next attempt reads the receipt, and asks nothing.
    expect(await studio.publish()).toMatchObject({ success: true, skipped: 'duplicate' })
    expect(studio.bluesky.asked).toHaveLength(1)
  })

  it.each([
    ['an ordinary attempt', false],
    ['a forced attempt', true],
  ])(
    'lets %s send once, with the same key and notes, when the post did not arrive',
    async (_title, force) => {
      await using studio = await open()
      const dead = await studio.die(false)
      studio.clock.time += elevenMinutes
      expect(await studio.publish({ force })).toMatchObject({ success: true, postId: `post-${dead.key}` })
      expect(studio.bluesky.asked).toEqual([dead])
      expect(studio.bluesky.attempts).toEqual([dead])
    },
  )

  it.each([true, false])(
    'ends with one post after a kill, when the post has arrived: %s',
    async (arrives) => {
      await using studio = await open()
      await studio.die(arrives)
      for (const force of [false, true])
        expect(await studio.publish({ force })).toMatchObject({ skipped: 'in_progress' })
      expect(studio.bluesky.asked).toEqual([])
      studio.clock.time += elevenMinutes
      expect(await studio.publish()).toMatchObject({ success: true })
      expect(studio.bluesky.attempts).toHaveLength(1)
    },
  )

  it('lets exactly one of many attempts send at once', async () => {
    await using studio = await open()
    await studio.die(false)
    studio.clock.time += elevenMinutes
    await Promise.all(Array.from({ length: 20 }, () => studio.publish()))
    expect(studio.bluesky.posts).toHaveLength(1)
    expect(await studio.publish()).toMatchObject({ success: true, skipped: 'duplicate' })
  })

  it('stays unknown when the platform does not say, unless a person insists', async () => {
    await using studio = await open()
    const dead = await studio.die(false)
    studio.clock.time += elevenMinutes
    studio.bluesky.mute.push(silence(), silence())
    expect(await studio.publish()).toMatchObject({ success: false, skipped: 'unknown' })
    expect(studio.bluesky.posts).toEqual([])
    expect(await studio.publish({ force: true })).toMatchObject({ success: true, postId: `post-${dead.key}` })
    expect(studio.bluesky.posts).toHaveLength(1)
  })

  it('reports the post also when the storage cannot keep the receipt, and keeps asking', async () => {
    await using studio = await open()
    await studio.die(true)
    studio.clock.time += elevenMinutes
    const broken = failing(studio.folder.open(), 'replaceRecord')
    const tools = { publishers: [studio.bluesky], store: broken }
    const { results } = await studio.publishWith({}, tools)
    expect(results.bluesky).toMatchObject({
      success: true,
      skipped: 'duplicate',
      warning: expect.any(String),
    })
    expect(await studio.publish()).toMatchObject({ success: true, skipped: 'duplicate' })
    expect(studio.bluesky.asked).toHaveLength(2)
    expect(studio.bluesky.attempts).toHaveLength(1)
  })

  it('plans a new post with its own key after the post was taken back', async () => {
    await using studio = await open()
    await studio.publish()
    const standing = await studio.ledger().standing(sha256, studio.bluesky.channel)
    if (standing.kind !== 'duplicate') throw new Error(`The photo is ${standing.kind}.`)
    const { attempt } = standing
    const { channel } = studio.bluesky
    const change = await studio.ledger().claimChange({ sha256, channel, attempt, requestId: 'r' })
    if (change.kind !== 'changing') throw new Error(`The change is ${change.kind}.`)
    await studio.bluesky.retract(standing.receipt, AbortSignal.timeout(1000))
    await studio.ledger().retracted(change)
    expect(await studio.publish()).toMatchObject({ success: true })
    expect(await studio.publish()).toMatchObject({ success: true, skipped: 'duplicate' })
    expect(studio.bluesky.posts).toHaveLength(2)
    expect(studio.bluesky.attempts).toEqual([{ key: expect.any(String), notes: { rkey: '2' } }])
  })
})

describe('the rating of a photo', () => {
  it('keeps the photo from a platform that refuses it, before a picture, a claim and a request', async () => {
    await using studio = await open()
    const refusal = 'Instagram forbids nudity.'
    const publishers = [{ ...studio.bluesky, effectOf: () => ({ refusal }) }]
    const images = {
      reduce: () => Promise.reject(new Error('A picture was made.')),
      reduceAll: () => Promise.reject(new Error('A picture was made.')),
    }
    const { results } = await studio.publishWith({}, { publishers, images })
    expect(results.bluesky).toMatchObject({ success: false, code: 'publish_refused', error: refusal })
    const store = studio.folder.open()
    expect(await store.listRecords(['ledger', sha256])).toEqual(['bluesky.failed.json'])
    expect(studio.bluesky.posts).toEqual([])
  })
})

describe('several channels of one platform', () => {
  it('get one post each, with captions by name, platform and id', async () => {
    await using studio = await open()
    const first = answering({ name: 'telegram', platform: 'telegram', id: 'news' })
    const second = answering({ name: 'friends', platform: 'telegram', id: 'friends' })
    const publishers = [first, second]
    const captions = { friends: 'For friends.', telegram: 'For all.' }
    const { results } = await studio.publishWith({ captions, platforms: ['news', 'friends'] }, { publishers })
    expect(Object.keys(results).sort()).toEqual(['friends', 'telegram'])
    expect([first.posts, second.posts].map(([post]) => post?.caption)).toEqual(['For all.', 'For friends.'])
    const again = await studio.publishWith({ platforms: ['friends'] }, { publishers })
    expect(again.results).toMatchObject({ friends: { skipped: 'duplicate' } })
    expect([first.posts.length, second.posts.length]).toEqual([1, 1])
  })
})
