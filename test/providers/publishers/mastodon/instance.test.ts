/** Limits of instances, and counting as an instance counts. */
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { onRoute, serverError } from '../../../../dev/emulators/mastodon/faults.ts'
import { type FlavourName, flavours } from '../../../../dev/emulators/mastodon/flavours.ts'
import { postLength } from '../../../../dev/emulators/mastodon/text-length.ts'
import {
  type MastodonEmulator,
  type MastodonEmulatorOptions,
  startMastodonEmulator,
} from '../../../../dev/emulators/mastodon.ts'
import { Secret } from '../../../../src/base/secret.ts'
import type { CaptionRules } from '../../../../src/ports/publisher.ts'
import { createInstanceCache } from '../../../../src/providers/publishers/mastodon/instance.ts'
import { roomOf } from '../../../../src/providers/publishers/mastodon/settings.ts'
import { fitCaption } from '../../../../src/workflow/captions/fit.ts'
import { publisherOn, token } from '../../../support/fixtures/mastodon.ts'
import { attemptOf, credentialsOf, postOf } from '../../../support/fixtures/posts.ts'

let server: MastodonEmulator | undefined
afterEach(async () => {
  await server?.close()
  server = undefined
})

async function start(options: Partial<MastodonEmulatorOptions> = {}) {
  server = await startMastodonEmulator({ accounts: [{ username: 'alice', token }], ...options })
  return server
}

describe('the rules of an instance', () => {
  it.each<[FlavourName, Partial<CaptionRules>]>([
    ['mastodon', { maxLength: 500, unit: 'grapheme', urlLength: 23 }],
    ['old', { maxLength: 500, unit: 'grapheme', urlLength: 23 }],
    ['pixelfed', { maxLength: 500, unit: 'utf16' }],
    ['gotosocial', { maxLength: 5000, unit: 'utf16' }],
    ['pleroma', { maxLength: 5000, unit: 'utf16' }],
    ['akkoma', { maxLength: 5000, unit: 'utf16' }],
  ])('reads the rules of %s', async (flavour, expected) => {
    const { url } = await start({ flavour })
    const rules = await publisherOn(url).ownRules?.()
    expect(rules).toMatchObject(expected)
    expect(rules?.urlLength).toBe(expected.urlLength)
  })

  it('reads the limits from either version of the document', async () => {
    for (const flavour of ['mastodon', 'old'] as const) {
      const { url, close } = await startMastodonEmulator({
        accounts: [],
        flavour,
        limits: { maxCharacters: 11_000 },
      })
      expect(await publisherOn(url).ownRules?.()).toMatchObject({ maxLength: 11_000 })
      await close()
    }
  })

  it('reads an instance once for all publishers of a process, and again after hours', async () => {
    const { url, calls } = await start()
    let time = Date.now()
    const shared = { instances: createInstanceCache(), now: () => time }
    for (let tenant = 0; tenant < 5; tenant++) await publisherOn(url, shared).ownRules?.()
    expect(calls).toHaveLength(1)
    time += 7 * 3_600_000
    await publisherOn(url, shared).ownRules?.()
    expect(calls).toHaveLength(2)
  })

  it('uses the defaults while the server fails, for a short time', async () => {
    const { url, interfere } = await start({ limits: { maxCharacters: 900 } })
    const stop = interfere(({ route }) => (route.endsWith('/instance') ? serverError() : undefined))
    let time = Date.now()
    const shared = { instances: createInstanceCache(), now: () => time }
    expect(await publisherOn(url, shared).ownRules?.()).toMatchObject({ maxLength: 500 })
    stop()
    expect(await publisherOn(url, shared).ownRules?.()).toMatchObject({ maxLength: 500 })
    time += 61_000
    expect(await publisherOn(url, shared).ownRules?.()).toMatchObject({ maxLength: 900 })
  })

  it('uses the defaults where nothing listens, for an unusable address, and for missing credentials', async () => {
    const { url, close } = await startMastodonEmulator({ accounts: [] })
    await close()
    const credentials = [
      credentialsOf({ instance_url: url, access_token: new Secret(token) }),
      credentialsOf({ instance_url: 'mailto:alice', access_token: new Secret(token) }),
      { get: () => Promise.reject(new Error('unavailable')), reject: () => undefined },
    ]
    for (const source of credentials)
      expect(await publisherOn(url, { credentials: source }).ownRules?.()).toMatchObject({ maxLength: 500 })
  })

  it.each([
    '[]',
    '{}',
    '{"configuration":{"statuses":{"max_characters":-1}}}',
    '{"configuration":"none","version":7}',
    '{"max_toot_chars":"many"}',
  ])('uses the defaults for the document %s', async (body) => {
    const { url, interfere } = await start()
    const headers = { 'content-type': 'application/json' }
    interfere(({ route }) =>
      route.endsWith('/instance') ? { kind: 'answer', status: 200, body, headers } : undefined,
    )
    expect(await publisherOn(url).ownRules?.()).toMatchObject({
      maxLength: 500,
      unit: 'grapheme',
      urlLength: 23,
    })
  })

  it('leaves room for the warning of a rating', async () => {
    const { url } = await start()
    const config = { content_warning: 'Nude', rating_map: { nudity: 'warning' } }
    expect(await publisherOn(url, { config }).ownRules?.('nudity')).toMatchObject({ maxLength: 496 })
    expect(await publisherOn(url, { config }).ownRules?.('general')).toMatchObject({ maxLength: 500 })
    expect(await publisherOn(url, { config }).ownRules?.()).toMatchObject({ maxLength: 500 })
  })

  it('publishes to a server whose limits are unknown', async () => {
    const { url, interfere, posts } = await start()
    interfere(onRoute('GET /api/v2/instance', serverError()))
    await publisherOn(url).publish(await postOf(), attemptOf())
    expect(posts).toHaveLength(1)
  })
})

/** Texts of words, addresses, mentions, hashtags and emoji. */
const texts = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 12 }),
      fc.constantFrom('👩‍👩‍👧‍👦', 'é', 'e\u0301', '🇩🇪', '縄', '#rope', '@alice', '@alice@social.example'),
      fc.webUrl({ validSchemes: ['http', 'https'], withQueryParameters: true }),
    ),
    { maxLength: 40 },
  )
  .map((words) => words.join(' '))

describe('counting', () => {
  const { mastodon } = flavours
  const rules: CaptionRules = {
    maxLength: 80,
    unit: 'grapheme',
    urlLength: 23,
    maxHashtags: 30,
    plain: false,
    style: '',
  }
  const counted = (text: string, flavour = mastodon) => postLength(text, '', flavour, flavour.limits)

  it('fits every caption to the limit as the server counts it', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(counted(fitCaption(text, rules))).toBeLessThanOrEqual(rules.maxLength)
      }),
      { numRuns: 400 },
    )
  })

  it.each(['pixelfed', 'gotosocial', 'pleroma'] as const)('fits every caption to the limit of %s', (name) => {
    const { urlLength: _, ...own } = { ...rules, unit: 'utf16' as const }
    fc.assert(
      fc.property(texts, (text) => {
        expect(counted(fitCaption(text, own), flavours[name])).toBeLessThanOrEqual(rules.maxLength)
      }),
    )
  })

  it('fits every caption beside a content warning to the limit', () => {
    const warnings = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
      fc.constant('See http://a.b'),
    )
    fc.assert(
      fc.property(texts, warnings, (text, warning) => {
        const maxLength = rules.maxLength - roomOf(warning, rules)
        const caption = fitCaption(text, { ...rules, maxLength })
        expect(postLength(caption, warning, mastodon, mastodon.limits)).toBeLessThanOrEqual(rules.maxLength)
      }),
      { numRuns: 400 },
    )
  })
})
