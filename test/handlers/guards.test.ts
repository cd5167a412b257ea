import { OpenAPIHono, z } from '@hono/zod-openapi'
import { describe, expect, it } from 'vitest'
import { PublisherError } from '../../src/base/errors.ts'
import type { AppEnv } from '../../src/handlers/exchange.ts'
import type { Audience } from '../../src/handlers/expected-errors.ts'
import { problemResponse, toPublisherError } from '../../src/handlers/problem.ts'
import { routeFor } from '../../src/handlers/route.ts'
import { sessionCookie, testProcess } from '../support/fixtures/test-process.ts'

const origin = 'https://alice.shibari.test'
const ownPage = { 'sec-fetch-site': 'same-origin' }
const admins = { auth: { allowed_emails: ['admin@shibari.test'] } }

interface Attempt {
  method?: 'get' | 'post'
  headers?: Record<string, string>
  /** Address of the signed-in person. */
  email?: string
  body?: string
}

/** Calls a route of this audience once. */
async function ask(audience: Audience, config: Record<string, unknown>, attempt: Attempt = {}) {
  const { method = 'get', email, body, headers = {} } = attempt
  const { services, exchange, lines } = testProcess(config)
  const app = new OpenAPIHono<AppEnv>()
  app.onError((error, c) => problemResponse(toPublisherError(error), c.req.raw, c.env.requestId))
  const reached: string[] = []
  const route = routeFor(audience, services, {
    method,
    path: '/photos/{name}',
    operationId: 'askOnce',
    summary: 'One route',
    tags: ['photos'],
    request: {
      params: z.object({ name: z.string() }),
      ...(method === 'post' && {
        body: { content: { 'application/json': { schema: z.object({ fail: z.boolean().optional() }) } } },
      }),
    },
    responses: { 200: { description: 'done' } },
  })
  app.openapi(route, async (c) => {
    reached.push(c.req.path)
    if (body?.includes('fail')) throw new PublisherError('busy', 'Too busy.')
    if (body?.includes('stream')) return c.body('data: x\n\n', 200, { 'content-type': 'text/event-stream' })
    return c.json({ done: true }, 200)
  })
  const cookie = email === undefined ? undefined : await sessionCookie(services, email)
  const response = await app.request(
    `${origin}/photos/x.jpg`,
    {
      method: method.toUpperCase(),
      headers: {
        ...headers,
        ...(cookie && { cookie }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body }),
    },
    await exchange(),
  )
  const { code }: { code?: string } = await response
    .clone()
    .json()
    .catch(() => ({}))
  return { response, code: code ?? response.status, reached, audit: lines.map((line) => JSON.parse(line)) }
}

const closed = { ...admins, features: { auto_view_enabled: false } }
const open = { ...admins, features: { auto_view_enabled: true } }
const off = { auth: { enabled: false, allowed_emails: ['admin@shibari.test'] } }
const admin = 'admin@shibari.test'
const other = 'other@shibari.test'

describe('a route by audience', () => {
  it.each<[audience: Audience, config: string, email: string | undefined, result: number | string]>([
    ['anyone', 'closed', undefined, 200],
    ['viewer', 'open', undefined, 200],
    ['viewer', 'closed', undefined, 'not_signed_in'],
    ['viewer', 'closed', other, 'not_admin'],
    ['viewer', 'closed', admin, 200],
    ['viewer', 'off', admin, 'sign_in_unavailable'],
    ['admin', 'open', undefined, 'not_signed_in'],
    ['admin', 'open', other, 'not_admin'],
    ['admin', 'open', admin, 200],
    ['admin', 'off', admin, 'sign_in_unavailable'],
    ['service', 'open', admin, 'token_required'],
    ['operator', 'open', admin, 'token_required'],
  ])(
    'guards a %s route in a gallery that is %s: a caller signed in as %s gets %s',
    async (audience, config, email, result) => {
      const found = await ask(
        audience,
        { open, closed, off }[config] ?? {},
        email === undefined ? {} : { email },
      )
      expect(found.code).toBe(result)
      expect(found.reached).toHaveLength(result === 200 ? 1 : 0)
    },
  )

  it('admits a service only with its token', async () => {
    const call = (authorization: string) =>
      ask('service', {}, { method: 'post', headers: { authorization }, body: '{}' })
    expect((await call('Bearer service-token')).code).toBe(200)
    expect((await call('Bearer other')).code).toBe('invalid_token')
    for (const none of ['service-token', 'Basic service-token', 'Bearer service-token x', 'Bearer', '']) {
      expect((await call(none)).code).toBe('token_required')
    }
  })
})

describe('a route that changes something', () => {
  it.each<[title: string, attempt: Attempt, result: number | string]>([
    ['an admin on a page of this host', { email: admin, headers: ownPage }, 200],
    ['an admin in an old browser', { email: admin, headers: { origin } }, 200],
    [
      'an admin on a page of a sibling host',
      { email: admin, headers: { 'sec-fetch-site': 'same-site', origin: 'https://bob.shibari.test' } },
      'cross_origin',
    ],
    ['an admin without headers about the page', { email: admin }, 'cross_origin'],
    ['a visitor on a page of a sibling host', { headers: { 'sec-fetch-site': 'same-site' } }, 'cross_origin'],
    ['a visitor on a page of this host', { headers: ownPage }, 'not_signed_in'],
    ['a visitor without headers about the page', {}, 'not_signed_in'],
    ['an admin of another gallery', { email: other, headers: ownPage }, 'not_admin'],
  ])('guards a change by %s', async (_title, attempt, result) => {
    const found = await ask('admin', open, { method: 'post', body: '{}', ...attempt })
    expect(found.code).toBe(result)
    expect(found.reached).toHaveLength(result === 200 ? 1 : 0)
  })

  it('refuses a visitor before it reads the body', async () => {
    expect((await ask('admin', open, { method: 'post', body: '{"broken', headers: ownPage })).code).toBe(
      'not_signed_in',
    )
  })

  it.each([
    ['{}', 'ok', undefined],
    ['{"fail":true}', 'failed', 'busy'],
    ['{"stream":true}', 'started', undefined],
    ['{"broken', 'failed', 'invalid_request'],
  ])('writes an audit line for the body %s with the outcome %s', async (body, outcome, reason) => {
    const { audit } = await ask('admin', open, { method: 'post', email: admin, headers: ownPage, body })
    expect(audit).toMatchObject([
      {
        msg: 'audit',
        request_id: 'request-1',
        tenant: 'alice',
        who: admin,
        subject: 'test|1',
        action: 'POST /photos/x.jpg',
        outcome,
      },
    ])
    expect(audit[0]?.reason).toBe(reason)
  })

  it.each<[title: string, attempt: Attempt, reason: string, who: string | undefined]>([
    ['a visitor', { headers: ownPage }, 'not_signed_in', undefined],
    ['an admin of another gallery', { email: other, headers: ownPage }, 'not_admin', other],
    [
      'an attack in an admin’s name',
      { email: admin, headers: { 'sec-fetch-site': 'same-site' } },
      'cross_origin',
      admin,
    ],
  ])('writes an audit line when it refuses %s', async (_title, attempt, reason, who) => {
    const { audit } = await ask('admin', open, { method: 'post', body: '{}', ...attempt })
    expect(audit).toMatchObject([{ msg: 'audit', action: 'POST /photos/x.jpg', outcome: 'refused', reason }])
    expect(audit[0]?.who).toBe(who)
  })
})

describe('the response of a guarded route', () => {
  it('keeps responses private when they depend on the session', async () => {
    const { response } = await ask('admin', open, { email: admin })
    expect([response.headers.get('cache-control'), response.headers.get('vary')]).toEqual([
      'private, no-store',
      'Cookie',
    ])
  })

  it('sets no cache headers when the response does not depend on the session', async () => {
    const { response } = await ask('viewer', open, { email: admin })
    expect([response.headers.get('cache-control'), response.headers.get('vary')]).toEqual([null, null])
  })
})
