import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type AuditLine, AuditUnavailable } from '../../orchestrator/contract/audit.ts'
import type { ControlPlane, ServiceTokens, UsageStore } from '../../orchestrator/contract/ports.ts'
import { type Scope, scopes } from '../../orchestrator/contract/scopes.ts'
import { parseRuntimeAnswer } from '../../src/contract/runtime-answer.ts'
import {
  primary,
  resolvePath,
  runtimePath,
  secondary,
  usagePath,
} from '../support/fixtures/reference-orchestrator.ts'
import { planeKinds, referencesOn } from '../support/fixtures/reference-planes.ts'
import { v2Config } from '../support/fixtures/v2-models.ts'

const alice = 'alice.shibari.test'
const nobody = 'nobody.shibari.test'
const sha256 = /^[0-9a-f]{64}$/

/** Accepts the primary token, with these scopes only. */
function tokenOfScopes(allowed: readonly Scope[]): ServiceTokens {
  const token = { name: 'of a narrow scope', scopes: new Set(allowed) }
  return { find: async (given) => (given === primary ? token : undefined) }
}

const withTokens = (tokens: ServiceTokens) => (plane: ControlPlane) => ({ ...plane, tokens })

/** Writes the line of an event before the event counts. */
function countedWith(audit: (line: AuditLine) => Promise<void>, usage: UsageStore): UsageStore {
  return {
    async count(tenant, event, note) {
      await audit(note('counted'))
      return usage.count(tenant, event, note)
    },
  }
}

describe.each(planeKinds)('the orchestrator on %s', (kind) => {
  const { startReference, close } = referencesOn(kind)
  afterAll(close)

  describe('by-host of the reference orchestrator', () => {
    it('answers POST and GET with the same valid configuration', async () => {
      const { byHost, getByHost } = await startReference()
      const [byPost, byGet] = [await byHost(alice), await getByHost(alice)]
      const answer: unknown = await byPost.json()
      expect(answer).toEqual(await byGet.json())
      expect(answer).toEqual({
        schema_version: 2,
        tenant: 'alice',
        app_type: 'publisher_v2',
        config_version: expect.stringMatching(sha256),
        ttl_seconds: 600,
        config: {
          features: {},
          storage: { provider: 'dropbox', credentials_ref: 'alice-storage', paths: { root: '/Photos' } },
        },
      })
      expect(parseRuntimeAnswer(answer)).toMatchObject({ tenant: 'alice', ttlSeconds: 600 })
    })

    it('sends types, names and identifiers that V2 accepts when the configuration is lenient', async () => {
      const publishers = [
        { id: 7, type: 'email', config: { recipient: 'a@b.example' } },
        { type: ' Telegram ', enabled: '', credentials_ref: ' r ', config: { channel_id: 1 } },
        { type: 'FetLife', id: '', enabled: 'no', config: null },
      ]
      const config = {
        publishers,
        features: { publish_enabled: '', keep_enabled: 'yes' },
        storage: { provider: ' Local ', paths: { root: ' /x ' } },
        ai: { credentials_ref: '', vision_max_dimension: '', sd_caption_enabled: ' ' },
        content: { hashtag_string: '', archive: '', voice_profile: '' },
        captionfile: '',
      }
      const { byHost } = await startReference({ tenants: { bob: { hosts: ['bob.shibari.test'], config } } })
      const answer = z.object({ config: v2Config }).parse(await (await byHost('bob.shibari.test')).json())
      expect(answer.config).toMatchObject({
        features: { keep_enabled: true },
        storage: { provider: 'local', paths: { root: '/x' } },
        publishers: [
          { id: '7', type: 'fetlife' },
          { id: 'telegram', type: 'telegram', credentials_ref: 'r' },
          { id: 'fetlife', type: 'fetlife', enabled: false },
        ],
        ai: {},
        content: {},
      })
    })

    it('sends every field that V2 requires, of the type that V2 requires', async () => {
      const tenants = {
        bob: {
          hosts: ['bob.shibari.test'],
          config: {
            storage: { provider: 'dropbox', credentials_ref: 'bob-storage', paths: { root: '/Photos' } },
            publishers: { telegram: { channel_id: '@bob' }, fetlife: { recipient: '1@upload.example.com' } },
          },
        },
      }
      const { byHost } = await startReference({ tenants })
      const publisher = z.object({
        id: z.string(),
        type: z.string(),
        config: z.record(z.string(), z.unknown()),
      })
      const answer = z.object({
        schema_version: z.literal(2),
        tenant: z.string(),
        app_type: z.string(),
        config_version: z.string(),
        ttl_seconds: z.int(),
        config: z.object({
          features: z.record(z.string(), z.boolean()),
          storage: z.object({
            provider: z.enum(['dropbox', 'managed']),
            credentials_ref: z.string(),
            paths: z.object({ root: z.string() }),
          }),
          publishers: z.array(publisher).length(2),
        }),
      })
      expect(answer.safeParse(await (await byHost('bob.shibari.test')).json()).error).toBeUndefined()
    })

    it('sends a tenant’s own TTL, and the same answer for all its hosts', async () => {
      const { byHost } = await startReference()
      const answer: unknown = await (await byHost('bob.shibari.test')).json()
      expect(answer).toMatchObject({ ttl_seconds: 300 })
      expect(await (await byHost('robert.shibari.test')).json()).toEqual(answer)
    })

    it('sends only features and storage in version 1', async () => {
      const { byHost } = await startReference()
      const answer = await (await byHost('emil.shibari.test')).json()
      expect(answer).toMatchObject({ schema_version: 1, config: { features: { publish_enabled: true } } })
      expect(Object.keys(answer.config).toSorted()).toEqual(['features', 'storage'])
      expect(parseRuntimeAnswer(answer)).toMatchObject({ config: { features: { publish_enabled: false } } })
    })

    it.each([
      'ALICE.shibari.TEST',
      'alice.shibari.test:8080',
      'alice.shibari.test.',
      'Alice.Shibari.Test.:443',
    ])('recognises %s as alice’s host', async (host) => {
      const { byHost, getByHost } = await startReference()
      expect(await (await byHost(host)).json()).toMatchObject({ tenant: 'alice' })
      expect(await (await getByHost(host)).json()).toMatchObject({ tenant: 'alice' })
    })

    it('answers unknown and suspended hosts with the same 404, by both methods', async () => {
      const { byHost, getByHost } = await startReference()
      const answers = [
        await byHost(nobody),
        await byHost('carol.shibari.test'),
        await getByHost(nobody),
        await getByHost('carol.shibari.test'),
      ]
      const said = await Promise.all(
        answers.map(async (answer) => {
          const headers = Object.fromEntries(answer.headers)
          expect(headers['x-request-id']).toBeDefined()
          return JSON.stringify([answer.status, { ...headers, 'x-request-id': '' }, await answer.text()])
        }),
      )
      expect(new Set(said).size).toBe(1)
      expect(answers[0]?.status).toBe(404)
    })

    it('answers a host of another app like an unknown host, or with 409 when configured', async () => {
      const { byHost } = await startReference()
      const answers = [await byHost('shop.shibari.test'), await byHost('unknown.shibari.test')]
      expect(answers.map(({ status }) => status)).toEqual([404, 404])
      const [shop, unknown] = await Promise.all(answers.map((answer) => answer.text()))
      expect(shop).toBe(unknown)
      const { byHost: byHost409 } = await startReference({ otherAppStatus: 409 })
      expect((await byHost409('shop.shibari.test')).status).toBe(409)
    })

    it('answers 304 for the current version, by both methods, and 200 for any other version', async () => {
      const { byHost, getByHost } = await startReference()
      const { config_version } = await (await byHost(alice)).json()
      const current = `"${config_version}"`
      for (const [header, status] of [
        [current, 304],
        [`W/${current}`, 304],
        [`"old", ${current}`, 304],
        ['*', 304],
        ['"old"', 200],
        [config_version, 200],
        [`"${config_version.toUpperCase()}"`, 200],
      ] as const) {
        for (const ask of [byHost, getByHost]) {
          const response = await ask(alice, { 'if-none-match': header })
          expect([header, response.status]).toEqual([header, status])
          expect(response.headers.get('etag')).toBe(current)
          expect((await response.text()) === '').toBe(status === 304)
        }
      }
    })

    it.each([
      '',
      '{',
      '[]',
      'null',
      '17',
      '{}',
      '{"host":17}',
      '{"host":""}',
      '{"host":["alice.shibari.test"]}',
    ])('answers 400 to a by-host call with the body %j', async (body) => {
      const { post } = await startReference()
      expect((await post(runtimePath, body)).status).toBe(400)
    })

    it.each(['', '?host=', `?host=${alice}&host=${alice}`, '?Host=x'])(
      'answers 400 to a by-host GET with the query %j',
      async (query) => {
        const { request } = await startReference()
        expect((await request(runtimePath + query)).status).toBe(400)
      },
    )
  })

  describe('credentials of the reference orchestrator', () => {
    it('resolves a reference for its tenant, with the defaults of the contract', async () => {
      const { resolve } = await startReference()
      const response = await resolve('alice', 'alice-storage')
      expect(response.headers.get('cache-control')).toBe('no-store')
      expect(await response.json()).toEqual({
        provider: 'dropbox',
        version: expect.stringMatching(/^[0-9a-f-]{16,36}$/),
        refresh_token: 'canary-of-alice',
        expires_at: null,
      })
    })

    it('reads a secret from the environment', async () => {
      const { resolve } = await startReference()
      expect(await (await resolve('bob', 'bob-storage')).json()).toMatchObject({
        refresh_token: 'canary-of-bob',
      })
    })

    it('gives each tenant its own credentials when two references have the same name', async () => {
      const { resolve } = await startReference()
      expect(await (await resolve('alice', 'shared')).json()).toMatchObject({
        refresh_token: 'canary-shared-of-alice',
      })
      expect(await (await resolve('bob', 'shared')).json()).toMatchObject({
        refresh_token: 'canary-shared-of-bob',
      })
    })

    it('finds a tenant by the first label of each of its hosts', async () => {
      const { resolve } = await startReference()
      expect((await resolve('robert', 'bob-storage')).status).toBe(200)
    })

    it('answers 403 with insufficient_balance when a tenant has no credit, but 404 for an unknown reference', async () => {
      const { resolve } = await startReference()
      const broke = await resolve('dora', 'dora-storage')
      expect([broke.status, await broke.json()]).toEqual([403, { error: 'insufficient_balance' }])
      expect((await resolve('dora', 'alice-storage')).status).toBe(404)
    })

    it.each(['', '{', '[]', '{}', '{"credentials_ref":17}', '{"credentials_ref":""}'])(
      'answers 400 to a call for credentials with the body %j',
      async (body) => {
        const { post } = await startReference()
        const response = await post(resolvePath, body, { 'x-tenant': 'alice' })
        expect([response.status, response.headers.get('cache-control')]).toEqual([400, 'no-store'])
      },
    )

    it('answers 400 to a call for credentials without X-Tenant', async () => {
      const { post } = await startReference()
      for (const headers of [{}, { 'x-tenant': '' }]) {
        const response = await post(resolvePath, { credentials_ref: 'alice-storage' }, headers)
        expect([response.status, await response.json()]).toMatchObject([400, { code: 'x_tenant_required' }])
      }
    })
  })

  describe('usage events of the reference orchestrator', () => {
    const event = {
      tenant_id: 'alice',
      source: 'publisher',
      idempotency_key: 'k1',
      metric: 'ai_tokens',
      quantity: 1200,
      unit: 'tokens',
      occurred_at: '2026-11-01T12:00:00Z',
    }

    it('counts a repeated event once, and logs every call', async () => {
      const { post, audit } = await startReference()
      const answers = await Promise.all([event, event, event].map((sent) => post(usagePath, sent)))
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
      expect((await post(usagePath, { ...event, tenant_id: 'bob' })).status).toBe(200)
      expect(audit.map(({ tenant, outcome }) => [tenant, outcome])).toEqual([
        ['alice', 'counted'],
        ['alice', 'repeated'],
        ['alice', 'repeated'],
        ['bob', 'counted'],
      ])
      const { tenant_id, source, ...usage } = event
      expect(audit[0]).toMatchObject({ action: 'billing.usage', tenant: tenant_id, usage })
      expect(source).toBe('publisher')
    })

    it('counts tokens that V2 reports under the identifier of the AI’s answer', async () => {
      const { post } = await startReference()
      const sent = {
        ...event,
        idempotency_key: 'chatcmpl-9xYz',
        occurred_at: '2026-11-01T12:00:00.000001+00:00',
      }
      expect((await post(usagePath, sent)).status).toBe(200)
    })

    it('counts the storage requests of V2', async () => {
      const { post, audit } = await startReference()
      const sent = {
        tenant_id: 'alice',
        source: 'publisher_storage_ops',
        idempotency_key: 'r2ops:alice:2026-11-01:12',
        metric: 'storage_ops_requests',
        quantity: 17,
        unit: 'requests',
        occurred_at: '2026-11-01T12:00:00.123456+00:00',
      }
      expect((await post(usagePath, sent)).status).toBe(200)
      const { tenant_id: _tenant, source: _source, ...usage } = sent
      expect(audit).toMatchObject([{ action: 'billing.usage', tenant: 'alice', outcome: 'counted', usage }])
      expect((await post(usagePath, { ...sent, unit: 'tokens' })).status).toBe(400)
    })

    it.each([
      ['a negative quantity', { quantity: -1 }],
      ['half a token', { quantity: 0.5 }],
      ['no key', { idempotency_key: undefined }],
      ['another metric', { metric: 'photos' }],
      ['no time', { occurred_at: 'yesterday' }],
      ['no tenant', { tenant_id: '' }],
    ])('answers 400 to a usage event with %s, and logs nothing', async (_title, wrong) => {
      const { post, audit } = await startReference()
      expect((await post(usagePath, { ...event, ...wrong })).status).toBe(400)
      expect(audit).toEqual([])
    })

    it('counts an event of a tenant once when it names first the label of a host and then the tenant', async () => {
      const { post, audit } = await startReference()
      for (const tenant_id of ['robert', 'bob'])
        expect((await post(usagePath, { ...event, tenant_id })).status).toBe(200)
      expect(audit.map(({ tenant, outcome }) => [tenant, outcome])).toEqual([
        ['bob', 'counted'],
        ['bob', 'repeated'],
      ])
    })

    it('counts an event of a suspended tenant, which may arrive after the suspension', async () => {
      const { post, audit } = await startReference()
      expect((await post(usagePath, { ...event, tenant_id: 'carol' })).status).toBe(200)
      expect(audit).toMatchObject([{ tenant: 'carol', outcome: 'counted' }])
    })

    it.each(['stranger', 'nobody', 'Alice', 'alice.shibari.test', 'alice ', '*', 'constructor', '__proto__'])(
      'answers 404 to a usage event of the unknown tenant %j, and logs nothing',
      async (tenant_id) => {
        const { post, audit } = await startReference()
        const refused = await post(usagePath, { ...event, tenant_id })
        expect([refused.status, await refused.json()]).toMatchObject([404, { code: 'unknown_tenant' }])
        expect(audit).toEqual([])
      },
    )
  })

  describe('access to the reference orchestrator', () => {
    it('accepts both tokens and nothing else, on every path', async () => {
      const { app, byHost } = await startReference()
      for (const right of [primary, secondary]) {
        expect((await byHost(alice, { authorization: `Bearer ${right}` })).status).toBe(200)
      }
      const wrong = [
        '',
        'Bearer',
        'Bearer ',
        primary,
        `Basic ${primary}`,
        `Bearer ${primary}x`,
        `Bearer ${primary.slice(0, -1)}`,
        `Bearer ${primary} ${secondary}`,
        `Bearer ${primary}, Bearer ${secondary}`,
        `Bearer ${primary.toUpperCase()}`,
      ]
      for (const authorization of wrong) {
        for (const path of [runtimePath, resolvePath, usagePath, '/v1/anything']) {
          const response = await app.request(path, { method: 'POST', headers: { authorization } })
          expect([path, authorization, response.status]).toEqual([path, authorization, 403])
        }
      }
      expect((await app.request(`${runtimePath}?host=${alice}`)).status).toBe(403)
    })

    it('limits calls per token with Retry-After, and admits calls again later', async () => {
      const clock = { time: 1_000_000 }
      const { byHost } = await startReference({ callsPerMinute: 3, now: () => clock.time })
      const statuses = []
      for (let call = 0; call < 4; call++) statuses.push((await byHost(alice)).status)
      expect(statuses).toEqual([200, 200, 200, 429])
      const limited = await byHost(alice)
      expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '20'])
      expect((await byHost(alice, { authorization: `Bearer ${secondary}` })).status).toBe(200)
      clock.time += 20_000
      expect((await byHost(alice)).status).toBe(200)
    })

    it.each(scopes)('answers only calls of the scope %s when a token has no other', async (scope) => {
      const { post, request, audit } = await startReference({ change: withTokens(tokenOfScopes([scope])) })
      const calls: readonly [needed: Scope, answer: () => Promise<Response>][] = [
        ['runtime', () => post(runtimePath, { host: alice })],
        ['runtime', () => request(`${runtimePath}?host=${alice}`)],
        ['runtime', () => request('/v1/claims/k', { headers: { 'x-tenant': 'alice' } })],
        [
          'credentials',
          () => post(resolvePath, { credentials_ref: 'alice-storage' }, { 'x-tenant': 'alice' }),
        ],
        ['credentials', () => post('/v1/%63redentials/resolve', {}, { 'x-tenant': 'alice' })],
        ['credentials', () => post('/v1/credentials/nothing', {})],
        ['usage', () => post(usagePath, {})],
        ['studio', () => request('/v1/studio/nothing')],
        ['schedule', () => request('/v1/schedule/nothing')],
        ['schedule', () => request('/v1/deliveries/nothing')],
      ]
      for (const [needed, ask] of calls) {
        const answer = await ask()
        if (needed === scope) expect(answer.status).not.toBe(403)
        else expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'missing_scope' }])
      }
      const refused = audit.filter(({ outcome }) => outcome === 'missing_scope')
      expect(refused).toHaveLength(calls.filter(([needed]) => needed !== scope).length)
      for (const line of refused)
        expect(line).toMatchObject({ action: 'access', tenant: null, token: 'of a narrow scope' })
    })

    it('answers 404 to an unknown call when a token has no scope', async () => {
      const { request } = await startReference({ change: withTokens(tokenOfScopes([])) })
      expect((await request('/v1/anything')).status).toBe(404)
    })

    it('does not count calls without the scope against the limit', async () => {
      const { byHost, post } = await startReference({
        callsPerMinute: 1,
        change: withTokens(tokenOfScopes(['runtime'])),
      })
      for (let call = 0; call < 20; call++) expect((await post(usagePath, {})).status).toBe(403)
      expect((await byHost(alice)).status).toBe(200)
    })

    it('looks up no token that is longer than any issued token', async () => {
      const asked: string[] = []
      const tokens: ServiceTokens = {
        async find(token) {
          asked.push(token)
          return undefined
        },
      }
      const { byHost } = await startReference({ change: withTokens(tokens) })
      for (const length of [500, 501])
        expect((await byHost(alice, { authorization: `Bearer ${'x'.repeat(length)}` })).status).toBe(403)
      expect(asked).toEqual(['x'.repeat(500)])
    })

    it('does not count calls with a bad token against the limit', async () => {
      const { byHost } = await startReference({ callsPerMinute: 1 })
      for (let call = 0; call < 20; call++) {
        expect((await byHost(alice, { authorization: 'Bearer of-a-stranger' })).status).toBe(403)
      }
      expect((await byHost(alice)).status).toBe(200)
    })
  })

  describe('every answer of the reference orchestrator', () => {
    it('returns the caller’s request id when valid, otherwise a new id', async () => {
      const { request } = await startReference()
      const uuid = '5e0f3b0e-9f0e-4d55-8f6b-0a3f5f0a7d11'
      for (const path of [
        '/health',
        '/v1/nothing',
        `${runtimePath}?host=${alice}`,
        `${runtimePath}?host=${nobody}`,
      ]) {
        const echoed = await request(path, { headers: { 'x-request-id': uuid } })
        expect(echoed.headers.get('x-request-id')).toBe(uuid)
        for (const odd of ['', 'a b', 'x'.repeat(129), '"quoted"', 'ä']) {
          const response = await request(path, { headers: { 'x-request-id': odd } })
          expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/)
        }
      }
    })

    it('sends refusals as problem documents, and names the allowed methods', async () => {
      const { app, request } = await startReference()
      const refusals = [
        await app.request(runtimePath),
        await request(runtimePath),
        await request(`${runtimePath}?host=${nobody}`),
        await request('/nothing'),
        await request('/v1/nothing'),
        await request(runtimePath, { method: 'DELETE' }),
        await request(resolvePath),
        await request(usagePath, { method: 'PUT' }),
      ]
      expect(refusals.map(({ status }) => status)).toEqual([403, 400, 404, 404, 404, 405, 405, 405])
      expect(refusals.slice(5).map(({ headers }) => headers.get('allow'))).toEqual([
        'GET, POST',
        'POST',
        'POST',
      ])
      for (const refusal of refusals) {
        expect(refusal.headers.get('content-type')).toBe('application/problem+json')
        expect(await refusal.json()).toEqual({
          title: expect.any(String),
          status: refusal.status,
          detail: expect.any(String),
          code: expect.any(String),
        })
      }
    })

    it('answers 500 without the cause when the registry fails', async () => {
      const errors: Error[] = []
      const { byHost } = await startReference({
        change: (plane) => ({
          ...plane,
          registry: {
            ...plane.registry,
            byHost: () => Promise.reject(new Error('canary of the inside')),
          },
        }),
        onError: (error) => errors.push(error),
      })
      const response = await byHost(alice)
      expect(response.status).toBe(500)
      expect(await response.text()).not.toContain('canary')
      expect(errors).toHaveLength(1)
    })

    it('answers ok at /health without a token', async () => {
      const { app } = await startReference()
      expect(await (await app.request('/health')).json()).toEqual({ status: 'ok' })
    })
  })

  describe('the audit log', () => {
    it('records the time, request, token, action, tenant and outcome of a call', async () => {
      const { byHost, resolve, getByHost, audit } = await startReference({ now: () => Date.UTC(2026, 10, 1) })
      await byHost(alice, { 'x-request-id': 'the-id' })
      await getByHost(nobody)
      await byHost('carol.shibari.test')
      await byHost('shop.shibari.test')
      await resolve('alice', 'alice-storage')
      await resolve('bob', 'alice-storage')
      await resolve('stranger', 'alice-storage')
      await resolve('dora', 'dora-storage')
      expect(audit[0]).toEqual({
        time: '2026-11-01T00:00:00.000Z',
        request_id: 'the-id',
        action: 'runtime.read',
        tenant: 'alice',
        outcome: 'sent',
        token: expect.stringMatching(/^sha256:[0-9a-f]{8}$/),
      })
      expect(audit.map(({ action, tenant, outcome }) => `${action} ${tenant} ${outcome}`)).toEqual([
        'runtime.read alice sent',
        'runtime.read null not_found',
        'runtime.read carol suspended',
        'runtime.read shop other_app_type',
        'credentials.resolve alice sent',
        'credentials.resolve bob not_found',
        'credentials.resolve null not_found',
        'credentials.resolve dora insufficient_balance',
      ])
    })

    it('replaces a reference by a digest that differs between tenants', async () => {
      const { resolve, audit } = await startReference()
      await resolve('alice', 'shared')
      await resolve('alice', 'shared')
      await resolve('bob', 'shared')
      const [first, second, ofBob] = audit.map(({ credentials }) => credentials)
      expect(first).toMatch(/^[0-9a-f]{12}$/)
      expect(second).toBe(first)
      expect(ofBob).not.toBe(first)
    })

    it('contains no secret, no reference and no token', async () => {
      const { app, byHost, resolve, audit } = await startReference()
      await byHost(alice)
      await resolve('alice', 'alice-storage')
      await resolve('bob', 'alice-storage')
      await resolve('dora', 'dora-storage')
      await resolve('canary-as-tenant', 'canary-as-reference')
      await byHost('canary-as-host.shibari.test')
      await app.request(runtimePath, { headers: { authorization: 'Bearer canary-as-token' } })
      expect(audit).toHaveLength(7)
      expect(JSON.stringify(audit)).not.toMatch(/canary|alice-storage|dora-storage|service-token/)
    })

    it('distinguishes the two tokens, and names no token when it is unknown', async () => {
      const { app, audit } = await startReference()
      for (const token of [primary, secondary, secondary, 'a-token-of-strangers']) {
        await app.request(`${runtimePath}?host=${alice}`, { headers: { authorization: `Bearer ${token}` } })
      }
      const names = audit.map(({ token }) => token)
      expect(names[0]).not.toBe(names[1])
      expect(names.slice(1)).toEqual([names[1], names[1], undefined])
      expect(audit.at(-1)).toMatchObject({ action: 'access', tenant: null, outcome: 'bad_token' })
    })

    it('stops credentials and usage when it cannot be written', async () => {
      let isFull = true
      const lines: AuditLine[] = []
      const audit = async (line: AuditLine) => {
        if (isFull) throw new AuditUnavailable()
        lines.push(line)
      }
      const { resolve, post } = await startReference({
        change: (plane) => ({ ...plane, audit, usage: countedWith(audit, plane.usage) }),
      })
      const refused = await resolve('alice', 'alice-storage')
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
      expect(await refused.text()).not.toContain('canary')
      const event = {
        tenant_id: 'alice',
        source: 'publisher',
        idempotency_key: 'k',
        metric: 'ai_tokens',
        quantity: 1,
        unit: 'tokens',
        occurred_at: '2026-11-01T00:00:00Z',
      }
      expect((await post('/v1/billing/usage', event)).status).toBe(503)
      isFull = false
      expect((await post('/v1/billing/usage', event)).status).toBe(200)
      expect((await resolve('alice', 'alice-storage')).status).toBe(200)
      expect(lines.map(({ outcome }) => outcome)).toEqual(['counted', 'sent'])
    })
  })
})
