import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RowName } from '../../../dev/emulators/instagram/answers.ts'
import { onOperation, refusing } from '../../../dev/emulators/instagram/faults.ts'
import { type InstagramEmulator, startInstagramEmulator } from '../../../dev/emulators/instagram.ts'
import { PublisherError } from '../../../src/base/errors.ts'
import { Secret } from '../../../src/base/secret.ts'
import type { Notes } from '../../../src/ports/publisher.ts'
import {
  createInstagramPublisher,
  type InstagramPublisherOptions,
} from '../../../src/providers/publishers/instagram.ts'
import {
  describePublisher,
  describeVerification,
  type PublisherScene,
  type PublisherTraits,
} from '../../support/contracts/publisher.ts'
import { type OfferingServer, startOfferingServer } from '../../support/fixtures/offered-pictures.ts'
import { postOf as anyPost, attemptOf, credentialsOf } from '../../support/fixtures/posts.ts'
import { quick } from '../../support/fixtures/quick-retry.ts'
import { failure } from '../../support/fixtures/rejections.ts'

const userId = '17841400000000001'
const token = 'alice-canary-token'
const account = { userId, username: 'alice.ties', token }
const pausesMs = [0, 1, 1, 1, 1]

const postOf = (fields: Parameters<typeof anyPost>[0] = {}, size = {}) =>
  anyPost({ rating: 'general', ...fields }, size)

let instagram: InstagramEmulator
let offers: OfferingServer

beforeEach(async () => {
  instagram = await startInstagramEmulator({ accounts: [account] })
  offers = await startOfferingServer()
})
afterEach(async () => {
  await instagram.close()
  await offers[Symbol.asyncDispose]()
})

function publisher(options: Partial<InstagramPublisherOptions> = {}) {
  return createInstagramPublisher({
    config: {},
    credentials: credentialsOf({ access_token: new Secret(token), user_id: userId }),
    offerPicture: offers.offerPicture,
    baseUrl: instagram.apiUrl,
    retry: quick,
    pausesMs,
    ...options,
  })
}

const openScene = (product: 'instagram' | 'facebook') => async (): Promise<PublisherScene> => {
  const own = await startInstagramEmulator({ accounts: [account], product })
  const pictures = await startOfferingServer()
  const secrets = { good: [token], bad: ['wrong-canary'], stale: ['old-canary', token] }
  let isGone = false
  const failing = async (row: RowName, times = 1) => {
    const fault = await refusing(row)
    return () => void own.interfere(onOperation('media', fault, { times }))
  }
  const failures = {
    publish_refused: await failing('restricted'),
    rate_limited: await failing('callLimit'),
    publish_unavailable: await failing('creationFailed', 3),
  }
  return {
    publisher: (kind = 'good', settings = {}) => {
      const [first, next] = secrets[kind].map((value) => ({
        access_token: new Secret(value),
        user_id: userId,
      }))
      return publisher({
        config: settings,
        credentials: credentialsOf(first ?? { access_token: new Secret(''), user_id: '' }, next),
        baseUrl: own.apiUrl,
        offerPicture: pictures.offerPicture,
        product,
      })
    },
    received: () => own.published,
    loseNextAnswer: () => void own.interfere(onOperation('media_publish', { kind: 'answer-lost' })),
    loseNextChange: () => void own.interfere(onOperation('delete', { kind: 'answer-lost' })),
    posts: () =>
      own.posts.map(({ caption, altText, picture }) => ({ caption, altText, bytes: picture.bytes })),
    failures,
    async stop() {
      if (isGone) return
      isGone = true
      await own.close()
      await pictures[Symbol.asyncDispose]()
    },
  }
}

const traits: PublisherTraits = {
  losesAnswers: 'confirmed',
  altText: true,
  rating: 'general',
  maxMentions: 20,
}

describePublisher('Instagram', openScene('instagram'), traits)
describePublisher('Instagram with Facebook Login', openScene('facebook'), { ...traits, retracts: true })
describeVerification('Instagram', openScene('instagram'))

describe('a photo for Instagram', () => {
  it('posts a photo with its words and returns its link', async () => {
    const post = await postOf({ caption: 'Tied <b>at</b> dawn.\n\n#rope @bob', altText: 'Rope.' })
    const posted = await publisher().publish(post, attemptOf())
    const [seen] = instagram.posts
    expect(seen).toMatchObject({ caption: post.caption, altText: 'Rope.', userId })
    expect(seen?.picture.bytes).toEqual(post.picture.bytes)
    expect(posted).toEqual({ postId: seen?.id, url: seen?.permalink, notes: { login: 'instagram' } })
  })

  it('sends its token in a header only', async () => {
    await publisher().publish(await postOf(), attemptOf())
    expect(instagram.calls.map(({ url }) => url).join()).not.toMatch(/token|canary/)
    expect(instagram.calls.length).toBeGreaterThan(3)
  })

  it('posts the picture alone when there are no words', async () => {
    await publisher().publish(await postOf({ caption: '', altText: ' ' }), attemptOf())
    expect(instagram.posts).toMatchObject([{ caption: '', altText: null }])
  })

  it('cuts an alt text without spaces inside the limit, between characters', async () => {
    await publisher().publish(await postOf({ altText: `x${'😀'.repeat(600)}` }), attemptOf())
    expect(instagram.posts[0]?.altText).toBe(`x${'😀'.repeat(499)}…`)
  })

  it('ends the work with the picture after a success and after a failure', async () => {
    await publisher().publish(await postOf(), attemptOf())
    instagram.interfere(onOperation('media', await refusing('restricted')))
    await failure(publisher().publish(await postOf(), attemptOf()))
    expect(offers).toMatchObject({ offered: 2, open: [] })
  })

  it('keeps the container in the claim before it publishes the container', async () => {
    const kept: unknown[] = []
    const note = async (more: Notes) => {
      kept.push(more)
      expect(instagram.calls.map(({ operation }) => operation)).toEqual(['media'])
    }
    await publisher().publish(await postOf(), { ...attemptOf(), note })
    expect(kept).toMatchObject([{ container_id: expect.stringMatching(/^\d+$/) }])
  })

  it('posts nothing when the claim cannot keep the container', async () => {
    const note = () => Promise.reject(new Error('full'))
    const error = await failure(publisher().publish(await postOf(), { ...attemptOf(), note }))
    expect(error).toMatchObject({ code: 'storage_unavailable', message: expect.stringContaining('Nothing') })
    expect(instagram.published).toBe(0)
  })

  it('calls no server when the storage cannot keep the picture', async () => {
    const offerPicture = () => Promise.reject(new PublisherError('credentials_rejected', 'The disk is full.'))
    const error = await failure(publisher({ offerPicture }).publish(await postOf(), attemptOf()))
    expect(error).toMatchObject({ code: 'storage_unavailable', message: expect.stringContaining('storage') })
    expect(instagram.calls).toEqual([])
  })

  it.each([
    ['rated nudity', { rating: 'nudity' }, {}, /forbids nudity/],
    [
      'rated explicit, in spite of its settings',
      { rating: 'explicit' },
      { rating_map: { explicit: 'allow' } },
      /forbids/,
    ],
    [
      'rated suggestive, by its settings',
      { rating: 'suggestive' },
      { rating_map: { suggestive: 'refuse' } },
      /suggestive/,
    ],
    ['with 21 mentions', { caption: '@a.b '.repeat(21) }, {}, /20 mentions.*21/],
  ] as const)('refuses a photo %s before any request', async (_, fields, config, reason) => {
    const post = await postOf(fields)
    const error = await failure(publisher({ config }).publish(post, attemptOf()))
    expect(error).toMatchObject({ code: 'publish_refused', message: expect.stringMatching(reason) })
    expect(publisher({ config }).describe(post)).toMatch(reason)
    expect([instagram.calls, offers.offered]).toEqual([[], 0])
  })

  it.each([
    ['too narrow', { width: 799, height: 1000 }, /shape/],
    ['too wide', { width: 1911, height: 1000 }, /shape/],
    ['too large', { bytes: new Uint8Array(8_000_001) }, /8 MB/],
    ['no JPEG', { mediaType: 'image/webp' as const }, /JPEG/],
  ])('refuses a picture that is %s before any request', async (_, picture, reason) => {
    const post = await postOf()
    const wrong = { ...post, picture: { ...post.picture, ...picture } }
    const error = await failure(publisher().publish(wrong, attemptOf()))
    expect(error).toMatchObject({ code: 'publish_refused', message: expect.stringMatching(reason) })
    expect(instagram.calls).toEqual([])
  })

  it.each([
    [{}, { fit: 'pad', colour: '#ffffff' }],
    [
      { ratio: 'crop', pad_colour: '#102030' },
      { fit: 'crop', colour: '#102030' },
    ],
    [
      { ratio: 'stretch', pad_colour: 'red' },
      { fit: 'pad', colour: '#ffffff' },
    ],
    [null, { fit: 'pad', colour: '#ffffff' }],
  ])('asks for a picture by the settings %j', (config, ratio) => {
    expect(publisher({ config }).pictureBox).toMatchObject({
      width: 1440,
      ratio: { min: 0.8, max: 1.91, ...ratio },
    })
  })
})
