/** Takes posts back and corrects them, with the differences between servers. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Fault } from '../../../../dev/emulators/dropbox/faults.ts'
import { onRoute, refusing, serverError } from '../../../../dev/emulators/mastodon/faults.ts'
import {
  type MastodonEmulator,
  type MastodonEmulatorOptions,
  startMastodonEmulator,
} from '../../../../dev/emulators/mastodon.ts'
import { receiptOf } from '../../../support/contracts/publisher-scene.ts'
import { publisherOn, token } from '../../../support/fixtures/mastodon.ts'
import { attemptOf, postOf } from '../../../support/fixtures/posts.ts'
import { failure } from '../../../support/fixtures/rejections.ts'

const never = new AbortController().signal
const texts = { caption: 'Untied at noon.', altText: 'Loose rope.', tags: [], rating: 'nudity' } as const

let server: MastodonEmulator
afterEach(() => server.close())

async function published(options: Partial<MastodonEmulatorOptions> = {}, config: unknown = {}) {
  server = await startMastodonEmulator({ accounts: [{ username: 'alice', token }], ...options })
  const publisher = publisherOn(server.url, { config })
  const post = await postOf({ altText: 'Rope.', rating: 'explicit' })
  const receipt = receiptOf(await publisher.publish(post, attemptOf()))
  return {
    receipt,
    correct: async (more: object = {}, target = receipt) =>
      publisher.correct?.(target, { ...texts, ...more }, never),
    retract: async () => publisher.retract?.(receipt, never),
  }
}

const outside = refusing(403, 'This action is outside the authorized scopes')

const answering = (body: object): Fault => ({
  kind: 'answer',
  status: 200,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
})

describe('a correction', () => {
  it('keeps the picture, the language and the warning, because an edit replaces everything', async () => {
    const { correct, receipt } = await published({}, { language: 'de' })
    const notes = await correct({ rating: 'explicit' })
    const [post] = server.posts
    expect(post).toMatchObject({
      text: 'Untied at noon.',
      spoilerText: 'NSFW',
      sensitive: true,
      language: 'de',
      visibility: 'unlisted',
      media: [{ description: 'Loose rope.' }],
    })
    expect(notes).toEqual(receipt.notes)
  })

  it('changes the warning with the rating', async () => {
    const { correct } = await published()
    await correct({ rating: 'suggestive' })
    expect(server.posts).toMatchObject([{ spoilerText: '', sensitive: true }])
    await correct({ rating: 'general' })
    expect(server.posts).toMatchObject([{ spoilerText: '', sensitive: false }])
  })

  it('removes the alt text when there is none any more', async () => {
    const { correct } = await published()
    await correct({ altText: null })
    expect(server.posts).toMatchObject([{ media: [{ description: null }] }])
  })

  it('makes no new version when nothing changes', async () => {
    const { correct } = await published()
    await correct()
    await correct()
    expect(server.posts[0]?.edits).toHaveLength(1)
  })

  it('keeps the picture when the server answers with little', async () => {
    const { correct, receipt } = await published()
    const { postId: id, url } = receipt
    server.interfere(onRoute('PUT /api/v1/statuses/:id', answering({ id, url })))
    const notes = await correct()
    expect({ ...receipt.notes, ...notes }).toEqual(receipt.notes)
    await correct({}, { ...receipt, notes: { ...receipt.notes, ...notes } })
    expect(server.posts).toMatchObject([{ text: 'Untied at noon.', media: [{ width: 320 }] }])
  })

  it('refuses an edit that would remove the picture', async () => {
    const { correct, receipt } = await published()
    server.interfere(onRoute('GET /api/v1/statuses/:id', answering({ id: receipt.postId })))
    const error = await failure(correct({}, { ...receipt, notes: {} }))
    expect(error).toMatchObject({ code: 'publish_refused', message: expect.stringContaining('picture') })
    expect(server.posts[0]?.edits).toEqual([])
  })

  it('asks the server for the pictures of a post without notes', async () => {
    const { correct, receipt } = await published()
    await correct({}, { ...receipt, notes: {} })
    expect(server.posts).toMatchObject([{ text: 'Untied at noon.', media: [{ width: 320 }] }])
  })

  it('explains what to do when the server cannot change posts', async () => {
    const { correct } = await published({ flavour: 'gotosocial' })
    expect(await failure(correct())).toMatchObject({
      code: 'publish_refused',
      message: expect.stringMatching(/cannot change posts\. Take the post back/),
    })
    expect(server.posts).toMatchObject([{ text: 'Tied at dawn.' }])
  })

  it('explains what to do when the post is gone', async () => {
    const { correct, retract } = await published()
    await retract()
    expect(await failure(correct())).toMatchObject({
      code: 'publish_refused',
      message: expect.stringContaining('no longer exists'),
    })
  })

  it("shows Pixelfed's limit of ten edits in its words", async () => {
    const { correct } = await published({ flavour: 'pixelfed' })
    for (let edit = 1; edit <= 10; edit++) await correct({ caption: `Edit ${edit}.` })
    expect(await failure(correct({ caption: 'Edit 11.' }))).toMatchObject({
      code: 'publish_refused',
      message: expect.stringContaining('more than 10 times'),
    })
  })

  it('says so when only the alt text cannot be changed', async () => {
    const { correct } = await published({ flavour: 'pixelfed' })
    server.interfere(onRoute('PUT /api/v1/media/:id', refusing(404, 'Not found'), { times: 9 }))
    expect((await failure(correct())).message).toMatch(/caption is changed, but .* alt text/)
  })
})

describe('a retraction', () => {
  it('deletes the pictures with the post', async () => {
    const { retract } = await published()
    await retract()
    expect(server.posts).toMatchObject([{ deletedAt: expect.any(Number), deletedMedia: true }])
  })
})

describe.each(['correct', 'retract'] as const)('a request to %s', (kind) => {
  const route = `${kind === 'correct' ? 'PUT' : 'DELETE'} /api/v1/statuses/:id`

  it.each([
    ['a missing scope', outside, 'publish_refused', /write:statuses/],
    [
      'the words of the server',
      refusing(422, 'Validation failed: No.'),
      'publish_refused',
      /Validation failed: No\./,
    ],
    ['an outage', serverError(502), 'publish_outcome_unknown', /safe to try again/],
    ['broken connections', { kind: 'reset' } as const, 'publish_outcome_unknown', /safe to try again/],
  ])('reports %s', async (_, fault, code, message) => {
    const scene = await published()
    server.interfere(onRoute(route, fault, { times: 9 }))
    const error = await failure(Promise.resolve(scene[kind]()))
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
  })
})
