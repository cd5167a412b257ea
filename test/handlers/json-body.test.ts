import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createHandler } from '../../src/handlers/app.ts'
import { createApp } from '../../src/handlers/routes.ts'
import { clientOfPeer } from '../../src/runtime/limits/client-address.ts'
import { sessionCookie, testProcess } from '../support/fixtures/test-process.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => void vi.useRealTimers())

const everything = {
  auth: { allowed_emails: ['admin@shibari.test'] },
  features: {
    auto_view_enabled: true,
    publish_enabled: true,
    analyze_caption_enabled: true,
    delete_enabled: true,
    library_enabled: true,
  },
}

/** Returns every described route that takes a JSON body. */
function routesWithJson(): [method: string, path: string][] {
  const { services } = testProcess(everything)
  return createApp(services).openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== 'route') return []
    const { method, path, request } = definition.route
    const takesJson = request?.body?.content['application/json'] !== undefined
    return takesJson ? [[method.toUpperCase(), path.replaceAll(/\{\w+\}/g, 'a.jpg')] as [string, string]] : []
  })
}

/** Returns a body that the test controls. `begun` resolves when the program reads the first chunk. Until then the clock must not move. */
function bodyByHand() {
  const { promise: begun, resolve } = Promise.withResolvers<void>()
  let write = (_text: string): void => undefined
  const stream = new ReadableStream<Uint8Array>(
    {
      start: (controller) => {
        write = (text) => controller.enqueue(new TextEncoder().encode(text))
      },
      pull: () => resolve(),
    },
    { highWaterMark: 0 },
  )
  return { stream, begun, write: (text: string) => write(text) }
}

/** Sends a request whose body the test controls. */
async function sending(method: string, path: string) {
  const { services } = testProcess(everything)
  const handler = createHandler(services)
  const cookie = await sessionCookie(services, 'admin@shibari.test')
  const { stream, begun, write } = bodyByHand()
  const init = {
    method,
    body: stream,
    duplex: 'half',
    headers: {
      'content-type': 'application/json',
      'sec-fetch-site': 'same-origin',
      authorization: 'Bearer service-token',
      cookie,
    },
  }
  const request = new Request(`https://alice.shibari.test${path}`, init)
  let status = 0
  let code = ''
  const answered = handler(request, {
    host: 'alice.shibari.test',
    client: () => clientOfPeer(() => null, '192.0.2.1'),
    waitUntil: () => undefined,
  })
  const answer = Promise.resolve(answered).then(async (response) => {
    const problem: { code?: string } = await response.json().catch(() => ({}))
    code = problem.code ?? ''
    status = response.status
  })
  await begun
  return {
    answer,
    write,
    outcome: () => [status, code],
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
  }
}

describe('a client that sends its JSON byte by byte', () => {
  const routes = routesWithJson()

  it('tries at least the routes of captions, publishing, moves and invalidation', () => {
    const paths = routes.map((route) => route.join(' '))
    expect(paths).toEqual(
      expect.arrayContaining([
        'PATCH /api/images/a.jpg',
        'POST /api/images/a.jpg/publish',
        'POST /api/library/objects/a.jpg/move',
        'POST /internal/invalidate',
      ]),
    )
  })

  it.each(routes)(
    'answers 408 to a client that sends its JSON byte by byte to %s %s',
    async (method, path) => {
      const { write, pass, outcome, answer } = await sending(method, path)
      write('{')
      for (let seconds = 0; seconds < 7; seconds++) {
        await pass(1000)
        write(' ')
      }
      expect(outcome()).toEqual([0, ''])
      await pass(2000)
      await answer
      expect(outcome()).toEqual([408, 'request_too_slow'])
    },
  )
})

it('refuses a JSON body that takes over half a minute, even at a steady rate', async () => {
  const { write, pass, outcome } = await sending('PATCH', '/api/images/a.jpg')
  for (let seconds = 0; seconds < 30 && outcome()[0] === 0; seconds++) {
    write(' '.repeat(20_000))
    await pass(1000)
  }
  expect(outcome()).toEqual([408, 'request_too_slow'])
})

it('refuses a JSON body without a declared length at one megabyte', async () => {
  const { write, pass, outcome, answer } = await sending('PATCH', '/api/images/a.jpg')
  for (let sent = 0; sent < 9; sent++) write(' '.repeat(128 * 1024))
  await pass(0)
  await answer
  expect(outcome()).toEqual([413, 'request_too_large'])
})
