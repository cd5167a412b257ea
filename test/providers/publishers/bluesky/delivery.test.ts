import { describe, expect, it } from 'vitest'
import { Secret } from '../../../../src/base/secret.ts'
import type { Notes } from '../../../../src/ports/publisher.ts'
import { newRecordKey } from '../../../../src/providers/publishers/bluesky/record-key.ts'
import { createBlueskyService } from '../../../../src/providers/publishers/bluesky/service.ts'
import { createBlueskyPublisher } from '../../../../src/providers/publishers/bluesky.ts'
import { planned, receiptOf } from '../../../support/contracts/publisher-scene.ts'
import {
  account,
  refusal,
  type Script,
  type ScriptedBluesky,
  scriptedBluesky,
} from '../../../support/fakes/bluesky-server.ts'
import { attemptOf, credentialsOf, postOf } from '../../../support/fixtures/posts.ts'
import { hasty, quick } from '../../../support/fixtures/quick-retry.ts'
import { failure } from '../../../support/fixtures/rejections.ts'

const never = () => new Promise<Response>(() => undefined)
const lost = () => Promise.reject(new TypeError('fetch failed'))
const stored = () => Response.json({ uri: 'at://x', cid: 'bafycid', value: {} })

function publisherOf({ fetch }: ScriptedBluesky, { retry = quick, config = {} } = {}) {
  const credentials = credentialsOf({
    handle: account.handle,
    app_password: new Secret('canary-password'),
    version: '1',
  })
  const service = createBlueskyService({
    serviceUrl: 'https://entry.example.org',
    fetch,
    serviceFetch: fetch,
    retry,
  })
  return createBlueskyPublisher({ service, owner: 'alice.shibari.photo', config, credentials })
}

/** Answers a method by a list of scripts: the last one also answers all further calls. */
const answering =
  (answers: Record<string, Script[]>): Script =>
  (call, nth) => {
    const scripts = answers[call.method] ?? []
    return (scripts[nth - 1] ?? scripts.at(-1))?.(call, nth)
  }

describe('a post to Bluesky whose answer is missing', () => {
  const usual: Script = () => undefined
  const absent: Script = () => refusal(400, 'RecordNotFound')
  const cases: [what: string, answers: Record<string, Script[]>, outcome: string, puts: number][] = [
    ['a lost answer, when the post is there', { putRecord: [lost], getRecord: [stored] }, 'posted', 1],
    ['a lost answer, when the post is not there', { putRecord: [lost, usual] }, 'posted', 2],
    [
      'a lost answer, when the server answers 404 about the post',
      { putRecord: [lost, usual], getRecord: [() => refusal(404, 'RecordNotFound')] },
      'posted',
      2,
    ],
    [
      'answers without what the post does not need',
      {
        createSession: [
          () => Response.json({ did: account.did, accessJwt: 'one.canary', refreshJwt: 'two.canary' }),
        ],
        uploadBlob: [() => Response.json({ blob: { $type: 'blob', ref: { $link: 'bafkrei' } } })],
      },
      'posted',
      1,
    ],
    [
      'another record under the key',
      { putRecord: [() => refusal(400, 'InvalidSwap')], getRecord: [stored] },
      'posted',
      1,
    ],
    [
      'a failing gateway',
      { putRecord: [() => refusal(502, 'UpstreamFailure')] },
      'publish_outcome_unknown',
      3,
    ],
    ['lost answers without end', { putRecord: [lost], getRecord: [lost] }, 'publish_outcome_unknown', 3],
    [
      'a refusal that follows a lost answer',
      { putRecord: [lost, () => refusal(400, 'InvalidRequest')], getRecord: [absent] },
      'publish_outcome_unknown',
      2,
    ],
    [
      'an error of the server itself, when the post is not there',
      { putRecord: [() => refusal(500, 'InternalServerError')], getRecord: [absent] },
      'publish_unavailable',
      3,
    ],
    ['an answer of another shape', { putRecord: [() => Response.json({})] }, 'publish_outcome_unknown', 3],
    [
      'a redirect',
      { putRecord: [() => new Response(null, { status: 307, headers: { location: 'https://x.example' } })] },
      'publish_outcome_unknown',
      3,
    ],
    ['a refused record', { putRecord: [() => refusal(400, 'InvalidRequest', 'x')] }, 'publish_refused', 1],
    ['a limit', { putRecord: [() => refusal(429, 'RateLimitExceeded')] }, 'rate_limited', 3],
    ['an upload that fails', { uploadBlob: [lost] }, 'publish_unavailable', 0],
    [
      'an upload that is too large',
      { uploadBlob: [() => refusal(413, 'PayloadTooLarge')] },
      'publish_refused',
      0,
    ],
    [
      'an account that was taken down',
      { uploadBlob: [() => refusal(401, 'AccountTakedown')] },
      'publish_refused',
      0,
    ],
  ]

  it.each(cases)('has the right outcome after %s', async (_, answers, outcome, puts) => {
    const server = scriptedBluesky(answering(answers))
    const publisher = publisherOf(server)
    const result = publisher.publish(await postOf(), planned(publisher)).then(
      () => 'posted',
      (error: { code: string }) => error.code,
    )
    expect(await result).toBe(outcome)
    expect(server.count('putRecord')).toBe(puts)
    const keys = server.calls.flatMap(({ method, input }) => (method === 'putRecord' ? [input] : []))
    expect(new Set(keys.map((input) => JSON.stringify(input))).size).toBeLessThanOrEqual(1)
  })

  it('leaves the outcome unknown after silence', async () => {
    const server = scriptedBluesky(answering({ putRecord: [never], getRecord: [never] }))
    const publisher = publisherOf(server, { retry: { ...hasty, attempts: 1, attemptTimeoutMs: 200 } })
    const error = await failure(publisher.publish(await postOf(), planned(publisher)))
    expect(error.code).toBe('publish_outcome_unknown')
  })

  it('does not show the token that a server repeats in its error', async () => {
    const server = scriptedBluesky(({ method, authorization }) =>
      method === 'putRecord' ? refusal(400, 'InvalidRequest', `bad ${authorization}`) : undefined,
    )
    const publisher = publisherOf(server)
    const error = await failure(publisher.publish(await postOf(), planned(publisher)))
    expect(error.message + String(error.cause)).not.toContain('canary')
  })
})

describe('the record of a post to Bluesky', () => {
  const inputOf = (server: ScriptedBluesky) =>
    server.calls.find(({ method }) => method === 'putRecord')?.input

  it('has the key of the claim, and creates only', async () => {
    const server = scriptedBluesky()
    const publisher = publisherOf(server)
    const attempt = planned(publisher)
    const posted = await publisher.publish(await postOf(), attempt)
    expect(inputOf(server)).toMatchObject({ rkey: attempt.notes.rkey, swapRecord: null, repo: account.did })
    expect(posted).toMatchObject({
      postId: `at://${account.did}/app.bsky.feed.post/${attempt.notes.rkey}`,
      url: `https://bsky.app/profile/${account.did}/post/${attempt.notes.rkey}`,
    })
  })

  it('gets a key before the first request when the claim has none', async () => {
    const kept: Notes[] = []
    const publisher = publisherOf(scriptedBluesky())
    const { postId } = await publisher.publish(await postOf(), attemptOf({ kept }))
    expect(kept).toEqual([{ rkey: postId.split('/').at(-1) }])
  })

  it('names at most three languages, and no label where the rating needs none', async () => {
    const server = scriptedBluesky()
    const config = { langs: ['en', 'de', 'fr', 'nl'], rating_map: { nudity: 'none' } }
    const publisher = publisherOf(server, { config })
    await publisher.publish(await postOf(), planned(publisher))
    expect(inputOf(server)).toMatchObject({ record: { langs: ['en', 'de', 'fr'] } })
    expect(inputOf(server)).not.toHaveProperty('record.labels')
    expect(inputOf(server)).not.toHaveProperty('record.facets')
  })

  it('links at most ten mentions, and none that cannot be resolved', async () => {
    const server = scriptedBluesky(({ method, url }) => {
      if (method !== 'resolveHandle') return undefined
      const handle = url.searchParams.get('handle')
      return handle === 'a1.test' ? Response.json({ did: 'did:plc:one' }) : refusal(400, 'HandleNotFound')
    })
    const publisher = publisherOf(server)
    const caption = Array.from({ length: 15 }, (_, index) => `@a${index}.test`).join(' ')
    await publisher.publish(await postOf({ caption }), planned(publisher))
    expect(server.count('resolveHandle')).toBe(10)
    expect(inputOf(server)).toMatchObject({
      record: {
        facets: [
          {
            index: { byteStart: 9, byteEnd: 17 },
            features: [{ $type: 'app.bsky.richtext.facet#mention', did: 'did:plc:one' }],
          },
        ],
      },
    })
  })

  it('stays unsent when every server refuses the picture', async () => {
    const server = scriptedBluesky()
    const publisher = publisherOf(server)
    const post = await postOf()
    const picture = { ...post.picture, bytes: new Uint8Array(2_000_001) }
    const error = await failure(publisher.publish({ ...post, picture }, planned(publisher)))
    expect(error).toMatchObject({ code: 'publish_refused', message: expect.stringContaining('2 MB') })
    expect(server.calls).toEqual([])
  })
})

describe('the keys of records', () => {
  it('sorts keys by time and makes different keys', () => {
    const keys = [1, 2, 3].map((second) => newRecordKey(Date.UTC(2026, 10, 30, 12, 0, second)))
    expect(keys.toSorted()).toEqual(keys)
    expect(keys[0]).toMatch(/^3[2-7a-z]{12}$/)
    const same = Array.from({ length: 50 }, () => newRecordKey(Date.UTC(2026, 10, 30)))
    expect(new Set(same).size).toBe(50)
  })
})

describe('taking back a post of Bluesky', () => {
  const signal = new AbortController().signal
  const receiptFor = (did: string) => receiptOf({ postId: `at://${did}/app.bsky.feed.post/3mabcdefgh222` })

  it('leaves the outcome unknown when the answer is missing', async () => {
    const publisher = publisherOf(scriptedBluesky(answering({ deleteRecord: [lost] })))
    const error = await failure(publisher.retract?.(receiptFor(account.did), signal) ?? never())
    expect(error).toMatchObject({ code: 'publish_outcome_unknown', message: expect.stringContaining('gone') })
  })

  it.each([
    ['of another account', receiptFor('did:plc:bob'), /another account/],
    ['whose receipt is damaged', receiptOf({ postId: 'nonsense' }), /damaged/],
  ])('refuses a post %s', async (_, receipt, reason) => {
    const server = scriptedBluesky()
    const error = await failure(publisherOf(server).retract?.(receipt, signal) ?? never())
    expect(error).toMatchObject({ code: 'publish_refused', message: expect.stringMatching(reason) })
    expect(server.count('deleteRecord')).toBe(0)
  })

  it('passes on how long Bluesky limits requests', async () => {
    const limited: Script = () => refusal(429, 'RateLimitExceeded', '', { 'retry-after': '90' })
    const publisher = publisherOf(scriptedBluesky(answering({ deleteRecord: [limited] })))
    const error = await failure(publisher.retract?.(receiptFor(account.did), signal) ?? never())
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: 90_000 })
  })
})
