import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checks, NotApplicable, type Subject } from '../../orchestrator/conformance/checks.ts'
import { type AuditLine, createOrchestrator } from '../../orchestrator/handlers/app.ts'
import { parseRegistry } from '../../orchestrator/registry.ts'
import { watchFiles } from '../../orchestrator/watched-files.ts'

const primary = 'primary-service-token'
const secondary = 'secondary-service-token'
const storage = (ref: string) => ({ provider: 'dropbox', credentials_ref: ref, paths: { root: '/Photos' } })

const tenants = {
  alice: { hosts: ['alice.shibari.test'], config: { storage: storage('alice-storage') } },
  bob: { hosts: ['bob.shibari.test', 'robert.shibari.test'], config: { storage: storage('bob-storage') } },
  carol: { hosts: ['carol.shibari.test'], suspended: true, config: { storage: storage('carol-storage') } },
  dora: {
    hosts: ['dora.shibari.test'],
    insufficient_balance: true,
    config: { storage: storage('dora-storage') },
  },
  shop: { hosts: ['shop.shibari.test'], app_type: 'shop', config: { anything: true } },
}
const secrets = {
  alice: { 'alice-storage': { provider: 'dropbox', refresh_token: 'canary-of-alice' } },
  bob: { 'bob-storage': { provider: 'dropbox', refresh_token: 'env:BOB_TOKEN' } },
  dora: { 'dora-storage': { provider: 'dropbox', refresh_token: 'canary-of-dora' } },
}

async function start(options: { callsPerMinute?: number } = {}) {
  const registry = await parseRegistry({
    tenants: JSON.stringify({ tenants }),
    secrets: JSON.stringify(secrets),
    variables: { BOB_TOKEN: 'canary-of-bob' },
  })
  const audit: AuditLine[] = []
  const app = createOrchestrator({
    registry: async () => registry,
    tokens: [primary, secondary],
    audit: (line) => audit.push(line),
    ...options,
  })
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    app.request(path, {
      method: 'POST',
      headers: { authorization: `Bearer ${primary}`, 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  const resolve = (tenant: string, ref: string) =>
    post('/v1/credentials/resolve', { credentials_ref: ref }, { 'x-tenant': tenant })
  const byHost = (host: string, headers?: Record<string, string>) =>
    post('/v1/runtime/by-host', { host }, headers)
  return { app, audit, post, resolve, byHost }
}

const subject = (app: Awaited<ReturnType<typeof start>>['app']): Subject => ({
  baseUrl: 'http://orchestrator.test',
  token: primary,
  host: 'alice.shibari.test',
  otherHost: 'bob.shibari.test',
  credentialsRef: 'alice-storage',
  suspendedHost: 'carol.shibari.test',
  fetch: async (input, init) => app.request(new Request(input, init)),
})

describe('the reference orchestrator conforms:', () => {
  it.each(checks)('$name', async ({ run }) => {
    const { app } = await start()
    await run(subject(app))
  })
})

describe('the conformance suite', () => {
  /** Each spoils the answers of a good orchestrator in one way, and one named check has to notice. */
  const faults: [
    check: RegExp,
    spoil: (response: Response, request: Request) => Promise<Response> | Response,
  ][] = [
    [
      /without a token/,
      (response, { headers }) => (headers.has('authorization') ? response : Response.json({})),
    ],
    [/wrong token/, (response) => (response.status === 403 ? Response.json({}, { status: 401 }) : response)],
    [
      /POST by-host answers/,
      (response, { method }) => (method === 'POST' && response.ok ? Response.json({ tenant: 1 }) : response),
    ],
    [
      /GET by-host/,
      (response, { method }) => (method === 'GET' ? Response.json({ schema_version: 3 }) : response),
    ],
    [
      /holds no secret/,
      async (response) =>
        response.ok ? Response.json({ ...(await response.json()), api_key: 'x' }) : response,
    ],
    [/unknown host is 404/, (response) => (response.status === 404 ? Response.json({}) : response)],
    [
      /suspended host/,
      async (response, request) =>
        (await request.text()).includes('carol') ? Response.json({}, { status: 404 }) : response,
    ],
    [
      /in any case/,
      async (response, request) =>
        (await request.text()).includes('ALICE') ? new Response(null, { status: 404 }) : response,
    ],
    [/no JSON/, (response) => (response.status === 400 ? Response.json({}, { status: 500 }) : response)],
    [
      /If-None-Match/,
      (response, { headers }) =>
        headers.has('if-none-match') ? new Response(null, { status: 304 }) : response,
    ],
    [
      /stays the same/,
      async (response) =>
        response.ok
          ? Response.json({ ...(await response.json()), config_version: crypto.randomUUID() })
          : response,
    ],
    [
      /TTL/,
      async (response) =>
        response.ok ? Response.json({ ...(await response.json()), ttl_seconds: 1 }) : response,
    ],
    [
      /X-Tenant or without/,
      (response) => (response.status === 400 ? new Response(null, { status: 404 }) : response),
    ],
    [
      /unknown reference/,
      (response) => (response.status === 404 ? new Response(null, { status: 400 }) : response),
    ],
    [/no-store/, async (response) => new Response(await response.text(), { status: response.status })],
    [
      /another tenant/,
      (response, { headers }) => (headers.get('x-tenant') === 'bob' ? Response.json({}) : response),
    ],
  ]

  it('covers every check by a fault', () => {
    for (const { name } of checks)
      expect(
        faults.filter(([pattern]) => pattern.test(name)),
        name,
      ).toHaveLength(1)
  })

  it.each(faults)('notices a fault: %s', async (pattern, spoil) => {
    const { app } = await start()
    const spoiled: typeof fetch = async (input, init) => {
      const request = new Request(input, init)
      return spoil(await app.request(request.clone()), request)
    }
    const check = checks.find(({ name }) => pattern.test(name))
    const error = await check?.run({ ...subject(app), fetch: spoiled }).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(NotApplicable)
  })
})

describe('the reference orchestrator', () => {
  it('takes both tokens and no other', async () => {
    const { byHost } = await start()
    expect((await byHost('alice.shibari.test', { authorization: `Bearer ${secondary}` })).status).toBe(200)
    for (const wrong of ['', 'Bearer', `Basic ${primary}`, `Bearer ${primary}x`, `Bearer ${primary} x`]) {
      expect((await byHost('alice.shibari.test', { authorization: wrong })).status).toBe(403)
    }
  })

  it('says 409 for a host of another app, and one answer for all hosts of a tenant', async () => {
    const { byHost } = await start()
    expect((await byHost('shop.shibari.test')).status).toBe(409)
    expect(await (await byHost('robert.shibari.test')).json()).toEqual(
      await (await byHost('bob.shibari.test')).json(),
    )
  })

  it('takes a secret from the environment, and says when the credit has run out', async () => {
    const { resolve } = await start()
    expect(await (await resolve('bob', 'bob-storage')).json()).toMatchObject({
      refresh_token: 'canary-of-bob',
    })
    const broke = await resolve('dora', 'dora-storage')
    expect([broke.status, await broke.json()]).toEqual([403, { error: 'insufficient_balance' }])
  })

  it.each(['Alice', 'alice ', 'ALICE', '__proto__', 'constructor', 'alice\u0000', '../alice', 'bob'])(
    'gives nothing of alice’s to a tenant that calls itself %j',
    async (tenant) => {
      const { app } = await start()
      const headers = new Headers({ authorization: `Bearer ${primary}` })
      try {
        headers.set('x-tenant', tenant)
      } catch {
        return // A header cannot even carry it.
      }
      const request = { method: 'POST', headers, body: JSON.stringify({ credentials_ref: 'alice-storage' }) }
      const response = await app.request('/v1/credentials/resolve', request)
      // Header values lose the white space around them on the way (RFC 9110, section 5.5).
      expect(response.status).toBe(headers.get('x-tenant') === 'alice' ? 200 : 404)
    },
  )

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'has no reference called %s',
    async (ref) => {
      const { resolve } = await start()
      expect((await resolve('alice', ref)).status).toBe(404)
    },
  )

  it('limits calls per token', async () => {
    const { byHost } = await start({ callsPerMinute: 3 })
    const statuses = []
    for (let call = 0; call < 4; call++) statuses.push((await byHost('alice.shibari.test')).status)
    expect(statuses).toEqual([200, 200, 200, 429])
    const limited = await byHost('alice.shibari.test')
    expect(Number(limited.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await byHost('alice.shibari.test', { authorization: `Bearer ${secondary}` })).status).toBe(200)
  })

  it('refuses a body that is too large', async () => {
    const { post } = await start()
    expect((await post('/v1/runtime/by-host', { host: 'x'.repeat(70_000) })).status).toBe(413)
  })

  it('keeps an audit log without secrets and without references', async () => {
    const { byHost, resolve, audit } = await start()
    await byHost('alice.shibari.test', { 'x-request-id': 'the-id' })
    await resolve('alice', 'alice-storage')
    await resolve('bob', 'alice-storage')
    expect(audit).toMatchObject([
      { request_id: 'the-id', action: 'runtime.read', tenant: 'alice', outcome: 'sent' },
      { action: 'credentials.resolve', tenant: 'alice', outcome: 'sent' },
      { action: 'credentials.resolve', tenant: 'bob', outcome: 'not_found' },
    ])
    expect(JSON.stringify(audit)).not.toMatch(/canary|alice-storage/)
  })

  it('counts a usage event once, however often it comes', async () => {
    const { post, audit } = await start()
    const event = {
      tenant_id: 'alice',
      source: 'publisher',
      idempotency_key: 'k1',
      metric: 'ai_tokens',
      quantity: 1200,
      unit: 'tokens',
      occurred_at: '2026-11-01T12:00:00Z',
    }
    expect((await post('/v1/billing/usage', event)).status).toBe(202)
    expect((await post('/v1/billing/usage', event)).status).toBe(202)
    expect(audit.map(({ outcome }) => outcome)).toEqual(['1200 tokens', 'repeated'])
    expect((await post('/v1/billing/usage', { ...event, quantity: -1 })).status).toBe(400)
  })
})

describe('the files of the reference orchestrator', () => {
  async function files() {
    const directory = await mkdtemp(join(tmpdir(), 'publisher-orchestrator-'))
    const tenantsFile = join(directory, 'tenants.yaml')
    const write = async (text: string) => {
      await writeFile(`${tenantsFile}.new`, text)
      await rename(`${tenantsFile}.new`, tenantsFile)
    }
    await write(entry('/Photos'))
    const reasons: string[] = []
    const registry = await watchFiles({
      tenantsFile,
      variables: {},
      onBadEdit: (reason) => reasons.push(reason),
    })
    const root = async () =>
      JSON.stringify((await registry()).byHost.get('alice.shibari.test')?.answer.config)
    return {
      write,
      root,
      reasons,
      tenantsFile,
      [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
    }
  }

  const entry = (root: string, key = 'tenants') =>
    `${key}:\n  alice:\n    hosts: [alice.shibari.test]\n    config:\n      storage: { provider: local, paths: { root: "${root}" } }\n`

  it('count at once when they are edited', async () => {
    await using open = await files()
    expect(await open.root()).toContain('/Photos')
    await open.write(entry('/Elsewhere'))
    expect(await open.root()).toContain('/Elsewhere')
  })

  it.each([
    ['a half-written file', 'tenants:\n  alice: {', /neither YAML nor JSON/],
    ['a root that climbs', entry('/Photos/../..'), /tenants\.alice\.config\.storage\.paths/],
    ['no tenants', 'nothing: here', /tenants/],
    [
      'a host bound twice',
      `${entry('/a')}  bob:\n    hosts: [alice.shibari.test]\n    config: { storage: { provider: local, paths: { root: /b } } }\n`,
      /bound twice/,
    ],
  ])('keep what was good when an edit brings %s, and say why', async (_title, text, reason) => {
    await using open = await files()
    await open.root()
    await open.write(text)
    expect(await open.root()).toContain('/Photos')
    expect(open.reasons.join()).toMatch(reason)
    await open.root()
    expect(open.reasons).toHaveLength(1)
    await open.write(entry('/Repaired'))
    expect(await open.root()).toContain('/Repaired')
  })

  it('keep what was good while a file is away', async () => {
    await using open = await files()
    await rm(open.tenantsFile)
    expect(await open.root()).toContain('/Photos')
  })

  it('have the same version however they are written, and another one for another content', async () => {
    const version = async (text: string) => {
      const { byHost } = await parseRegistry({ tenants: text, secrets: '{}', variables: {} })
      return byHost.get('a.test')?.configVersion
    }
    const config = (members: string) => `{"tenants":{"a":{"hosts":["a.test"],"config":{${members}}}}}`
    const first = '"storage":{"provider":"local","paths":{"root":"/x"}}'
    const second = '"features":{"auto_view_enabled":true}'
    expect(await version(config(`${first},${second}`))).toBe(await version(config(`${second},${first}`)))
    expect(await version(config(`${first},${second}`))).not.toBe(await version(config(first)))
  })

  it.each([
    [
      'a variable that is not set',
      { alice: { ref: { provider: 'openai', api_key: 'env:MISSING' } } },
      /MISSING is not set/,
    ],
    ['a secret without a provider', { alice: { ref: { api_key: 'canary' } } }, /secrets\.alice/],
    [
      'a secret without its fields',
      { alice: { ref: { provider: 's3', access_key_id: 'canary' } } },
      /secret_access_key/,
    ],
  ])('are refused with %s, without showing a value', async (_title, known, reason) => {
    const input = { tenants: entry('/x'), secrets: JSON.stringify(known), variables: {} }
    const error = await parseRegistry(input).catch((thrown: unknown) => thrown)
    expect(String(error)).toMatch(reason)
    expect(String(error)).not.toContain('canary')
  })
})
