/** Texts, flags and pictures that a server gets, and sentences for people when the server refuses. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Fault } from '../../../../dev/emulators/dropbox/faults.ts'
import { onRoute, rateLimited, refusing, serverError } from '../../../../dev/emulators/mastodon/faults.ts'
import {
  type MastodonEmulator,
  type MastodonEmulatorOptions,
  startMastodonEmulator,
} from '../../../../dev/emulators/mastodon.ts'
import { guardedFetch } from '../../../../src/base/endpoint-guard.ts'
import { Secret } from '../../../../src/base/secret.ts'
import { publisherOn, token } from '../../../support/fixtures/mastodon.ts'
import { attemptOf, credentialsOf, postOf } from '../../../support/fixtures/posts.ts'
import { quick } from '../../../support/fixtures/quick-retry.ts'
import { everythingOf, failure } from '../../../support/fixtures/rejections.ts'

let server: MastodonEmulator
afterEach(() => server.close())

async function start(options: Partial<MastodonEmulatorOptions> = {}) {
  server = await startMastodonEmulator({ accounts: [{ username: 'alice', token }], ...options })
}

const publish = async (config: unknown = {}, fields: Parameters<typeof postOf>[0] = {}) =>
  publisherOn(server.url, { config }).publish(await postOf(fields), attemptOf())

const posting = 'POST /api/v1/statuses'
const uploading = 'POST /api/v2/media'

describe('a post', () => {
  it('sends visibility and flags, in spite of the defaults of the account', async () => {
    const defaults = { visibility: 'public', sensitive: true, language: 'fr' }
    await start({ accounts: [{ username: 'alice', token, defaults }] })
    await publish({}, { rating: 'general' })
    await publish({}, { rating: 'explicit' })
    expect(server.posts).toMatchObject([
      { visibility: 'unlisted', sensitive: false, spoilerText: '', language: 'fr' },
      { visibility: 'unlisted', sensitive: true, spoilerText: 'NSFW' },
    ])
  })

  it('follows the settings', async () => {
    await start()
    const rating_map = { nudity: 'warning', suggestive: 'none' }
    const config = { visibility: 'private', content_warning: 'Akt', language: 'de', rating_map }
    await publish(config, { rating: 'nudity' })
    await publish(config, { rating: 'suggestive' })
    expect(server.posts).toMatchObject([
      { visibility: 'private', sensitive: true, spoilerText: 'Akt', language: 'de' },
      { sensitive: false, spoilerText: '' },
    ])
  })

  it('cuts a long warning to the limit of Pixelfed', async () => {
    await start({ flavour: 'pixelfed' })
    await publish({ content_warning: 'rope '.repeat(99) }, { rating: 'explicit' })
    expect(server.posts[0]?.spoilerText).toMatch(/^(rope ){26,27}rope…$/)
  })

  it.each([{ visibility: 'secret' }, { language: 7 }, null, 'private'])(
    'sends nothing with the unusable settings %j',
    async (config) => {
      await start()
      expect(await failure(publish(config))).toMatchObject({ code: 'publish_refused' })
      expect(publisherOn(server.url, { config }).describe(await postOf())).toContain('would refuse')
      expect(server.calls).toEqual([])
    },
  )

  it('uses only the origin of the address', async () => {
    await start()
    for (const path of ['/', '/@alice', '/web/home?x=1#y'])
      await publisherOn(server.url, {
        credentials: credentialsOf({ instance_url: server.url + path, access_token: new Secret(token) }),
      }).publish(await postOf(), attemptOf())
    expect(server.posts).toHaveLength(3)
  })

  it.each([
    'http://127.0.0.1:1',
    'http://mastodon.example',
    'https://10.0.0.1',
    'https://a:b@mastodon.example',
  ])('never reaches a server that is not public: %s', async (instance_url) => {
    await start()
    const reached: unknown[] = []
    const inner = async (input: unknown) => {
      reached.push(input)
      return new Response('{}')
    }
    const publisher = publisherOn('', {
      fetch: guardedFetch({ allowPrivate: false, fetch: inner }),
      credentials: credentialsOf({ instance_url, access_token: new Secret(token) }),
    })
    const error = await failure(publisher.publish(await postOf(), attemptOf()))
    expect(error.code).toBe('endpoint_refused')
    expect(reached).toEqual([])
  })

  it('describes a post with its audience and its label', async () => {
    await start()
    const publisher = publisherOn(server.url)
    const { picture: _, ...post } = await postOf({ rating: 'explicit' })
    expect(publisher.describe(post)).toBe(
      'Mastodon would post the photo for all viewers, but unlisted, marked as sensitive, behind the content warning “NSFW”, with the caption “Tied at dawn.”.',
    )
    expect(publisher.describe({ ...post, rating: 'general', caption: '' })).toBe(
      'Mastodon would post the photo for all viewers, but unlisted, without a caption.',
    )
  })
})

describe('an upload', () => {
  it('waits until the server has processed it', async () => {
    await start({ processingPolls: 3 })
    await publish()
    const polls = server.calls.filter(({ route }) => route === 'GET /api/v1/media/:id')
    expect(polls.map(({ status }) => status)).toEqual([206, 206, 206, 200])
    expect(server.posts).toHaveLength(1)
  })

  it('uses the older call where the newer does not exist', async () => {
    await start({ flavour: 'old' })
    await publish()
    expect(server.calls.map(({ route }) => route)).toEqual([
      'GET /api/v2/instance',
      'GET /api/v1/instance',
      'POST /api/v2/media',
      'POST /api/v1/media',
      posting,
    ])
  })

  it('sends a JPEG with a file name and the alt text, cut to the limit of the server', async () => {
    await start({ flavour: 'pixelfed' })
    await publish({}, { altText: 'rope '.repeat(300) })
    const [picture] = server.posts[0]?.media ?? []
    expect(picture).toMatchObject({ filename: 'photo.jpg', mediaType: 'image/jpeg' })
    expect(picture?.description?.length).toBeGreaterThan(900)
    expect(picture?.description).toMatch(/^(rope )+rope…$/)
  })

  it('explains that the picture is larger than the server takes', async () => {
    await start({ limits: { imageBytes: 500 } })
    expect((await failure(publish())).message).toContain('at most 500 bytes')
  })

  it('waits when the server still processes an upload that it called ready', async () => {
    await start()
    const words = 'Cannot attach files that have not finished processing. Try again in a moment!'
    server.interfere(onRoute(posting, refusing(422, words)))
    await publish()
    expect(server.posts).toHaveLength(1)
  })

  it('shows the words of the server when processing fails', async () => {
    await start({ processingPolls: 1 })
    server.interfere(onRoute('GET /api/v1/media/:id', refusing(422, 'Error processing thumbnail')))
    expect((await failure(publish())).message).toContain('Error processing thumbnail')
  })
})

describe('a refusal', () => {
  const scope = refusing(403, 'This action is outside the authorized scopes')
  const html: Fault = { kind: 'answer', status: 413, body: '<html><h1>413 Request Entity Too Large</h1>' }
  const redirect: Fault = {
    kind: 'answer',
    status: 301,
    body: '',
    headers: { location: 'https://social.example/' },
  }

  it.each<[what: string, route: string, fault: Fault, code: string, words: RegExp]>([
    ['a missing scope for uploads', uploading, scope, 'publish_refused', /lacks the scope write:media/],
    ['a missing scope for posts', posting, scope, 'publish_refused', /lacks the scope write:statuses/],
    [
      'a rejected token',
      uploading,
      refusing(401, 'The access token is invalid'),
      'credentials_rejected',
      /new token/,
    ],
    ['a picture that a proxy refuses', uploading, html, 'publish_refused', /too large/],
    [
      'words of the server',
      posting,
      refusing(422, 'Validation failed: Text is spam'),
      'publish_refused',
      /Text is spam/,
    ],
    ['a redirect', uploading, redirect, 'publish_refused', /redirect.*instance_url/],
    [
      'a server without this API',
      uploading,
      refusing(404, 'Not Found'),
      'publish_refused',
      /no Mastodon API|Not Found/,
    ],
    ['an outage', uploading, serverError(502), 'publish_unavailable', /try again later/],
    [
      'an error page',
      uploading,
      { kind: 'answer', status: 200, body: '<html>' },
      'publish_unavailable',
      /try again later/,
    ],
  ])('explains %s', async (_, route, fault, code, words) => {
    await start()
    server.interfere(onRoute(route, fault, { times: 9 }))
    server.interfere(({ route: other }) => (other === 'POST /api/v1/media' ? fault : undefined))
    expect(await failure(publish())).toMatchObject({ code, message: expect.stringMatching(words) })
    expect(server.posts).toEqual([])
  })

  it('shows words of the server on one line of bounded length, without the token', async () => {
    await start()
    server.interfere(onRoute(posting, refusing(422, `No\r\n\u202e ${token} ${'x'.repeat(500)}`)))
    const error = await failure(publish())
    expect(error.message).toMatch(/^Mastodon refuses the photo: No \[redacted\] x+…$/)
    expect(everythingOf(error)).not.toContain(token)
  })
})

describe('a rate limit', () => {
  it('waits when the reset is near', async () => {
    await start()
    server.interfere(onRoute(posting, rateLimited(new Date(Date.now() + 30))))
    server.interfere(onRoute(uploading, rateLimited(new Date(Date.now() + 30))))
    await publish()
    expect(server.posts).toHaveLength(1)
  })

  it('reports the time of the reset when it is far', async () => {
    const now = Date.now()
    await start({ rates: { uploads: 1 }, now: () => now })
    const publisher = publisherOn(server.url, { now: () => now, retry: quick })
    await publisher.publish(await postOf(), attemptOf())
    const error = await failure(publisher.publish(await postOf(), attemptOf()))
    expect(error).toMatchObject({ code: 'rate_limited', retryAfterMs: 1_800_000, isOutage: false })
    expect(server.posts).toHaveLength(1)
  })
})

describe('the check of an account', () => {
  const verify = (signal = new AbortController().signal) => publisherOn(server.url).verify?.(signal)

  it('names the account, the server and its limit', async () => {
    await start({ flavour: 'gotosocial' })
    expect(await verify()).toBe(
      `@alice may post to GoToSocial (${new URL(server.url).host}), up to 5000 characters.`,
    )
  })

  it.each(['read:accounts', 'read:statuses', 'write:media', 'write:statuses'])(
    'names the missing scope %s',
    async (scope) => {
      const all = ['read:accounts', 'read:statuses', 'write:media', 'write:statuses']
      const scopes = all.filter((other) => other !== scope).join(' ')
      await start({ accounts: [{ username: 'alice', token, scopes }] })
      expect((await failure(Promise.resolve(verify()))).message).toContain(`lacks the scope ${scope}`)
    },
  )
})
