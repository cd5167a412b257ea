import { describe, expect, it } from 'vitest'
import { checks } from '../../orchestrator/contract/conformance/checks.ts'
import { NotApplicable } from '../../orchestrator/contract/conformance/expectations.ts'
import { describeFinding, runChecks } from '../../orchestrator/contract/conformance/run.ts'
import { secretsIn } from '../../orchestrator/contract/conformance/secret-patterns.ts'
import type { Subject } from '../../orchestrator/contract/conformance/subject.ts'
import { primary, type Reference, startReference } from '../support/fixtures/reference-orchestrator.ts'

const timing = 'takes the same time for an unknown and a suspended host'

function subjectOf({ app }: Pick<Reference, 'app'>, spoil: Spoil = (response) => response): Subject {
  return {
    baseUrl: 'http://orchestrator.test/',
    token: primary,
    host: 'alice.shibari.test',
    otherHost: 'bob.shibari.test',
    credentialsRefs: ['alice-storage'],
    suspendedHost: 'carol.shibari.test',
    fetch: async (input, init) => {
      const request = new Request(input, init)
      const body = await request.clone().text()
      return spoil(await app.request(request), { request, body })
    },
  }
}

describe('the reference orchestrator', () => {
  it.each(checks.filter(({ name }) => name !== timing))(
    'passes the conformance check "$name"',
    async ({ run }) => {
      await run(subjectOf(await startReference()))
    },
  )
})

/** Spoils an answer of a good orchestrator, or returns it unchanged. */
type Spoil = (response: Response, call: { request: Request; body: string }) => Response | Promise<Response>

const status =
  (from: number, to: number): Spoil =>
  (response) =>
    response.status === from ? new Response(null, { status: to }) : response

/** Changes the JSON of every 200. */
const change =
  (edit: (body: Record<string, unknown>) => unknown): Spoil =>
  async (response) => {
    if (response.status !== 200) return response
    return Response.json(edit(await response.json()), { headers: { 'cache-control': 'no-store' } })
  }

const open: Spoil = (response) => (response.status === 403 ? Response.json({}) : response)

/** Faults by the name of the check that must notice them. */
const faults: Readonly<Record<string, Spoil>> = {
  'refuses a configuration with 403 without a token': open,
  'refuses a configuration with 403 for a wrong token': status(403, 401),
  'accepts the token only as a whole bearer token': (response, { request }) =>
    request.headers.get('authorization')?.includes(primary) ? Response.json({}) : response,
  'refuses credentials with 403 without a token and for a wrong token': (response, { request }) =>
    request.url.includes('credentials') ? Response.json({}) : response,
  'accepts X-Request-Id and returns the same id or none': (response) => {
    response.headers.set('x-request-id', 'another')
    return response
  },
  'answers POST by-host with a configuration that the publisher understands, or 405': change((body) => ({
    ...body,
    config: {},
  })),
  'answers GET by-host with a configuration that the publisher understands, or 405 if POST works': () =>
    new Response(null, { status: 405 }),
  'sends only keys that the publisher knows and fields that it can use': change((body) => ({
    ...body,
    config: { ...Object(body.config), features: { publish_enabled: 'perhaps' } },
  })),
  'sends no secret in the configuration': change((body) => ({
    ...body,
    config: { ai: { system_prompt: 'sk-proj-0123456789abcdefghij' } },
  })),
  'answers an unknown host with 404': status(404, 403),
  'answers a suspended host exactly like an unknown host': (response, { body }) =>
    body.includes('carol') ? Response.json({ error: 'suspended' }, { status: 404 }) : response,
  'answers a host in upper case, with a port and a trailing dot, like the host itself or with 404': (
    response,
    { body },
  ) => (body.includes('ALICE') ? new Response(null, { status: 500 }) : response),
  'answers a POST with 400 if its body is not JSON or names no host': status(400, 500),
  'answers a GET without a host with 400': status(400, 404),
  'answers If-None-Match of the current version with 304 and no body': (response, { request }) =>
    request.headers.has('if-none-match') ? new Response(null, { status: 412 }) : response,
  'answers If-None-Match of another version with 200': (response, { request }) =>
    request.headers.has('if-none-match') ? new Response(null, { status: 304 }) : response,
  'keeps the version while nothing changes': change((body) => ({
    ...body,
    config_version: crypto.randomUUID(),
  })),
  'sends no TTL, or a TTL of 0 or of 5 to 3600 seconds': change((body) => ({ ...body, ttl_seconds: 1 })),
  'answers a call for credentials without X-Tenant with 400': status(400, 404),
  'answers a call for credentials without a reference with 400': status(400, 404),
  'answers an unknown reference with 404': status(404, 400),
  'resolves references to credentials that the publisher understands': change(({ version }) => ({
    version,
    provider: 'ftp',
  })),
  'sends credentials with Cache-Control: no-store': async (response) => new Response(await response.text()),
  'sends a version with credentials': change(({ version, ...body }) => ({ ...body, renamed: version })),
  'sends no resolved secret in the configuration': change((body) => ({ ...body, note: 'canary-of-alice' })),
  'answers another tenant’s reference like an unknown reference, with 404': (response, { request, body }) =>
    request.headers.get('x-tenant') === 'bob' && body.includes('alice-storage')
      ? Response.json({ error: 'not_yours' }, { status: 404 })
      : response,
  'answers any reference of an unknown tenant with 404': (response, { request }) =>
    request.headers.get('x-tenant')?.startsWith('unbound') ? Response.json({}) : response,
  'accepts usage of tokens and storage requests, also a second time under the same key': (
    response,
    { body },
  ) => (body.includes('storage_ops_requests') ? new Response(null, { status: 400 }) : response),
  'refuses usage with 403 for a wrong token': (response, { request }) =>
    request.url.includes('usage') ? Response.json({}) : response,
  'creates a claim with 201, and answers a second creator with 409 and the first claim': status(409, 201),
  'lets exactly 1 of 20 concurrent callers create a claim': status(409, 201),
  'replaces a claim only at its current version, and answers 409 with the current claim otherwise': (
    response,
    { request },
  ) => (request.method === 'PUT' ? new Response(response.body, { status: 200 }) : response),
  'answers calls for a missing claim with 404': (response, { request }) =>
    request.method === 'PUT' ? new Response(null, { status: 409 }) : response,
  'deletes a claim only at its current version, and accepts the deletion a second time': (
    response,
    { request },
  ) => (request.method === 'DELETE' ? new Response(null, { status: 204 }) : response),
  'hides a claim from other tenants': (response, { request }) =>
    request.headers.get('x-tenant') === 'bob' ? Response.json({}) : response,
  'refuses claims with 400 without X-Tenant, and with 404 for an unknown tenant': (response, { request }) =>
    request.headers.get('x-tenant')?.startsWith('unbound') ? new Response(null, { status: 201 }) : response,
  'refuses claims with 403 for a wrong token': (response, { request }) =>
    request.url.includes('claims') && response.status === 403
      ? new Response(null, { status: 404 })
      : response,
}

describe('the conformance suite', () => {
  it('has a fault for every check that can fail, and unique names of checks', () => {
    expect(Object.keys(faults).toSorted()).toEqual(
      checks
        .map(({ name }) => name)
        .filter((name) => name !== timing)
        .toSorted(),
    )
  })

  it.each(Object.entries(faults))(
    'fails an orchestrator when it breaks the check "%s"',
    async (name, spoil) => {
      const subject = subjectOf(await startReference(), spoil)
      const check = checks.find((candidate) => candidate.name === name)
      const error: unknown = await check?.run(subject).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(Error)
      expect(error).not.toBeInstanceOf(NotApplicable)
      expect(String(error)).not.toMatch(/canary|alice-storage|service-token/)
    },
  )

  it('fails an orchestrator that gives a reference to another tenant', async () => {
    const reference = await startReference()
    const stolen: Spoil = (response, { request }) =>
      request.headers.get('x-tenant') === 'bob' ? reference.resolve('alice', 'alice-storage') : response
    const check = checks.find(({ name }) => name.startsWith('answers another tenant'))
    await expect(check?.run(subjectOf(reference, stolen))).rejects.toThrow('got 200, not 404')
  })

  it('fails the usage of an orchestrator when the tenant of a bound host is unknown to it', async () => {
    const unknown: Spoil = (response, { request }) =>
      request.url.includes('usage') ? Response.json({ code: 'unknown_tenant' }, { status: 404 }) : response
    const check = checks.find(({ name }) => name.startsWith('accepts usage'))
    await expect(check?.run(subjectOf(await startReference(), unknown))).rejects.toThrow(
      'the tenant alice of a bound host is unknown to the billing',
    )
  })

  it('reports the checks of usage as not applicable to an orchestrator without billing', async () => {
    const without: Spoil = (response, { request }) =>
      request.url.includes('usage') ? Response.json({ code: 'not_found' }, { status: 404 }) : response
    const findings = await runChecks(checks, subjectOf(await startReference(), without))
    const ofUsage = findings.filter(({ reason }) => reason === 'the orchestrator has no billing')
    expect(findings.filter(({ outcome }) => outcome === 'FAIL')).toEqual([])
    expect(ofUsage.map(({ outcome }) => outcome)).toEqual(['not applicable', 'not applicable'])
  })

  it('reports checks as not applicable when their options are missing', async () => {
    const { host, baseUrl, token, fetch } = subjectOf(await startReference())
    const findings = await runChecks(checks, { host, baseUrl, token, ...(fetch && { fetch }) })
    const left = findings.filter(({ outcome }) => outcome === 'not applicable')
    expect(findings.filter(({ outcome }) => outcome === 'FAIL')).toEqual([])
    expect(left.map(({ reason }) => reason)).toEqual([
      'needs --suspended-host',
      expect.stringContaining('times'),
      ...Array.from({ length: 4 }, () => 'needs --credentials-ref'),
      'needs --other-host and --credentials-ref',
      'needs --other-host',
    ])
  })

  it('reports the checks of claims as not applicable to an orchestrator without claims', async () => {
    const findings = await runChecks(checks, subjectOf(await startReference({ claims: null })))
    const ofClaims = findings.filter(({ reason }) => reason === 'the orchestrator offers no claims')
    expect(findings.filter(({ outcome }) => outcome === 'FAIL')).toEqual([])
    expect(ofClaims.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 8 }, () => 'not applicable'))
  })

  it('passes an orchestrator with a single method and without conditional requests', async () => {
    for (const method of ['POST', 'GET']) {
      const spoil: Spoil = async (response, { request, body }) => {
        if (!request.url.includes('by-host')) return response
        if (request.method !== method) return new Response(null, { status: 405 })
        if (response.status !== 304) return response
        const { app } = await startReference()
        request.headers.delete('if-none-match')
        const init = { method, headers: request.headers, ...(method === 'POST' && { body }) }
        return app.request(new Request(request.url, init))
      }
      const findings = await runChecks(checks, subjectOf(await startReference(), spoil))
      expect(findings.filter(({ outcome }) => outcome === 'FAIL')).toEqual([])
      expect(findings.filter(({ outcome }) => outcome === 'not applicable').length).toBeGreaterThan(2)
    }
  })

  it('fails every check with the reason when the orchestrator is unreachable', async () => {
    const fetch = () =>
      Promise.reject(new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED') }))
    const findings = await runChecks(checks, { ...subjectOf(await startReference()), fetch })
    for (const finding of findings.filter(({ check }) => check.name !== timing)) {
      expect(describeFinding(finding)).toMatch(/^FAIL +.*: no answer: connect ECONNREFUSED\. /)
    }
  })

  it('prints one line per check', async () => {
    const lines = (await runChecks(checks, subjectOf(await startReference(), status(404, 500)))).map(
      describeFinding,
    )
    expect(lines).toHaveLength(checks.length)
    expect(lines.every((line) => !line.includes('\n'))).toBe(true)
    expect(lines).toContain('pass            answers a GET without a host with 400')
    expect(lines).toContain(
      'FAIL            answers an unknown host with 404: it got 500, not 404. Clients invent hosts. The publisher would retry any other answer, or treat it as an outage.',
    )
  })
})

describe('the detection of secrets', () => {
  it.each([
    ['a field of credentials', { storage: { refresh_token: 'x' } }, ['storage.refresh_token']],
    ['a list', { publishers: [{}, { config: { bot_token: 'x' } }] }, ['publishers.1.config.bot_token']],
    ['a Telegram token', { note: '123456789:AAExampleExampleExampleExampleExamp' }, ['note']],
    ['a private key', { note: '-----BEGIN RSA PRIVATE KEY-----' }, ['note']],
    ['an AWS key', { note: 'id AKIAIOSFODNN7EXAMPLE' }, ['note']],
    ['an address with a password', { note: 'https://user:pass@host.example/' }, ['note']],
    [
      'a reference, a prompt, a caption, an address',
      {
        credentials_ref: 'sk-ref',
        password_ref: 'alice-mail',
        system_prompt: 'A risk-taking-and-careful-caption-writer. Keep secrets: never name people.',
        url: 'https://host.example/a:b@c',
        api_key: null,
      },
      [],
    ],
  ])('finds all secrets, and nothing else, in %s', (_title, value, places) => {
    expect(secretsIn(value)).toEqual(places)
  })
})
