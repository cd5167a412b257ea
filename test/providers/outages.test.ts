/** Classification of failures as outages by each provider. Only an outage may open a circuit breaker. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import type { RetryPolicy } from '../../src/base/retry.ts'
import { Secret } from '../../src/base/secret.ts'
import type { CredentialSource } from '../../src/ports/credentials.ts'
import { createOpenAiModel } from '../../src/providers/ai/openai.ts'
import { createInstagramPublisher } from '../../src/providers/publishers/instagram.ts'
import { createTelegramPublisher } from '../../src/providers/publishers/telegram.ts'
import { createDropboxStore } from '../../src/providers/storage/dropbox.ts'
import { createS3Store } from '../../src/providers/storage/s3.ts'
import { paths } from '../support/fakes/scripted-s3.ts'
import { attemptOf, postOf } from '../support/fixtures/posts.ts'

interface Answer {
  status: number
  body?: string
  /** Applies to requests for a Dropbox token too. Default: tokens are granted. */
  atGrant?: boolean
}

const broken = 'a broken connection'
const silence = 'silence'
type Behaviour = Answer | typeof broken | typeof silence
let answer: Behaviour = broken

const server = createServer((request, response) => {
  request.resume()
  const isGrant = request.url === '/oauth2/token'
  if (isGrant && !(typeof answer === 'object' && answer.atGrant)) {
    response.end(JSON.stringify({ access_token: 'token', expires_in: 14_400 }))
    return
  }
  if (answer === silence) return
  if (answer === broken) {
    response.destroy()
    return
  }
  response.writeHead(answer.status).end(answer.body ?? '')
})
let url = ''
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** Long enough for a busy machine. */
const patient: RetryPolicy = {
  attempts: 2,
  baseMs: 1,
  capMs: 2,
  attemptTimeoutMs: 10_000,
  deadlineMs: 20_000,
}
/** For a server that never answers. */
const hasty: RetryPolicy = { ...patient, attemptTimeoutMs: 200 }
const given = <T>(credentials: T): CredentialSource<T> => ({
  get: async () => credentials,
  reject: () => undefined,
})
const { signal } = new AbortController()

const calls: Record<string, (retry: RetryPolicy) => Promise<unknown>> = {
  dropbox: (retry) =>
    createDropboxStore({
      credentials: given({ refresh_token: new Secret('refresh') }),
      app: { key: 'key', secret: new Secret('secret') },
      paths,
      baseUrl: url,
      retry,
    }).list('root'),
  s3: (retry) =>
    createS3Store({
      provider: 's3',
      paths,
      credentials: given({
        access_key_id: new Secret('id'),
        secret_access_key: new Secret('secret'),
        endpoint_url: url,
        bucket: 'photos',
        region: 'auto',
      }),
      allowPrivateEndpoints: true,
      retry,
    }).list('root'),
  openai: (retry) =>
    createOpenAiModel({
      credentials: given({ api_key: new Secret('key') }),
      baseUrl: `${url}/v1`,
      retry,
    }).ask(
      { model: 'm', system: 's', prompt: 'p', name: 'n', schema: z.object({ a: z.string() }), maxTokens: 9 },
      signal,
    ),
  telegram: async (retry) =>
    createTelegramPublisher({
      config: { channel_id: '@channel' },
      credentials: given({ bot_token: new Secret('123456:abcdefghijklmnopqrstuvwxyzabcdefghi') }),
      baseUrl: url,
      retry,
    }).publish(await postOf(), attemptOf({ signal })),
  instagram: async (retry) =>
    createInstagramPublisher({
      config: {},
      credentials: given({ access_token: new Secret('token'), user_id: '1' }),
      offerPicture: async () => ({ url, end: async () => undefined }),
      baseUrl: url,
      retry,
    }).publish(await postOf({ rating: 'general' }), attemptOf({ signal })),
}

const every = Object.keys(calls)
const slowDown = '<Error><Code>SlowDown</Code></Error>'

it.each<[string, Behaviour, readonly string[], boolean]>([
  ['500', { status: 500 }, every, true],
  ['503', { status: 503 }, every, true],
  [broken, broken, every, true],
  [silence, silence, every, true],
  ['500 to the request for a token', { status: 500, atGrant: true }, ['dropbox'], true],
  ['429 to the request for a token', { status: 429, atGrant: true }, ['dropbox'], false],
  ['429', { status: 429 }, every, false],
  ['503 SlowDown', { status: 503, body: slowDown }, ['s3'], false],
  ['400', { status: 400 }, every, false],
  ['401', { status: 401 }, every, false],
  ['403', { status: 403 }, every, false],
  ['404 of a model', { status: 404 }, ['openai'], false],
])(
  'classifies %s as an outage or as another failure, for each vendor',
  async (_, given, vendors, isOutage) => {
    answer = given
    const retry = given === silence ? hasty : patient
    for (const vendor of vendors) {
      const error: unknown = await calls[vendor]?.(retry).catch((reason: unknown) => reason)
      expect([vendor, error]).toEqual([vendor, expect.objectContaining({ name: 'PublisherError', isOutage })])
    }
  },
)
