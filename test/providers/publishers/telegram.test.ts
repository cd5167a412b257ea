import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import type { Fault } from '../../../dev/emulators/dropbox/faults.ts'
import {
  malformed,
  onMethod,
  rateLimited,
  refusing,
  serverError,
} from '../../../dev/emulators/telegram/faults.ts'
import { startTelegramEmulator, type TelegramEmulator } from '../../../dev/emulators/telegram.ts'
import { Secret } from '../../../src/base/secret.ts'
import type { Post } from '../../../src/ports/publisher.ts'
import type { TelegramFetch } from '../../../src/providers/publishers/telegram/call.ts'
import { createTelegramPublisher } from '../../../src/providers/publishers/telegram.ts'
import {
  describePublisher,
  describeVerification,
  type PublisherScene,
} from '../../support/contracts/publisher.ts'
import { receiptOf } from '../../support/contracts/publisher-scene.ts'
import { attemptOf, credentialsOf, postOf } from '../../support/fixtures/posts.ts'
import { hasty, quick } from '../../support/fixtures/quick-retry.ts'
import { everythingOf, failure } from '../../support/fixtures/rejections.ts'

const token = '1001:alice-canary-token'
const othersToken = '2002:bob-canary-token'
const channel = { id: -1001234567890, title: 'Alice ties', username: 'alice_ties' }
const privateChannel = { id: -1009876543210, title: 'Alice in private' }
const group = { id: -42, title: 'Friends', type: 'group' as const }
const bobsChannel = { id: -1005555555555, title: 'Bob' }

let telegram: TelegramEmulator

beforeEach(async () => {
  telegram = await startTelegramEmulator({
    bots: [
      { token, chats: [channel, privateChannel, group] },
      { token: othersToken, chats: [bobsChannel] },
    ],
  })
})
afterEach(() => telegram.close())

function publisher(
  options: Partial<Parameters<typeof createTelegramPublisher>[0]> & {
    channel_id?: unknown
    settings?: Readonly<Record<string, unknown>>
  } = {},
) {
  const { channel_id = channel.id, settings = {}, ...rest } = options
  return createTelegramPublisher({
    config: { channel_id, ...settings },
    credentials: credentialsOf({ bot_token: new Secret(token) }),
    baseUrl: telegram.url,
    retry: quick,
    ...rest,
  })
}

async function openScene(): Promise<PublisherScene> {
  const [noRight, longPause] = [
    await refusing(400, 'Bad Request: need administrator rights in the channel chat'),
    await rateLimited(37),
  ]
  const own = await startTelegramEmulator({ bots: [{ token, chats: [channel] }] })
  const secrets = { good: [token], bad: ['1001:wrong-canary'], stale: ['1001:old-canary', token] }
  return {
    publisher: (kind = 'good', settings = {}) => {
      const [first, next] = secrets[kind].map((value) => ({ bot_token: new Secret(value) }))
      const credentials = credentialsOf(first ?? { bot_token: new Secret('') }, next)
      return publisher({ credentials, baseUrl: own.url, settings })
    },
    received: () => own.posts.length,
    loseNextAnswer: () => void own.interfere(onMethod('sendPhoto', { kind: 'answer-lost' })),
    stop: own.close,
    posts: () =>
      own.posts
        .filter(({ deletedAt }) => deletedAt === undefined)
        .map(({ caption, hasSpoiler, photo }) => ({
          caption,
          label: hasSpoiler ? 'spoiler' : undefined,
          bytes: photo.bytes,
        })),
    failures: {
      publish_refused: () => void own.interfere(onMethod('sendPhoto', noRight)),
      rate_limited: () => void own.interfere(onMethod('sendPhoto', longPause)),
      publish_unavailable: () =>
        void own.interfere(onMethod('sendPhoto', { kind: 'answer', status: 408, body: '' })),
    },
    loseNextChange() {
      const lost = { kind: 'answer-lost' } as const
      own.interfere(onMethod('deleteMessage', lost))
      own.interfere(onMethod('editMessageCaption', lost))
    },
  }
}

describePublisher('Telegram', openScene, { retracts: true, corrects: true })
describeVerification('Telegram', openScene)

describe('a photo for Telegram', () => {
  it('posts a photo with its caption as plain text, and returns a link', async () => {
    const post = await postOf({ caption: 'Tied <b>at</b> *dawn*_.\n\n#rope' })
    expect(await publisher().publish(post, attemptOf())).toEqual({
      postId: `${channel.id}/1`,
      url: 'https://t.me/alice_ties/1',
      notes: { chat_id: String(channel.id), message_id: '1', file_id: `emulated-${channel.id}-1` },
    })
    expect(telegram.posts).toMatchObject([
      { chat: { id: channel.id }, bot: '1001', caption: post.caption, photo: { filename: 'photo.jpg' } },
    ])
    expect(telegram.posts[0]?.photo.bytes).toEqual(post.picture.bytes)
  })

  it.each([
    ['a number', channel.id, 'https://t.me/alice_ties/1'],
    ['a number as text', String(channel.id), 'https://t.me/alice_ties/1'],
    ['a name', '@alice_ties', 'https://t.me/alice_ties/1'],
    [
      'the number of a private channel, whose link works for members',
      privateChannel.id,
      'https://t.me/c/9876543210/1',
    ],
    ['the number of a group, which has no links', group.id, undefined],
  ])('posts to the chat in the configuration, given by %s', async (_, channel_id, url) => {
    expect((await publisher({ channel_id }).publish(await postOf(), attemptOf())).url).toBe(url)
  })

  it('posts a photo without a caption', async () => {
    await publisher().publish(await postOf({ caption: '' }), attemptOf())
    expect(telegram.posts).toMatchObject([{ caption: '' }])
  })

  it('keeps a caption of exactly the limit', async () => {
    await publisher().publish(await postOf({ caption: '😀'.repeat(512) }), attemptOf())
    expect(telegram.posts).toHaveLength(1)
  })

  it.each([
    ['larger than 10 MB', { bytes: new Uint8Array(10_000_001) }, /10 MB/],
    ['too long on both sides', { width: 6000, height: 4001 }, /10000 pixels/],
    ['too narrow', { width: 2101, height: 100 }, /20 times/],
  ])('refuses a photo that is %s before any request', async (_, picture, reason) => {
    const post = await postOf()
    const tooMuch: Post = { ...post, picture: { ...post.picture, ...picture } }
    const error = await failure(publisher().publish(tooMuch, attemptOf()))
    expect(error).toMatchObject({ code: 'publish_refused', message: expect.stringMatching(reason) })
    expect(telegram.calls).toEqual([])
  })

  it.each([{}, { channel_id: '' }, { channel_id: 'alice' }, { channel_id: '@a/../b' }, null])(
    'posts nothing without a usable channel in %j',
    async (config) => {
      const error = await failure(publisher({ config }).publish(await postOf(), attemptOf()))
      expect(error).toMatchObject({ code: 'publish_refused', message: expect.stringContaining('channel_id') })
      expect(telegram.calls).toEqual([])
    },
  )

  it('describes a post without the token, and sends nothing', async () => {
    const describe = publisher({ channel_id: '@alice_ties' }).describe
    expect(describe(await postOf({ rating: 'general' }))).toBe(
      'Telegram would post the photo to the channel @alice_ties, with the caption “Tied at dawn.”.',
    )
    expect(describe(await postOf({ caption: '' }))).toBe(
      'Telegram would post the photo behind a spoiler to the channel @alice_ties, without a caption.',
    )
    expect(telegram.calls).toEqual([])
  })
})

describe('the rating of a photo', () => {
  it.each([
    ['general', false],
    ['suggestive', false],
    ['nudity', true],
    ['explicit', true],
  ] as const)('decides for a photo rated %s if Telegram hides it: %s', async (rating, hasSpoiler) => {
    await publisher().publish(await postOf({ rating }), attemptOf())
    expect(telegram.posts).toMatchObject([{ hasSpoiler }])
  })

  it('follows rating_map, and refuses before any request', async () => {
    const rating_map = { suggestive: 'spoiler', nudity: 'none', explicit: 'refuse' }
    const telegramOf = publisher({ settings: { rating_map } })
    await telegramOf.publish(await postOf({ rating: 'suggestive' }), attemptOf())
    await telegramOf.publish(await postOf({ rating: 'nudity' }), attemptOf())
    expect(telegram.posts.map((post) => post.hasSpoiler)).toEqual([true, false])
    const refused = telegramOf.publish(await postOf({ rating: 'explicit' }), attemptOf())
    expect(await failure(refused)).toMatchObject({
      code: 'publish_refused',
      message: "This site's settings send no photos rated “explicit” to Telegram.",
    })
    expect(telegram.calls).toHaveLength(2)
  })
})

describe('a failed post', () => {
  const forever = new Promise<never>(() => {})
  const cases: [what: string, fault: Fault | Promise<Fault>, code: string, posted: number][] = [
    ['silence', { kind: 'hold', until: forever }, 'publish_outcome_unknown', 0],
    ['a connection that breaks before the body was read', { kind: 'reset' }, 'publish_outcome_unknown', 0],
    ['a connection that breaks before the answer', { kind: 'answer-lost' }, 'publish_outcome_unknown', 1],
    ['a proxy that loses the answer', { kind: 'answer-lost', status: 502 }, 'publish_outcome_unknown', 1],
    [
      'an answer that stops halfway',
      { kind: 'hold-tail', afterBytes: 20, until: forever },
      'publish_outcome_unknown',
      1,
    ],
    ['500', serverError(), 'publish_outcome_unknown', 0],
    ["500 in the API's own format", refusing(500, 'Internal Server Error'), 'publish_outcome_unknown', 0],
    ['an HTML page instead of an answer', malformed(), 'publish_outcome_unknown', 0],
    ['an answer of another shape', malformed('{"ok":true,"result":[]}'), 'publish_outcome_unknown', 0],
    [
      'a redirect',
      { kind: 'answer', status: 307, body: '', headers: { location: '/elsewhere' } },
      'publish_outcome_unknown',
      0,
    ],
    ['400', refusing(400, 'Bad Request: IMAGE_PROCESS_FAILED'), 'publish_refused', 0],
    ['403', refusing(403, 'Forbidden: bot was kicked'), 'publish_refused', 0],
    ['413 of a proxy', { kind: 'answer', status: 413, body: '<html>' }, 'publish_refused', 0],
    ['401', refusing(401, 'Unauthorized'), 'credentials_rejected', 0],
    ['404', refusing(404, 'Not Found'), 'credentials_rejected', 0],
    ['429 beyond the cap', rateLimited(37), 'rate_limited', 0],
    ['408', { kind: 'answer', status: 408, body: '' }, 'publish_unavailable', 0],
  ]

  it.each(cases)('reports the right outcome after %s', async (_, fault, code, posted) => {
    telegram.interfere(onMethod('sendPhoto', await fault, { times: 5 }))
    const retry = 'until' in (await fault) ? hasty : quick
    const error = await failure(publisher({ retry }).publish(await postOf(), attemptOf()))
    expect(error.code).toBe(code)
    expect(telegram.posts).toHaveLength(posted)
    // A photo that may have arrived is never sent again. Only rejected credentials cause a second call.
    expect(telegram.calls).toHaveLength(code === 'credentials_rejected' ? 2 : 1)
  })

  it('reports a post as unsent when nothing listens', async () => {
    const { url } = telegram
    await telegram.close()
    const error = await failure(publisher({ baseUrl: url }).publish(await postOf(), attemptOf()))
    expect(error.code).toBe('publish_unavailable')
    telegram = await startTelegramEmulator({ bots: [] })
  })

  it('reports a post as unsent when the name does not resolve', async () => {
    const run = publisher({ baseUrl: 'https://telegram.invalid' }).publish(await postOf(), attemptOf())
    expect((await failure(run)).code).toBe('publish_unavailable')
  })

  it('reports an unknown outcome when the server accepts and closes the connection', async () => {
    const server = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const run = publisher({ baseUrl: `http://127.0.0.1:${port}` }).publish(await postOf(), attemptOf())
    expect((await failure(run)).code).toBe('publish_outcome_unknown')
    server.close()
  })

  it('hides the token of an error that quotes the URL', async () => {
    const fetch = (url: string) => Promise.reject(new TypeError(`Failed to fetch ${url}`))
    const error = await failure(publisher({ fetch }).publish(await postOf(), attemptOf()))
    expect(error.code).toBe('publish_outcome_unknown')
    expect(everythingOf(error)).toContain('[redacted]')
  })

  it("shows Telegram's reason on one line of bounded length", async () => {
    const description = `Bad Request:\r\n\u202e${'x'.repeat(500)}`
    telegram.interfere(onMethod('sendPhoto', await refusing(400, description)))
    const { message } = await failure(publisher().publish(await postOf(), attemptOf()))
    expect(message).toMatch(/^Telegram refuses the photo: Bad Request: x+…$/)
    expect(message.length).toBeLessThan(250)
  })

  it('reports a post as unsent when the caller aborts before the start, and an unknown outcome later', async () => {
    const error = await failure(
      publisher().publish(await postOf(), attemptOf({ signal: AbortSignal.abort() })),
    )
    expect(error.code).toBe('publish_unavailable')
    expect(telegram.calls).toEqual([])

    const caller = new AbortController()
    telegram.interfere((call) => {
      caller.abort()
      return call.method === 'sendphoto' ? { kind: 'hold', until: forever } : undefined
    })
    const late = await failure(publisher().publish(await postOf(), attemptOf({ signal: caller.signal })))
    expect(late.code).toBe('publish_outcome_unknown')
  })
})

describe('a pause that Telegram asks for', () => {
  it('waits as long as Telegram asks, within the cap, and posts once', async () => {
    telegram.interfere(onMethod('sendPhoto', await rateLimited(0.02), { times: 2 }))
    await publisher().publish(await postOf(), attemptOf())
    expect(telegram.calls.map(({ status }) => status)).toEqual([429, 429, 200])
    expect(telegram.posts).toHaveLength(1)
  })

  it('fails with the duration of a pause that is too long or too frequent', async () => {
    telegram.interfere(onMethod('sendPhoto', await rateLimited(37)))
    expect(await failure(publisher().publish(await postOf(), attemptOf()))).toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 37_000,
      message: expect.stringContaining('37 seconds'),
    })

    telegram.interfere(onMethod('sendPhoto', await rateLimited(0.01), { times: 9 }))
    expect((await failure(publisher().publish(await postOf(), attemptOf()))).code).toBe('rate_limited')
    expect(telegram.calls).toHaveLength(4)
    expect(telegram.posts).toEqual([])
  })

  it('reports a post as unsent when the caller aborts during a pause', async () => {
    const caller = new AbortController()
    telegram.interfere(onMethod('sendPhoto', await rateLimited(30)))
    const givingUpAfterTheAnswer: TelegramFetch = async (url, init) => {
      const answer = await fetch(url, init)
      const whole = new Response(await answer.arrayBuffer(), answer)
      caller.abort()
      return whole
    }
    const run = publisher({
      fetch: givingUpAfterTheAnswer,
      retry: { ...quick, capMs: 60_000, deadlineMs: 60_000 },
    }).publish(await postOf(), attemptOf({ signal: caller.signal }))
    expect((await failure(run)).code).toBe('rate_limited')
    expect(telegram.posts).toEqual([])
  })
})

describe('the credentials', () => {
  it('resolves the token again, once, when it was revoked', async () => {
    const fresh = '1001:alice-canary-second'
    const credentials = credentialsOf({ bot_token: new Secret(token) }, { bot_token: new Secret(fresh) })
    telegram.revoke(token)
    telegram.addBot({ token: fresh, chats: [channel] })
    await publisher({ credentials }).publish(await postOf(), attemptOf())
    expect(telegram.posts).toHaveLength(1)
    expect(credentials).toMatchObject({ resolved: 2, rejected: [{}] })
  })

  it.each(['', 'not a token', '1001:a/../../x', '1001:a?b'])(
    'sends no request when the token is %j',
    async (value) => {
      const credentials = credentialsOf({ bot_token: new Secret(value) })
      const error = await failure(publisher({ credentials }).publish(await postOf(), attemptOf()))
      expect(error.code).toBe('credentials_rejected')
      expect(telegram.calls).toEqual([])
    },
  )

  it("does not post to another tenant's channel", async () => {
    const error = await failure(
      publisher({ channel_id: bobsChannel.id }).publish(await postOf(), attemptOf()),
    )
    expect(error.code).toBe('publish_refused')
    expect(telegram.posts).toEqual([])
  })
})

describe('a change of a post', () => {
  const hour = 3_600_000
  const signal = new AbortController().signal
  const others = { caption: 'Untied.', altText: null, tags: [], rating: 'nudity' } as const

  /** Publishes a photo with an emulator whose clock the test sets. */
  async function published() {
    let time = Date.now()
    const own = await startTelegramEmulator({ bots: [{ token, chats: [channel, group] }], now: () => time })
    onTestFinished(own.close)
    const posting = publisher({ baseUrl: own.url })
    const receipt = receiptOf(await posting.publish(await postOf(), attemptOf()), {
      postedAt: new Date(time),
    })
    const wait = (ms: number) => {
      time += ms
      return new Date(time)
    }
    return { own, posting, receipt, wait }
  }

  it('offers to take a post back for 48 hours, and says what to do later', async () => {
    const { posting, receipt, wait } = await published()
    const until = new Date(receipt.postedAt.getTime() + 48 * hour)
    expect(posting.changesOf(receipt, wait(48 * hour - 1))).toMatchObject({
      retract: { possible: true, until },
      correct: { possible: true },
    })
    expect(posting.changesOf(receipt, wait(1))).toMatchObject({
      retract: { possible: false, reason: expect.stringMatching(/48 hours.*Telegram app.*Delete/) },
      correct: { possible: true },
    })
  })

  it('explains a deletion that Telegram refuses because of the age of the post', async () => {
    const { own, posting, receipt, wait } = await published()
    wait(49 * hour)
    expect(await failure(posting.retract(receipt, signal))).toMatchObject({
      code: 'publish_refused',
      message: expect.stringMatching(/48 hours.*Telegram app/),
    })
    await posting.correct(receipt, others, signal)
    expect(own.posts).toMatchObject([{ caption: 'Untied.' }])
  })

  it('changes a post of an earlier version, whose receipt has no notes', async () => {
    const { own, posting, receipt } = await published()
    const old = { ...receipt, notes: {}, rating: null }
    await posting.correct(old, others, signal)
    await posting.retract(old, signal)
    expect(own.posts).toMatchObject([{ caption: 'Untied.', deletedAt: expect.any(Number) }])
  })

  it.each(['x', `${channel.id}/0`, `${channel.id}/1/2`, '1/-1'])(
    'offers no change of a post with the identifier %j',
    async (postId) => {
      const receipt = receiptOf({ postId })
      const { retract, correct } = publisher().changesOf(receipt, new Date())
      expect([retract.possible, correct.possible]).toEqual([false, false])
      expect((await failure(publisher().retract(receipt, signal))).code).toBe('publish_refused')
      expect(telegram.calls).toEqual([])
    },
  )

  it('explains a correction of a post that a person deleted', async () => {
    const { posting, receipt } = await published()
    await posting.retract(receipt, signal)
    expect(await failure(posting.correct(receipt, others, signal))).toMatchObject({
      code: 'publish_refused',
      message: 'The post is no longer in the channel, so its caption cannot be changed.',
    })
  })

  const forever = new Promise<never>(() => {})
  const cases: [what: string, fault: Fault | Promise<Fault>, code: string, calls: number][] = [
    ['silence', { kind: 'hold', until: forever }, 'publish_outcome_unknown', 3],
    ['answers that are lost', { kind: 'answer-lost', status: 502 }, 'publish_outcome_unknown', 3],
    ['a connection that breaks', { kind: 'reset' }, 'publish_outcome_unknown', 3],
    ['500', serverError(), 'publish_outcome_unknown', 3],
    ['an HTML page instead of an answer', malformed(), 'publish_outcome_unknown', 3],
    ['401', refusing(401, 'Unauthorized'), 'credentials_rejected', 2],
    ['404', refusing(404, 'Not Found'), 'credentials_rejected', 2],
    ['429 beyond the cap', rateLimited(37), 'rate_limited', 1],
    ['408', { kind: 'answer', status: 408, body: '' }, 'publish_unavailable', 3],
    ['403', refusing(403, 'Forbidden: bot was kicked'), 'publish_refused', 1],
    ['400', refusing(400, "Bad Request: message can't be deleted"), 'publish_refused', 1],
    ['another 400', refusing(400, 'Bad Request: MESSAGE_ID_INVALID'), 'publish_refused', 1],
    [
      'a group that moved',
      refusing(400, 'Bad Request: group chat was upgraded', { migrate_to_chat_id: -1007 }),
      'publish_refused',
      1,
    ],
  ]

  it.each(cases)('ends with the right error after %s', async (_, fault, code, calls) => {
    const { own, receipt } = await published()
    own.interfere(onMethod('deleteMessage', await fault, { times: 9 }))
    own.interfere(onMethod('editMessageCaption', await fault, { times: 9 }))
    const retry = 'until' in (await fault) ? { ...hasty, attemptTimeoutMs: 200 } : quick
    const posting = () => publisher({ baseUrl: own.url, retry })
    expect((await failure(posting().retract(receipt, signal))).code).toBe(code)
    expect((await failure(posting().correct(receipt, others, signal))).code).toBe(code)
    expect(own.calls).toHaveLength(1 + 2 * calls)
  })

  it('waits as long as Telegram asks, within the cap', async () => {
    const { own, posting, receipt } = await published()
    own.interfere(onMethod('deleteMessage', await rateLimited(0.01), { times: 2 }))
    await posting.retract(receipt, signal)
    expect(own.calls.map(({ status }) => status)).toEqual([200, 429, 429, 200])
  })

  it('leaves the post unchanged when the name does not resolve', async () => {
    const { receipt } = await published()
    const posting = publisher({ baseUrl: 'https://telegram.invalid' })
    expect(await failure(posting.retract(receipt, signal))).toMatchObject({
      code: 'publish_unavailable',
      message: expect.stringContaining('unchanged'),
    })
  })
})

describe('a group that became a supergroup', () => {
  const supergroup = -1007777777777

  it('posts once under a group’s new identifier, with a warning for the admin', async () => {
    telegram.upgradeGroup(group.id, supergroup)
    const posted = await publisher({ channel_id: group.id }).publish(await postOf(), attemptOf())
    expect(posted).toMatchObject({
      postId: `${supergroup}/1`,
      warning: expect.stringContaining(String(supergroup)),
    })
    expect(telegram.posts).toHaveLength(1)
  })

  it('tries at most a second post when the group moves again', async () => {
    telegram.upgradeGroup(group.id, supergroup)
    telegram.upgradeGroup(supergroup, -1008888888888)
    const error = await failure(publisher({ channel_id: group.id }).publish(await postOf(), attemptOf()))
    expect(error.code).toBe('publish_refused')
    expect(telegram.calls).toHaveLength(2)
  })
})

describe('the Telegram emulator', () => {
  it('shows spoilers, edits and deletions on its page', async () => {
    const posting = publisher()
    const signal = new AbortController().signal
    const first = receiptOf(await posting.publish(await postOf(), attemptOf()))
    const second = receiptOf(await posting.publish(await postOf({ rating: 'general' }), attemptOf()))
    await posting.correct(second, { caption: 'Untied.', altText: null, tags: [], rating: 'general' }, signal)
    const page = await (await call('/')).text()
    expect(page).toMatch(/Untied\.[\s\S]*, edited 20[\s\S]*<details><summary>/)
    expect(page.match(/<details>/g)).toHaveLength(1)

    await posting.retract(first, signal)
    expect(await (await call('/')).text()).toMatch(/Deleted 20/)
    expect((await call(`/photos/${channel.id}/1`)).status).toBe(404)
  })

  it.each([
    ['deleteMessage', 'message to delete not found'],
    ['editMessageCaption', 'message to edit not found'],
  ])('refuses %s for a message that is not there', async (method, reason) => {
    const answer = await call(`/bot${token}/${method}?chat_id=${channel.id}&message_id=9`)
    expect(await answer.json()).toMatchObject({ error_code: 400, description: `Bad Request: ${reason}` })
  })

  it('refuses changes of another bot, and captions that are too long or the same', async () => {
    const third = '3003:carol-canary-token'
    telegram.addBot({ token: third, chats: [channel] })
    await publisher().publish(await postOf(), attemptOf())
    const query = `chat_id=${channel.id}&message_id=1`
    const descriptionOf = async (path: string) => Object(await (await call(path)).json()).description
    expect(await descriptionOf(`/bot${third}/deleteMessage?${query}`)).toMatch(/can't be deleted$/)
    expect(await descriptionOf(`/bot${third}/editMessageCaption?${query}`)).toMatch(/can't be edited$/)
    const edit = `/bot${token}/editMessageCaption?${query}`
    expect(await descriptionOf(`${edit}&caption=Tied+at+dawn.`)).toMatch(
      /^Bad Request: message is not modified:/,
    )
    expect(await descriptionOf(`${edit}&caption=${'x'.repeat(1025)}`)).toMatch(/caption is too long$/)
  })

  const call = (path: string, init?: RequestInit) => fetch(`${telegram.url}${path}`, init)
  const form = async (fields: Record<string, string>, photo = true) => {
    const body = new FormData()
    for (const [field, value] of Object.entries(fields)) body.append(field, value)
    const { picture } = await postOf()
    if (photo) body.append('photo', new Blob([new Uint8Array(picture.bytes)]), 'x.jpg')
    return { method: 'POST', body }
  }

  it('answers getMe and getChat as the Bot API does', async () => {
    expect(await (await call(`/bot${token}/getMe`)).json()).toMatchObject({ ok: true, result: { id: 1001 } })
    const chat = await call(`/bot${token}/GETCHAT?chat_id=@Alice_Ties`)
    expect(await chat.json()).toEqual({ ok: true, result: { ...channel, type: 'channel' } })
  })

  it.each([
    ['an unknown token', '/bot9:x/getMe', 401, 'Unauthorized'],
    ['a malformed token', '/botx/getMe', 404, 'Not Found'],
    ['an unknown method', `/bot${token}/sendNothing`, 404, 'Not Found'],
    ['an unknown chat', `/bot${token}/getChat?chat_id=1`, 400, 'Bad Request: chat not found'],
    [
      'the chat of another bot',
      `/bot${token}/getChat?chat_id=${bobsChannel.id}`,
      403,
      'Forbidden: bot is not a member of the channel chat',
    ],
  ])('refuses %s', async (_, path, status, description) => {
    const answer = await call(path)
    expect(answer.status).toBe(status)
    expect(await answer.json()).toEqual({ ok: false, error_code: status, description })
  })

  it('enforces the real limits', async () => {
    const chat_id = String(channel.id)
    const long = await call(`/bot${token}/sendPhoto`, await form({ chat_id, caption: 'x'.repeat(1025) }))
    expect(await long.json()).toMatchObject({ description: 'Bad Request: message caption is too long' })
    const trimmed = await form({ chat_id, caption: ` ${'😀'.repeat(1024)} ` })
    expect((await call(`/bot${token}/sendPhoto`, trimmed)).status).toBe(200)
    const none = await call(`/bot${token}/sendPhoto`, await form({ chat_id }, false))
    expect(none.status).toBe(400)

    const { picture } = await postOf({}, { width: 2100, height: 100 })
    const { method, body } = await form({ chat_id }, false)
    body.append('photo', new Blob([new Uint8Array(picture.bytes)]), 'x.jpg')
    const narrow = await call(`/bot${token}/sendPhoto`, { method, body })
    expect(await narrow.json()).toMatchObject({ description: 'Bad Request: PHOTO_INVALID_DIMENSIONS' })
  })

  it('lists posts on its page, with captions as text', async () => {
    await publisher().publish(await postOf({ caption: '<script>alert(1)</script> & more' }), attemptOf())
    const page = await call('/')
    const text = await page.text()
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; more')
    expect(text).not.toContain('<script')
    expect(text).not.toContain('canary')
    const [, source] = /src="([^"]+)"/.exec(text) ?? []
    const photo = await call(source ?? '')
    expect(photo.headers.get('content-type')).toBe('image/jpeg')
    expect((await call('/photos/1/1')).status).toBe(404)
  })
})
