/** The Mastodon emulator refuses what the real servers refuse. */
import { afterEach, describe, expect, it } from 'vitest'
import {
  type MastodonEmulator,
  type MastodonEmulatorOptions,
  startMastodonEmulator,
} from '../../dev/emulators/mastodon.ts'
import { postOf } from '../support/fixtures/posts.ts'

const token = 'alice-canary'
let server: MastodonEmulator
afterEach(() => server.close())

async function start(options: Partial<MastodonEmulatorOptions> = {}) {
  server = await startMastodonEmulator({ accounts: [{ username: 'alice', token }], ...options })
}

async function call(path: string, init: RequestInit = {}, bearer = token) {
  const headers = new Headers(init.headers)
  headers.set('authorization', `Bearer ${bearer}`)
  const response = await fetch(`${server.url}${path}`, { ...init, headers })
  return { status: response.status, headers: response.headers, body: await response.json() }
}

const json = (method: string, body: unknown, key?: string): RequestInit => ({
  method,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) },
})

async function upload(change: (form: FormData) => void = () => undefined, version = 'v2') {
  const form = new FormData()
  const { picture } = await postOf()
  form.append('file', new Blob([new Uint8Array(picture.bytes)], { type: 'image/jpeg' }), 'x.jpg')
  change(form)
  return call(`/api/${version}/media`, { method: 'POST', body: form })
}

const create = async (fields: Record<string, unknown> = {}, key?: string) => {
  const { body } = await upload()
  return call('/api/v1/statuses', json('POST', { status: 'Rope.', media_ids: [body.id], ...fields }, key))
}

describe('the emulator', () => {
  it.each([
    ['a wrong token', '/api/v1/accounts/verify_credentials', 'wrong', 401, 'The access token is invalid'],
    ['an unknown route', '/api/v1/nothing', token, 404, 'Record not found'],
  ])('refuses %s', async (_, path, bearer, status, error) => {
    await start()
    expect(await call(path, {}, bearer)).toMatchObject({ status, body: { error } })
  })

  it.each<[string, Record<string, unknown>, string]>([
    [
      'a text over the limit',
      { status: 'x'.repeat(501) },
      'Validation failed: Text character limit of 500 exceeded',
    ],
    [
      'a text and a warning over the limit together',
      { status: 'x'.repeat(498), spoiler_text: 'abc' },
      'Validation failed: Text character limit of 500 exceeded',
    ],
    ['unknown media', { media_ids: ['1'] }, 'Media with the ID 1 was not found'],
    ['an empty post', { status: '', media_ids: [] }, "Validation failed: Text can't be blank"],
  ])('refuses %s', async (_, fields, error) => {
    await start()
    expect(await create(fields)).toMatchObject({ status: 422, body: { error } })
  })

  it('counts an address as 23, a remote mention without its domain, and an emoji as a single character', async () => {
    await start()
    const text = `${'👩‍👩‍👧‍👦'.repeat(400)} https://example.com/${'x'.repeat(300)} @alice@social.example ${'x'.repeat(68)}`
    expect((await create({ status: text })).status).toBe(200)
    expect((await create({ status: `${text}x` })).status).toBe(422)
  })

  it('refuses a file without a name, of a wrong type, and media of another post', async () => {
    await start()
    const nameless = await upload((form) => form.set('file', 'text'))
    expect(nameless.body.error).toBe("Validation failed: File can't be blank")
    const wrong = await upload((form) => form.set('file', new Blob(['x'], { type: 'text/plain' }), 'x.jpg'))
    expect(wrong.body.error).toContain('content type is invalid')
    const { body } = await create()
    const [media] = body.media_attachments
    expect((await create({ media_ids: [media.id] })).status).toBe(422)
  })

  it('answers 202, then 206, then 200 while an upload is processed, and refuses a post until then', async () => {
    await start({ processingPolls: 1 })
    const { status, body } = await upload()
    expect([status, body.url]).toEqual([202, null])
    const post = () => call('/api/v1/statuses', json('POST', { media_ids: [body.id] }))
    expect((await post()).body.error).toContain('not finished processing')
    expect((await call(`/api/v1/media/${body.id}`)).status).toBe(206)
    expect((await call(`/api/v1/media/${body.id}`)).status).toBe(200)
    expect((await post()).status).toBe(200)
  })

  it('remembers a key for an hour, each flavour in its way', async () => {
    let time = Date.now()
    await start({ now: () => time })
    const first = await create({}, 'key')
    expect((await create({}, 'key')).body.id).toBe(first.body.id)
    time += 3_600_001
    expect((await create({}, 'key')).body.id).not.toBe(first.body.id)
    await server.close()

    await start({ flavour: 'pixelfed' })
    await create({}, 'key')
    expect(await create({}, 'key')).toMatchObject({
      status: 400,
      body: { error: 'Duplicate idempotency key.' },
    })
    await server.close()

    await start({ flavour: 'gotosocial' })
    await create({}, 'key')
    expect((await create({}, 'key')).status).toBe(200)
    expect(server.posts).toHaveLength(2)
  })

  it('detaches pictures and drops the warning in an edit that does not name them', async () => {
    await start()
    const { body } = await create({ spoiler_text: 'NSFW', sensitive: true })
    await call(`/api/v1/statuses/${body.id}`, json('PUT', { status: 'Only words.' }))
    expect(server.posts).toMatchObject([{ media: [], spoilerText: '', sensitive: false }])
  })

  it('limits uploads, with the time of the reset and without Retry-After', async () => {
    await start({ rates: { uploads: 1 } })
    await upload()
    const { status, headers } = await upload()
    expect([status, headers.get('retry-after')]).toEqual([429, null])
    expect(headers.get('x-ratelimit-reset')).toMatch(/^\d{4}-.*Z$/)
  })

  it('shows posts on its page, with warning, blur, alt text, edits and removals, and text as text', async () => {
    await start()
    const { body } = await create({ status: '<script>1</script>', spoiler_text: 'NSFW' })
    const page = async () => (await fetch(server.url)).text()
    expect(await page()).toContain('&lt;script&gt;1&lt;/script&gt;')
    expect(await page()).toMatch(/<summary>NSFW<\/summary>[\s\S]*class="sensitive"[\s\S]*No alt text/)
    const [, source] = /src="([^"]+)"/.exec(await page()) ?? []
    const picture = await fetch(`${server.url}${source}`)
    expect(picture.headers.get('content-type')).toBe('image/jpeg')
    const [media] = body.media_attachments
    const media_attributes = [{ id: media.id, description: 'Hemp.' }]
    await call(
      `/api/v1/statuses/${body.id}`,
      json('PUT', { status: 'New.', media_ids: [media.id], media_attributes }),
    )
    await call(`/api/v1/statuses/${body.id}`, { method: 'DELETE' })
    expect(await page()).toMatch(/Alt text: Hemp\.[\s\S]*edited 1×[\s\S]*deleted/)
    expect((await fetch(body.url)).status).toBe(200)
  })
})
