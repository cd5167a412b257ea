import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type RowName, rows } from '../../../../dev/emulators/instagram/answers.ts'
import { malformed, onOperation, refusing } from '../../../../dev/emulators/instagram/faults.ts'
import type { ErrorCode } from '../../../../src/base/error-codes.ts'
import { acceptablePost, type InstagramScene, startInstagram } from '../../../support/fixtures/instagram.ts'
import { attemptOf } from '../../../support/fixtures/posts.ts'
import { everythingOf, failure } from '../../../support/fixtures/rejections.ts'

let scene: InstagramScene
beforeEach(async () => {
  scene = await startInstagram()
})
afterEach(() => scene[Symbol.asyncDispose]())

/** Rows that pass: the code after all tries, and words that tell what to do. */
const passing: Partial<Record<RowName, RegExp>> = {
  transient: /try again in a few minutes/,
  unknown: /try again in a few minutes/,
  server: /try again in a few minutes/,
  downloadTimeout: /could not fetch.*Try again/,
  notFetched: /could not fetch.*Try again/,
  containerExpired: /Try again/,
  containerUnknown: /Try again/,
  creationUnknown: /Try again/,
  creationFailed: /Try again/,
  uploadFailed: /Try again/,
}

/** Rows that stay, with words that tell what to do. */
const lasting: Partial<Record<RowName, [ErrorCode, RegExp]>> = {
  tooLarge: ['publish_refused', /report this photo/],
  wrongFormat: ['publish_refused', /report this photo/],
  wrongRatio: ['publish_refused', /report this photo/],
  captionTooLong: ['publish_refused', /Shorten the caption/],
  tooManyTags: ['publish_refused', /more than 20 tags/],
  quota: ['rate_limited', /100 posts in 24 hours.*possible by \d{4}-\d\d-\d\d \d\d:\d\d UTC/],
  blocked: ['publish_refused', /blocked.*wait some hours or days/],
  restricted: ['publish_refused', /restricted.*follow the instructions/],
  callLimit: ['rate_limited', /try again in 12 minutes/],
  userLimit: ['rate_limited', /try again in an hour/],
  pageLimit: ['rate_limited', /try again in an hour/],
  customLimit: ['rate_limited', /try again in an hour/],
  businessLimit: ['rate_limited', /try again in 3 minutes/],
  tokenExpired: ['credentials_rejected', /Reconnect Instagram/],
  passwordChanged: ['credentials_rejected', /Reconnect Instagram/],
  tokenInvalid: ['credentials_rejected', /Reconnect Instagram/],
  noPermission: ['publish_refused', /allow all permissions/],
  permissionDenied: ['publish_refused', /allow all permissions/],
  unknownAlias: ['publish_refused', /allow all permissions/],
  missing: ['publish_refused', /Check the user ID/],
  badParameter: ['publish_refused', /The parameter is not valid/],
  unknownPath: ['publish_refused', /Unknown path/],
}

const namesOf = <T>(table: Partial<Record<RowName, T>>) =>
  Object.entries(table).flatMap(([name, value]) =>
    name in rows && value ? [[name as RowName, value] as const] : [],
  )

describe.each(['media', 'media_publish'] as const)('a refusal of %s', (operation) => {
  const publish = async () => scene.publisher().publish(await acceptablePost(), attemptOf())
  const countCalls = () => scene.instagram.calls.filter((call) => call.operation === operation).length

  it.each([...namesOf(passing), ['notReady', /./] as const])(
    'repeats the call to a success after %s',
    async (row) => {
      scene.instagram.interfere(onOperation(operation, await refusing(row)))
      const run = publish()
      if (row === 'notReady' && operation === 'media') await failure(run)
      else expect((await run).url).toBe(scene.instagram.posts[0]?.permalink)
      expect(countCalls()).toBeLessThanOrEqual(2)
      expect(scene.instagram.published).toBeLessThanOrEqual(1)
    },
  )

  it.each(namesOf(passing))('ends with words and without a post when %s stays', async (row, words) => {
    scene.instagram.interfere(onOperation(operation, await refusing(row), { times: 50 }))
    const error = await failure(publish())
    expect(error).toMatchObject({ code: 'publish_unavailable', message: expect.stringMatching(words) })
    expect(countCalls()).toBeLessThanOrEqual(4)
    expect(scene.instagram.published).toBe(0)
  })

  it.each(namesOf(lasting))('does not repeat the call after %s', async (row, [code, words]) => {
    scene.instagram.interfere(onOperation(operation, await refusing(row), { times: 50 }))
    const error = await failure(publish())
    expect(error).toMatchObject({ code, message: expect.stringMatching(words) })
    // Rejected credentials are resolved once more.
    expect(countCalls()).toBe(code === 'credentials_rejected' ? 2 : 1)
    expect(scene.instagram.published).toBe(0)
  })

  it('keeps the numbers of the refusal for the log, and no secret', async () => {
    const detail = 'alice-canary-token http://alice.test/x?token=canary&y=1'
    scene.instagram.interfere(onOperation(operation, await refusing('blocked', detail)))
    const text = everythingOf((await failure(publish())).cause)
    expect(text).toContain('code 4, sub-code 2207051, trace AbCdEfTrace')
    expect(text).toContain('[redacted]')
  })
})

it('knows every row of the emulator', () => {
  expect(Object.keys(rows).sort()).toEqual(
    [...Object.keys(passing), ...Object.keys(lasting), 'notReady'].sort(),
  )
})

describe('a container', () => {
  it('makes another container when Instagram could not process the first', async () => {
    const { instagram } = scene
    instagram.interfere((call) => {
      if (call.operation === 'get' && instagram.calls.length === 2) instagram.failContainers()
      return undefined
    })
    await scene.publisher().publish(await acceptablePost(), attemptOf())
    expect(instagram.calls.filter(({ operation }) => operation === 'media')).toHaveLength(2)
    expect(instagram.published).toBe(1)
  })

  it('gives up a container that stays in progress', async () => {
    await using slow = await startInstagram({ polls: 100 })
    const error = await failure(slow.publisher().publish(await acceptablePost(), attemptOf()))
    expect(error).toMatchObject({
      code: 'publish_unavailable',
      message: expect.stringContaining('processing'),
    })
    expect(slow.instagram.published).toBe(0)
  })

  it('publishes nothing when the picture cannot be fetched', async () => {
    const offerPicture = async () => ({
      url: `${scene.instagram.url}/nothing`,
      end: async () => undefined,
    })
    const error = await failure(
      scene.publisher({ offerPicture }).publish(await acceptablePost(), attemptOf()),
    )
    expect(error).toMatchObject({ code: 'publish_unavailable', message: expect.stringContaining('fetch') })
    expect(scene.instagram.fetches).toHaveLength(3)
  })
})

describe('an answer that is none', () => {
  it.each([
    ['a page of a proxy', malformed()],
    ['another shape', malformed('{"data":[]}')],
    [
      'a redirect',
      { kind: 'answer', status: 302, body: '', headers: { location: 'http://127.0.0.1:9/' } } as const,
    ],
    ['endless words', malformed(`{"id":"${'9'.repeat(2 ** 21)}"}`)],
  ])('never counts as a post: %s', async (_, fault) => {
    scene.instagram.interfere(onOperation('media', fault, { times: 50 }))
    const error = await failure(scene.publisher().publish(await acceptablePost(), attemptOf()))
    expect(error.code).toBe('publish_unavailable')
  })
})

describe('the quota', () => {
  it('stands in the verification', async () => {
    await scene.publisher().publish(await acceptablePost(), attemptOf())
    const sentence = await scene.publisher().verify?.(new AbortController().signal)
    expect(sentence).toBe('Instagram accepts posts for @alice.ties; 1 of 100 posts in 24 hours are used.')
  })

  it('stands in the refusal of one post too many, with the time of the next', async () => {
    const now = () => Date.parse('2026-11-30T12:00:00Z')
    const accounts = [
      { userId: '17841400000000001', username: 'alice', token: 'alice-canary-token', quotaTotal: 1 },
    ]
    await using small = await startInstagram({ accounts })
    const publisher = small.publisher({ now })
    await publisher.publish(await acceptablePost(), attemptOf())
    const error = await failure(publisher.publish(await acceptablePost(), attemptOf()))
    expect(error).toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 86_400_000,
      message: expect.stringMatching(/its 1 posts in 24 hours.*by 2026-12-01 12:00 UTC at the latest/),
    })
    expect((await failure(publisher.verify?.(new AbortController().signal) ?? Promise.reject())).code).toBe(
      'rate_limited',
    )
    expect(small.instagram.published).toBe(1)
  })

  it('leaves the quota out of the refusal when Instagram does not tell it', async () => {
    scene.instagram.interfere(onOperation('media_publish', await refusing('quota')))
    scene.instagram.interfere(onOperation('content_publishing_limit', await refusing('noPermission')))
    const error = await failure(scene.publisher().publish(await acceptablePost(), attemptOf()))
    expect(error).toMatchObject({ code: 'rate_limited', message: expect.stringContaining('24 hours') })
  })
})
