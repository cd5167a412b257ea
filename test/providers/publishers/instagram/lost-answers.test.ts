import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { malformed, onOperation, refusing } from '../../../../dev/emulators/instagram/faults.ts'
import { receiptOf } from '../../../support/contracts/publisher-scene.ts'
import {
  acceptablePost,
  type InstagramScene,
  lastingAttempt,
  startInstagram,
} from '../../../support/fixtures/instagram.ts'
import { attemptOf } from '../../../support/fixtures/posts.ts'
import { failure } from '../../../support/fixtures/rejections.ts'

let scene: InstagramScene
beforeEach(async () => {
  scene = await startInstagram()
})
afterEach(() => scene[Symbol.asyncDispose]())

const containersMade = () => scene.instagram.calls.filter(({ operation }) => operation === 'media').length
const never = new AbortController().signal

describe('a lost answer', () => {
  it.each([
    ['the creation, before it had an effect', 'media', { kind: 'reset' }],
    ['the creation, after its effect', 'media', { kind: 'answer-lost' }],
    ['a question about the container', 'get', { kind: 'reset' }],
    ['the publication, before it had an effect', 'media_publish', { kind: 'reset' }],
    ['the publication, after its effect', 'media_publish', { kind: 'answer-lost' }],
    ['the publication, replaced by a proxy', 'media_publish', { kind: 'answer-lost', status: 502 }],
    ['the publication, replaced by a page', 'media_publish', malformed()],
  ] as const)(
    'ends with exactly one post and its id when the lost answer is that of %s',
    async (_, operation, fault) => {
      scene.instagram.interfere(onOperation(operation, fault))
      const posted = await scene.publisher().publish(await acceptablePost(), attemptOf())
      expect(posted).toMatchObject({
        postId: scene.instagram.posts[0]?.id,
        url: scene.instagram.posts[0]?.permalink,
      })
      expect(scene.instagram.published).toBe(1)
    },
  )

  it('leaves the post without a link when the answer about the link is lost', async () => {
    scene.instagram.interfere((call) =>
      call.url.endsWith('fields=permalink') ? { kind: 'reset' } : undefined,
    )
    const posted = await scene.publisher().publish(await acceptablePost(), attemptOf())
    expect(posted).toMatchObject({
      postId: scene.instagram.posts[0]?.id,
      warning: expect.stringContaining('address'),
    })
  })

  it('leaves the outcome unknown when the answer of every publication is lost', async () => {
    scene.instagram.interfere(onOperation('media_publish', { kind: 'reset' }, { times: 50 }))
    const { attempt, found, signal } = lastingAttempt()
    const error = await failure(scene.publisher().publish(await acceptablePost(), attempt))
    expect(error).toMatchObject({
      code: 'publish_outcome_unknown',
      message: expect.stringContaining('again'),
    })
    expect(await scene.publisher().confirm?.(found(), signal)).toBeNull()
  })

  it('leaves the outcome unknown when Instagram then answers no question', async () => {
    const { instagram } = scene
    instagram.interfere(onOperation('media_publish', { kind: 'answer-lost' }))
    instagram.interfere((call) =>
      instagram.published > 0 && call.operation === 'get' ? { kind: 'reset' } : undefined,
    )
    const { attempt } = lastingAttempt()
    const error = await failure(scene.publisher().publish(await acceptablePost(), attempt))
    expect(error.code).toBe('publish_outcome_unknown')
  })

  it('finds the post with fresh credentials when the token dies at the same moment', async () => {
    const { instagram } = scene
    instagram.interfere(onOperation('media_publish', { kind: 'answer-lost' }))
    const rejected = await refusing('tokenExpired')
    instagram.interfere(onOperation('get', rejected, { nth: 3 }))
    const posted = await scene.publisher().publish(await acceptablePost(), attemptOf())
    expect(posted.postId).toBe(instagram.posts[0]?.id)
    expect(instagram.published).toBe(1)
  })

  it('asks to reconnect and hides no post when the token dies for good', async () => {
    const { instagram } = scene
    instagram.interfere(onOperation('media_publish', { kind: 'answer-lost' }))
    const rejected = await refusing('tokenExpired')
    instagram.interfere(() => (instagram.published > 0 ? rejected : undefined))
    const error = await failure(scene.publisher().publish(await acceptablePost(), attemptOf()))
    expect(error).toMatchObject({
      code: 'publish_outcome_unknown',
      message: expect.stringContaining('Reconnect'),
    })
  })

  it('keeps a post that does not show up in the list', async () => {
    const { instagram } = scene
    instagram.interfere(onOperation('media_publish', { kind: 'answer-lost' }))
    instagram.interfere(onOperation('list', malformed('{"data":[]}'), { times: 50 }))
    const publisher = scene.publisher({ product: 'facebook' })
    const posted = await publisher.publish(await acceptablePost(), attemptOf())
    expect(posted).toMatchObject({
      postId: expect.stringMatching(/\d/),
      warning: expect.stringContaining('address'),
    })
    expect(publisher.changesOf(receiptOf(posted), new Date()).retract.possible).toBe(false)
  })
})

describe('a process that died', () => {
  /** Publishes until this operation begins, and ends there. */
  async function killedAt(operation: 'media' | 'get' | 'media_publish', happened: 'before' | 'after') {
    const lasting = lastingAttempt()
    const abort = new AbortController()
    scene.instagram.interfere((call) => {
      if (call.operation !== operation || abort.signal.aborted) return undefined
      abort.abort()
      return happened === 'before' ? { kind: 'reset' } : { kind: 'answer-lost' }
    })
    await failure(
      scene.publisher().publish(await acceptablePost(), { ...lasting.attempt, signal: abort.signal }),
    )
    return lasting.found()
  }

  it.each([
    ['media', 'before'],
    ['media', 'after'],
    ['get', 'before'],
    ['media_publish', 'before'],
  ] as const)(
    'lets a later attempt post once when a process died in %s, %s its effect',
    async (operation, happened) => {
      const found = await killedAt(operation, happened)
      expect(await scene.publisher().confirm?.(found, never)).toBeNull()
      await scene.publisher().publish(await acceptablePost(), attemptOf(found))
      expect(scene.instagram.published).toBe(1)
    },
  )

  it('confirms the post of a process that died after media_publish', async () => {
    const found = await killedAt('media_publish', 'after')
    await vi.waitFor(() => expect(scene.instagram.published).toBe(1), 5000)
    const [post] = scene.instagram.posts
    expect(await scene.publisher().confirm?.(found, never)).toMatchObject({
      postId: post?.id,
      url: post?.permalink,
    })
  })

  it('leaves a container that the next attempt publishes', async () => {
    const found = await killedAt('media_publish', 'before')
    await scene.publisher().publish(await acceptablePost(), attemptOf(found))
    expect([containersMade(), scene.instagram.published]).toEqual([1, 1])
  })

  it('leaves a container that is not used for other words', async () => {
    const found = await killedAt('media_publish', 'before')
    await scene.publisher().publish(await acceptablePost({ caption: 'Other words.' }), attemptOf(found))
    expect(scene.instagram.posts).toMatchObject([{ caption: 'Other words.' }])
  })

  it('finds the post of a published container when the attempt is repeated', async () => {
    const found = await killedAt('media_publish', 'after')
    await vi.waitFor(() => expect(scene.instagram.published).toBe(1), 5000)
    const posted = await scene.publisher().publish(await acceptablePost(), attemptOf(found))
    expect(posted.postId).toBe(scene.instagram.posts[0]?.id)
    expect(scene.instagram.published).toBe(1)
  })
})

describe('a question about an old attempt', () => {
  const notes = { container_id: '17890000', started_at: new Date().toISOString(), caption: 'unknown' }
  const ask = (known: Record<string, string>) =>
    scene.publisher().confirm?.({ key: 'k', notes: known }, never)

  it('finds the post in the list when Instagram has forgotten the container', async () => {
    const { attempt, found } = lastingAttempt()
    const { postId } = await scene.publisher().publish(await acceptablePost(), attempt)
    scene.instagram.forgetContainers()
    expect(await scene.publisher().confirm?.(found(), never)).toMatchObject({ postId })
  })

  it('answers no when the account has no post of the time', async () => {
    expect(await ask(notes)).toBeNull()
    expect(await ask({})).toBeNull()
  })

  it('stays unknown when another post of the time might be that of the attempt', async () => {
    await scene.publisher().publish(await acceptablePost(), attemptOf())
    const error = await failure(ask(notes) ?? Promise.resolve())
    expect(error.code).toBe('publish_outcome_unknown')
  })

  it.each([
    ['the token is rejected', 'tokenExpired', /Reconnect/],
    ['Instagram has trouble', 'transient', /later/],
    ['the account is restricted', 'restricted', /later/],
  ] as const)('stays unknown when %s', async (_, row, words) => {
    scene.instagram.interfere(onOperation('get', await refusing(row), { times: 50 }))
    const error = await failure(ask(notes) ?? Promise.resolve())
    expect(error).toMatchObject({ code: 'publish_outcome_unknown', message: expect.stringMatching(words) })
  })

  it('stays unknown when nothing listens', async () => {
    const publisher = scene.publisher({ baseUrl: 'http://127.0.0.1:9/v25.0' })
    const error = await failure(publisher.confirm?.({ key: 'k', notes }, never) ?? Promise.resolve())
    expect(error.code).toBe('publish_outcome_unknown')
  })
})

describe('changes of a post', () => {
  it('leaves changes to the app with Instagram Login, with the steps and the link', async () => {
    const publisher = scene.publisher()
    const posted = await publisher.publish(await acceptablePost(), attemptOf())
    const { retract, correct } = publisher.changesOf(receiptOf(posted), new Date())
    expect(retract).toMatchObject({
      possible: false,
      reason: expect.stringMatching(/instagram\.com\/p\/\d+.*Delete/),
    })
    expect(correct).toMatchObject({
      possible: false,
      reason: expect.stringMatching(/instagram\.com\/p\/\d+.*Edit/),
    })
    expect(publisher.retract).toBeUndefined()
  })

  it.each([
    ['https://graph.facebook.com/v25.0', true],
    ['https://graph.instagram.com/v25.0', false],
    ['http://127.0.0.1:1/graph.facebook.com', false],
  ])('derives the possible changes from the host %s', (baseUrl, possible) => {
    const receipt = receiptOf({ postId: '1' })
    expect(scene.publisher({ baseUrl }).changesOf(receipt, new Date()).retract.possible).toBe(possible)
  })

  it.each([
    ['noPermission', 'publish_refused', /allow all permissions/],
    ['tokenExpired', 'credentials_rejected', /Reconnect/],
    ['badParameter', 'publish_refused', /not valid.*app/],
    ['transient', 'publish_outcome_unknown', /Try again/],
  ] as const)('says what to do when a deletion ends with %s', async (row, code, words) => {
    scene.instagram.interfere(onOperation('delete', await refusing(row), { times: 50 }))
    const run = scene.publisher({ product: 'facebook' }).retract?.(receiptOf({ postId: '1' }), never)
    const error = await failure(run ?? Promise.resolve())
    expect(error).toMatchObject({ code, message: expect.stringMatching(words) })
  })
})

it('posts twenty photos from two processes at once, each exactly once', async () => {
  const [one, other] = [scene.publisher(), scene.publisher()]
  const captions = Array.from({ length: 20 }, (_, index) => `Photo ${index}.`)
  scene.instagram.interfere(onOperation('media_publish', { kind: 'answer-lost' }, { nth: 3, times: 6 }))
  const posted = await Promise.all(
    captions.map(async (caption, index) =>
      (index % 2 === 0 ? one : other).publish(await acceptablePost({ caption }), attemptOf()),
    ),
  )
  expect(new Set(posted.map(({ postId }) => postId)).size).toBe(20)
  expect(scene.instagram.posts.map(({ caption }) => caption).sort()).toEqual(captions.sort())
})
