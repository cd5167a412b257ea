import { once } from 'node:events'
import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RowName } from '../../dev/emulators/instagram/answers.ts'
import { rows } from '../../dev/emulators/instagram/answers.ts'
import { type InstagramEmulator, startInstagramEmulator } from '../../dev/emulators/instagram.ts'
import { instagramAccount } from '../support/fixtures/instagram.ts'
import { canaryJpeg } from '../support/fixtures/pictures-with-metadata.ts'

const { userId, token } = instagramAccount
let instagram: InstagramEmulator
let close: () => Promise<void>
let pictures: string
let answer: RequestListener = (_request, response) => response.end()

beforeEach(async () => {
  instagram = await startInstagramEmulator({ accounts: [instagramAccount], fetchTimeoutMs: 2000 })
  const server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  // The cast is sound for a TCP server that listens.
  pictures = `http://127.0.0.1:${(server.address() as AddressInfo).port}/picture`
  close = async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
})
afterEach(async () => {
  await instagram.close()
  await close()
})

const call = (path: string, init: RequestInit = {}) =>
  fetch(`${instagram.url}${path}`, { headers: { authorization: `Bearer ${token}` }, ...init })

const post = (edge: string, fields: Record<string, string>) =>
  call(`/v25.0/${userId}/${edge}`, { method: 'POST', body: new URLSearchParams(fields) })

async function refusalOf(response: Response): Promise<unknown> {
  const { error } = await response.json()
  return [error.code, error.error_subcode]
}

const numbersOf = (name: RowName) => {
  const { code } = rows[name]
  return [code, 'subcode' in rows[name] ? Reflect.get(rows[name], 'subcode') : undefined]
}

const jpeg = (width = 320, height = 320) =>
  sharp({ create: { width, height, channels: 3, background: '#804020' } })
    .jpeg()
    .toBuffer()

function respond(send: (response: ServerResponse) => unknown): void {
  answer = (_request, response) => void send(response)
}

function serve(bytes: Uint8Array, headers: Record<string, string> = {}): void {
  answer = (_request, response) => {
    response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': bytes.length, ...headers })
    response.end(bytes)
  }
}

describe('the picture of a container', () => {
  it('is fetched without a cookie and a token, as Meta does', async () => {
    const bytes = await jpeg()
    let headers: Record<string, unknown> = {}
    answer = (request, response) => {
      headers = request.headers
      response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': bytes.length }).end(bytes)
    }
    expect((await post('media', { image_url: pictures })).status).toBe(200)
    expect(headers).toMatchObject({ 'user-agent': expect.stringContaining('facebookexternalhit') })
    expect(headers).not.toHaveProperty('cookie')
    expect(headers).not.toHaveProperty('authorization')
  })

  it.each<[string, RowName, () => Promise<void>]>([
    [
      'a redirect',
      'notFetched',
      async () => respond((response) => response.writeHead(302, { location: '/' }).end()),
    ],
    ['a page for people', 'notFetched', async () => respond((response) => response.writeHead(403).end('no'))],
    [
      'a picture without a length',
      'notFetched',
      async () => {
        const bytes = await jpeg()
        answer = (_request, response) =>
          void response.writeHead(200, { 'content-type': 'image/jpeg' }).end(bytes)
      },
    ],
    ['another content type', 'wrongFormat', async () => serve(await jpeg(), { 'content-type': 'image/png' })],
    [
      'a PNG',
      'wrongFormat',
      async () =>
        serve(
          await sharp(await jpeg())
            .png()
            .toBuffer(),
        ),
    ],
    ['half a JPEG', 'wrongFormat', async () => serve((await jpeg(1440, 1440)).subarray(0, 4000))],
    ['a ratio of 2:3', 'wrongRatio', async () => serve(await jpeg(400, 600))],
    ['a ratio of 2:1', 'wrongRatio', async () => serve(await jpeg(800, 400))],
    ['more than 8 MiB', 'tooLarge', async () => serve(new Uint8Array(8 * 1024 * 1024 + 1))],
    ['silence', 'downloadTimeout', async () => respond(() => undefined)],
  ])('is refused for %s', async (_, row, prepare) => {
    await prepare()
    expect(await refusalOf(await post('media', { image_url: pictures }))).toEqual(numbersOf(row))
  })

  it('shows the metadata that it arrived with', async () => {
    serve(await canaryJpeg({ width: 320, height: 320 }))
    const { id } = await (await post('media', { image_url: pictures })).json()
    await call(`/v25.0/${id}?fields=status_code`)
    await post('media_publish', { creation_id: id })
    expect(instagram.posts[0]?.picture.metadata).toContain('exif')
  })
})

describe('a request', () => {
  it.each<[string, RowName, () => Promise<Response>]>([
    ['a token in the query', 'tokenInvalid', () => call(`/v25.0/${userId}?access_token=${token}`)],
    ['a token in the body', 'tokenInvalid', () => post('media', { access_token: token })],
    ['no token', 'tokenInvalid', () => call(`/v25.0/${userId}`, { headers: {} })],
    ['another version', 'unknownPath', () => call(`/v24.0/${userId}`)],
    ['another account', 'missing', () => call('/v25.0/17841400000000099/media')],
    ['an unknown container', 'missing', () => call('/v25.0/1?fields=status_code')],
    ['an unknown field', 'badParameter', () => post('media', { image_url: pictures, video_url: 'x' })],
    ['21 mentions', 'tooManyTags', () => post('media', { image_url: pictures, caption: '@a '.repeat(21) })],
    ['6 hashtags', 'tooManyTags', () => post('media', { image_url: pictures, caption: '#a '.repeat(6) })],
    [
      'a long caption',
      'captionTooLong',
      () => post('media', { image_url: pictures, caption: 'x'.repeat(2201) }),
    ],
    [
      'a long alt text',
      'badParameter',
      () => post('media', { image_url: pictures, alt_text: 'x'.repeat(1001) }),
    ],
    ['a deletion with Instagram Login', 'badParameter', () => call('/v25.0/1', { method: 'DELETE' })],
  ])('is refused with %s', async (_, row, send) => {
    expect(await refusalOf(await send())).toEqual(numbersOf(row))
  })

  it('publishes a container only when it is ready, and only once', async () => {
    serve(await jpeg())
    const { id } = await (await post('media', { image_url: pictures })).json()
    const publish = async () => post('media_publish', { creation_id: id })
    expect(await refusalOf(await publish())).toEqual(numbersOf('notReady'))
    const state = async () =>
      (await (await call(`/v25.0/${id}?fields=status_code,status`)).json()).status_code
    expect([await state(), await state()]).toEqual(['IN_PROGRESS', 'FINISHED'])
    expect((await publish()).status).toBe(200)
    expect(await state()).toBe('PUBLISHED')
    expect(await refusalOf(await publish())).toEqual(numbersOf('notReady'))
    expect(instagram.published).toBe(1)
  })
})

it('shows posts on its page, with captions as text', async () => {
  serve(await jpeg())
  const fields = { image_url: pictures, caption: '<script>alert(1)</script>', alt_text: '"Rope"' }
  const { id } = await (await post('media', fields)).json()
  await call(`/v25.0/${id}`)
  await post('media_publish', { creation_id: id })
  const text = await (await call('/')).text()
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;')
  expect(text).toContain('alt="&quot;Rope&quot;"')
  const [, source = ''] = /src="([^"]+)"/.exec(text) ?? []
  expect((await call(source)).headers.get('content-type')).toBe('image/jpeg')
  expect((await call('/photos/1')).status).toBe(404)
})
