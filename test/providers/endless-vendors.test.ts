import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Secret } from '../../src/base/secret.ts'
import { parseHost } from '../../src/contract/host.ts'
import { createSigningKeys } from '../../src/openid/id-token.ts'
import { createProviderMetadata } from '../../src/openid/provider-metadata.ts'
import { createOpenAiModel } from '../../src/providers/ai/openai.ts'
import { createInstagramPublisher } from '../../src/providers/publishers/instagram.ts'
import { verifyChannel } from '../../src/providers/publishers/telegram/verify.ts'
import { createTelegramPublisher } from '../../src/providers/publishers/telegram.ts'
import { createDropboxStore } from '../../src/providers/storage/dropbox.ts'
import { createS3Store } from '../../src/providers/storage/s3.ts'
import { createOrchestratorClient } from '../../src/runtime/tenancy/orchestrator-client.ts'
import { attemptOf, credentialsOf, postOf } from '../support/fixtures/posts.ts'

const mebibyte = 2 ** 20
const chunk = Buffer.alloc(64 * 1024, '[')

/** Starts a server whose answers never end. The path may set their status. */
async function startEndless() {
  let sent = 0
  const server = createServer((request, response) => {
    request.resume()
    const status = Number(/status-(\d{3})/.exec(request.url ?? '')?.[1] ?? 200)
    response.writeHead(status, { 'content-type': 'application/json' })
    const more = () => {
      while (!response.destroyed) {
        sent += chunk.length
        if (!response.write(chunk)) return
      }
    }
    response.on('drain', more)
    more()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sent: () => sent,
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const onceOnly = { attempts: 1, baseMs: 1, capMs: 1, attemptTimeoutMs: 20_000, deadlineMs: 25_000 }
const paths = { root: '/a', archive: '/a/b', keep: '/a/c', remove: '/a/d' }
const host = parseHost('alice.shibari.test', 'shibari.test')?.host ?? expect.unreachable()
const signal = () => AbortSignal.timeout(20_000)

const vendors: readonly [string, (url: string) => Promise<unknown>][] = [
  ['an AI', (url) => ai(url).ask(question, signal())],
  ['an AI that refuses', (url) => ai(`${url}/status-400`).ask(question, signal())],
  ['the list of models of an AI', async (url) => ai(url).listModels?.(signal())],
  ['Telegram', async (url) => telegram(url).publish(await postOf(), attemptOf({ signal: signal() }))],
  [
    'Telegram that refuses',
    async (url) => telegram(`${url}/status-400`).publish(await postOf(), attemptOf({ signal: signal() })),
  ],
  [
    'Telegram during verification',
    (url) => verifyChannel({ baseUrl: url, fetch, now: Date.now }, new Secret('1:x'), 1, signal()),
  ],
  [
    'Instagram',
    async (url) =>
      instagram(url).publish(await postOf({ rating: 'general' }), attemptOf({ signal: signal() })),
  ],
  ['Instagram during verification', async (url) => instagram(`${url}/status-400`).verify?.(signal())],
  ['the token endpoint of Dropbox', (url) => dropbox(url, fetch).list('root')],
  ['Dropbox', (url) => dropbox(url).list('root')],
  ['Dropbox that refuses', (url) => dropbox(`${url}/status-409`).list('root')],
  ['a listing of an S3 server', (url) => s3(url).list('root')],
  ['an S3 server that refuses', (url) => s3(`${url}/status-403`).list('root')],
  ['a record on an S3 server', (url) => s3(url).readRecord(['ledger', 'x.json'])],
  ['the control plane', (url) => controlPlane(url).lookup(host, undefined, 'r')],
  ['the metadata of an identity provider', (url) => createProviderMetadata({ issuer: url, now: Date.now })()],
  [
    'the keys of an identity provider',
    async (url) => createSigningKeys(`${url}/keys`)({ alg: 'RS256' }, { payload: '', signature: '' }),
  ],
]

const question = {
  model: 'm',
  system: '',
  prompt: '',
  name: 'n',
  schema: z.object({ a: z.string() }),
  maxTokens: 1,
}
const ai = (baseUrl: string) =>
  createOpenAiModel({ credentials: credentialsOf({ api_key: new Secret('sk-x') }), baseUrl, retry: onceOnly })
const telegram = (baseUrl: string) =>
  createTelegramPublisher({
    credentials: credentialsOf({ bot_token: new Secret('1:x') }),
    config: { channel_id: '@channel' },
    baseUrl,
    retry: onceOnly,
  })
const instagram = (baseUrl: string) =>
  createInstagramPublisher({
    credentials: credentialsOf({ access_token: new Secret('x'), user_id: '1' }),
    config: {},
    offerPicture: async () => ({ url: baseUrl, end: async () => undefined }),
    baseUrl,
    retry: onceOnly,
  })
const dropbox = (baseUrl: string, send: typeof fetch = withToken) =>
  createDropboxStore({
    credentials: credentialsOf({ refresh_token: new Secret('x') }),
    app: { key: 'k', secret: new Secret('s') },
    paths,
    baseUrl,
    retry: onceOnly,
    fetch: send,
  })
/** Grants a token at once, so that the endless answer is that of the call after it. */
const withToken: typeof fetch = async (input, init) =>
  String(input).endsWith('/oauth2/token')
    ? Response.json({ access_token: 'x', expires_in: 3600 })
    : fetch(input, init)
const s3 = (endpoint_url: string) =>
  createS3Store({
    provider: 's3',
    paths,
    credentials: credentialsOf({
      access_key_id: new Secret('a'),
      secret_access_key: new Secret('b'),
      endpoint_url,
      bucket: 'photos',
      region: 'auto',
    }),
    allowPrivateEndpoints: true,
    retry: onceOnly,
  })
const controlPlane = (baseUrl: string) =>
  createOrchestratorClient({ baseUrl, tokens: [new Secret('t')], probeHost: 'x', timeoutMs: 20_000 })

describe('a vendor whose answer never ends', () => {
  let server: Awaited<ReturnType<typeof startEndless>>
  beforeAll(async () => {
    server = await startEndless()
  })
  afterAll(() => server.close())

  it.each(vendors)('cuts off an endless answer of %s at a size limit', async (_who, ask) => {
    const before = server.sent()
    await expect(ask(server.url)).rejects.toBeInstanceOf(Error)
    // The buffers of three attempts by the control plane's client come on top of the limits.
    expect(server.sent() - before).toBeLessThan(100 * mebibyte)
  })
})
