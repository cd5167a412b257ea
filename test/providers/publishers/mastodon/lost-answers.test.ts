/** Lost answers and killed processes: on every kind of server a photo ends in exactly one post. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Fault } from '../../../../dev/emulators/dropbox/faults.ts'
import { malformed, onRoute, refusing, serverError } from '../../../../dev/emulators/mastodon/faults.ts'
import type { FlavourName } from '../../../../dev/emulators/mastodon/flavours.ts'
import {
  type MastodonEmulator,
  type MastodonEmulatorOptions,
  startMastodonEmulator,
} from '../../../../dev/emulators/mastodon.ts'
import type { Fetch } from '../../../../src/base/endpoint-guard.ts'
import type { Notes } from '../../../../src/ports/publisher.ts'
import { publisherOn, token } from '../../../support/fixtures/mastodon.ts'
import { attemptOf, postOf } from '../../../support/fixtures/posts.ts'
import { failure } from '../../../support/fixtures/rejections.ts'

const flavours: readonly FlavourName[] = ['mastodon', 'pixelfed', 'gotosocial', 'pleroma', 'akkoma', 'old']
const posting = 'POST /api/v1/statuses'
const never = new AbortController().signal

let server: MastodonEmulator
afterEach(() => server.close())

async function start(options: Partial<MastodonEmulatorOptions> = {}) {
  server = await startMastodonEmulator({ accounts: [{ username: 'alice', token }], ...options })
}

const timesPosted = () => server.calls.filter(({ route }) => route === posting).length

describe.each(flavours)('a lost answer of %s', (flavour) => {
  const lost: [what: string, fault: Fault, times: number][] = [
    ['a connection that breaks after the post', { kind: 'answer-lost' }, 1],
    ['a proxy that loses the answer', { kind: 'answer-lost', status: 502 }, 1],
    ['a proxy that times out', { kind: 'answer-lost', status: 504 }, 1],
    ['a connection that breaks before the post', { kind: 'reset' }, 1],
    ['an error page', serverError(503), 1],
    ['an HTML page with status 200', malformed(), 1],
    ['an answer of another shape', malformed('{"ok":true}'), 1],
    ['two lost answers', { kind: 'answer-lost' }, 2],
  ]

  it.each(lost)('ends in one post after %s', async (_, fault, times) => {
    await start({ flavour })
    server.interfere(onRoute(posting, fault, { times }))
    const posted = await publisherOn(server.url).publish(await postOf(), attemptOf())
    expect(server.posts.map(({ id }) => id)).toEqual([posted.postId])
    expect(posted.url).toBe(`${server.url}/@alice/${posted.postId}`)
  })

  it('repeats an upload whose answer was lost', async () => {
    await start({ flavour })
    const route = flavour === 'old' ? 'POST /api/v1/media' : 'POST /api/v2/media'
    server.interfere(onRoute(route, { kind: 'answer-lost' }))
    await publisherOn(server.url).publish(await postOf(), attemptOf())
    expect(server.posts).toHaveLength(1)
  })

  it('sends each request to post with the key of the attempt', async () => {
    await start({ flavour })
    server.interfere(onRoute(posting, serverError(502)))
    const attempt = attemptOf()
    await publisherOn(server.url).publish(await postOf(), attempt)
    const keys = server.calls.flatMap(({ route, key }) => (route === posting ? [key] : []))
    expect(keys).toEqual([attempt.key, attempt.key])
  })
})

describe('a server whose lists of posts name no pictures', () => {
  /** Leaves out what some servers leave out of their lists. */
  const naming =
    (pictures: { media_attachments?: readonly [] }): Fetch =>
    async (input, init) => {
      const response = await fetch(input, init)
      if (!new URL(String(input)).pathname.endsWith('/statuses') || init?.method === 'POST') return response
      const statuses: Record<string, unknown>[] = await response.json()
      return Response.json(
        statuses.map(({ media_attachments: _, ...status }) => ({ ...status, ...pictures })),
      )
    }

  it.each([
    ['pixelfed', {}],
    ['gotosocial', {}],
    ['pixelfed', { media_attachments: [] }],
    ['gotosocial', { media_attachments: [] }],
  ] as const)('has a single post after a lost answer of %s with %j', async (flavour, pictures) => {
    await start({ flavour })
    const publisher = publisherOn(server.url, { fetch: naming(pictures) })
    await publisher.publish(await postOf({ caption: 'Another photo.' }), attemptOf())
    server.interfere(onRoute(posting, { kind: 'answer-lost' }))
    const post = await postOf({
      caption: 'Tied & "knotted" <softly>,\nby @bob. #rope https://rope.example/a?b=1',
    })
    const { postId } = await publisher.publish(post, attemptOf())
    expect(server.posts).toHaveLength(2)
    expect(server.posts.at(-1)?.id).toBe(postId)
  })
})

describe('a server that does not recover', () => {
  it.each([
    ['a 500 that posted nothing', serverError(500), 'publish_unavailable'],
    ['a proxy without a server behind it', serverError(502), 'publish_outcome_unknown'],
    ['broken connections', { kind: 'reset' } as const, 'publish_outcome_unknown'],
  ])('reports the right outcome after %s', async (_, fault, code) => {
    await start()
    server.interfere(onRoute(posting, fault, { times: 9 }))
    const error = await failure(publisherOn(server.url).publish(await postOf(), attemptOf()))
    expect(error).toMatchObject({ code, isOutage: true })
    expect(server.posts).toEqual([])
  })

  it('leaves the outcome unknown when the server does not tell', async () => {
    await start()
    server.interfere(onRoute(posting, { kind: 'answer-lost' }, { times: 9 }))
    server.interfere(onRoute('GET /api/v1/accounts/:id/statuses', serverError(500), { times: 99 }))
    const error = await failure(publisherOn(server.url).publish(await postOf(), attemptOf()))
    expect(error.code).toBe('publish_outcome_unknown')
    expect(server.posts).toHaveLength(1)
  })

  it('relies on the key when the token may not read posts', async () => {
    const scopes = 'write:media write:statuses'
    await start({ accounts: [{ username: 'alice', token, scopes }] })
    server.interfere(onRoute(posting, { kind: 'answer-lost' }))
    const { postId } = await publisherOn(server.url).publish(await postOf(), attemptOf())
    expect(server.posts.map(({ id }) => id)).toEqual([postId])
    expect(timesPosted()).toBe(2)
  })
})

describe('a key that an earlier try has used up on Pixelfed', () => {
  it('permits no other key while the server does not say if the earlier try has posted', async () => {
    await start({ flavour: 'pixelfed' })
    server.interfere(onRoute(posting, { kind: 'answer-lost' }))
    server.interfere(onRoute('GET /api/v1/accounts/:id/statuses', refusing(404, 'Not found'), { times: 99 }))
    const error = await failure(publisherOn(server.url).publish(await postOf(), attemptOf()))
    expect(error.code).toBe('publish_outcome_unknown')
    const keys = server.calls.flatMap(({ route, key }) => (route === posting ? [key] : []))
    expect(new Set(keys).size).toBe(1)
    expect(server.posts).toHaveLength(1)
  })

  it('posts under another key when the earlier try was refused', async () => {
    await start({ flavour: 'pixelfed' })
    const attempt = attemptOf()
    const tooLong = await postOf({ caption: 'x'.repeat(501) })
    expect((await failure(publisherOn(server.url).publish(tooLong, attempt))).code).toBe('publish_refused')
    await publisherOn(server.url).publish(await postOf(), attempt)
    expect(server.posts).toHaveLength(1)
  })

  it('gives up when the server refuses every key', async () => {
    await start({ flavour: 'pixelfed' })
    server.interfere(onRoute(posting, refusing(400, 'Duplicate idempotency key.'), { times: 99 }))
    const error = await failure(publisherOn(server.url).publish(await postOf(), attemptOf()))
    expect(error).toMatchObject({ code: 'publish_refused', message: expect.stringContaining('Duplicate') })
    expect(timesPosted()).toBeLessThan(10)
  })
})

describe('the claim', () => {
  it('holds the upload before the post is sent', async () => {
    await start()
    const kept: Notes[] = []
    const attempt = {
      ...attemptOf({ kept }),
      note: async (more: Notes) => void kept.push({ ...more, sent: String(timesPosted()) }),
    }
    const { notes } = await publisherOn(server.url).publish(await postOf(), attempt)
    expect(kept).toMatchObject([{ media: notes?.media, at: expect.stringMatching(/Z$/), sent: '0' }])
  })

  it('posts nothing when the claim cannot keep the upload', async () => {
    await start()
    const attempt = { ...attemptOf(), note: () => Promise.reject(new Error('the disk is full')) }
    const error = await failure(publisherOn(server.url).publish(await postOf(), attempt))
    expect(error.code).toBe('publish_unavailable')
    expect(timesPosted()).toBe(0)
  })
})

/** Creates a `fetch` that stops for ever at its nth call: before the request, or before its answer. */
function dyingAt(nth: number, when: 'before' | 'after', died: () => void): Fetch {
  let calls = 0
  return async (input, init) => {
    calls += 1
    if (calls === nth && when === 'after') await fetch(input, init).then((response) => response.arrayBuffer())
    if (calls < nth) return fetch(input, init)
    died()
    return new Promise<never>(() => undefined)
  }
}

describe.each(flavours)('a process that dies while it publishes to %s', (flavour) => {
  const steps = [1, 2, 3, 4, 5].flatMap((nth) => [[nth, 'before'] as const, [nth, 'after'] as const])

  it.each(steps)(
    'leaves exactly one post after it died at request %i, %s the server has handled it',
    async (nth, when) => {
      await start({ flavour, processingPolls: 1 })
      const kept: Notes[] = []
      const attempt = attemptOf({ kept })
      const post = await postOf()
      await new Promise<void>((resolve) => {
        const dying = publisherOn(server.url, { fetch: dyingAt(nth, when, resolve) })
        dying.publish(post, attempt).then(
          () => resolve(),
          () => resolve(),
        )
      })

      const heir = publisherOn(server.url)
      const notes = Object.assign({}, ...kept)
      const found = await heir.confirm?.({ key: attempt.key, notes }, never)
      const posted = found ?? (await heir.publish(post, attemptOf()))
      expect(server.posts.map(({ id }) => id)).toEqual([posted.postId])
    },
  )
})

describe('the search for a post', () => {
  it('finds the post behind many newer posts, and stops at older posts', async () => {
    await start({ rates: { uploads: 999, requests: 9999 } })
    const publisher = publisherOn(server.url)
    const kept: Notes[] = []
    const { postId } = await publisher.publish(await postOf(), attemptOf({ kept }))
    for (let more = 0; more < 45; more++) await publisher.publish(await postOf(), attemptOf())
    const attempt = { key: crypto.randomUUID(), notes: kept[0] ?? {} }
    expect(await publisher.confirm?.(attempt, never)).toMatchObject({ postId })

    const later = new Date(Date.now() + 3_600_000).toISOString()
    const other = { ...attempt, notes: { media: '1', at: later } }
    const before = server.calls.length
    expect(await publisher.confirm?.(other, never)).toBeNull()
    expect(server.calls.length - before).toBe(2)
  })

  it.each([
    ['the server fails', serverError(500)],
    ['the token may not read posts', refusing(403, 'This action is outside the authorized scopes')],
    ['the token is rejected', refusing(401, 'The access token is invalid')],
  ])('leaves the outcome unknown when %s', async (_, fault) => {
    await start()
    server.interfere(onRoute('GET /api/v1/accounts/:id/statuses', fault, { times: 99 }))
    const attempt = { key: crypto.randomUUID(), notes: { media: '1', at: new Date().toISOString() } }
    const asking = publisherOn(server.url).confirm?.(attempt, never) ?? Promise.resolve(null)
    expect((await failure(asking)).code).toBe('publish_outcome_unknown')
  })
})
