import { describe, expect, it } from 'vitest'
import { checks } from '../../orchestrator/conformance/checks.ts'
import { NotApplicable } from '../../orchestrator/conformance/expectations.ts'
import { describeFinding, runChecks } from '../../orchestrator/conformance/run.ts'
import { secretsIn } from '../../orchestrator/conformance/secret-patterns.ts'
import type { Subject } from '../../orchestrator/conformance/subject.ts'
import { primary, type Reference, startReference } from '../support/fixtures/reference-orchestrator.ts'

const timing = 'an unknown and a suspended host take the same time'

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

describe('the reference orchestrator conforms:', () => {
  it.each(checks.filter(({ name }) => name !== timing))('$name', async ({ run }) => {
    await run(subjectOf(await startReference()))
  })
})

/** Spoils one answer of a good orchestrator, or leaves it as it is. */
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

/** One fault for each check, which has to notice it. */
const faults: Readonly<Record<string, Spoil>> = {
  'a configuration is refused with 403 without a token': open,
  'a configuration is refused with 403 with a wrong token': status(403, 401),
  'the token counts only as a bearer token, whole': (response, { request }) =>
    request.headers.get('authorization')?.includes(primary) ? Response.json({}) : response,
  'credentials are refused with 403 without a token and with a wrong one': (response, { request }) =>
    request.url.includes('credentials') ? Response.json({}) : response,
  'X-Request-Id is accepted, and where it comes back it is the same': (response) => {
    response.headers.set('x-request-id', 'another')
    return response
  },
  'POST by-host answers what the publisher understands, or 405': change((body) => ({ ...body, config: {} })),
  'GET by-host answers what the publisher understands, or 405 where POST works': () =>
    new Response(null, { status: 405 }),
  'the publisher knows every key of the configuration and can use every field': change((body) => ({
    ...body,
    config: { ...Object(body.config), features: { publish_enabled: 'perhaps' } },
  })),
  'the configuration holds no secret': change((body) => ({
    ...body,
    config: { ai: { system_prompt: 'sk-proj-0123456789abcdefghij' } },
  })),
  'an unknown host is 404': status(404, 403),
  'a suspended host cannot be told from an unknown one': (response, { body }) =>
    body.includes('carol') ? Response.json({ error: 'suspended' }, { status: 404 }) : response,
  'a host in upper case, with a port and a trailing dot is the same host, or 404': (response, { body }) =>
    body.includes('ALICE') ? new Response(null, { status: 500 }) : response,
  'a POST whose body is no JSON, or names no host, is 400': status(400, 500),
  'a GET that names no host is 400': status(400, 404),
  'If-None-Match with the current version is 304 without a body': (response, { request }) =>
    request.headers.has('if-none-match') ? new Response(null, { status: 412 }) : response,
  'If-None-Match with another version is 200': (response, { request }) =>
    request.headers.has('if-none-match') ? new Response(null, { status: 304 }) : response,
  'the version stays the same while nothing changes': change((body) => ({
    ...body,
    config_version: crypto.randomUUID(),
  })),
  'the TTL is 0, absent, or between 5 and 3600 seconds': change((body) => ({ ...body, ttl_seconds: 1 })),
  'credentials without X-Tenant are 400': status(400, 404),
  'credentials without a reference are 400': status(400, 404),
  'an unknown reference is 404': status(404, 400),
  'a reference resolves to what the publisher understands': change(({ version }) => ({
    version,
    provider: 'ftp',
  })),
  'credentials are sent with Cache-Control: no-store': async (response) =>
    new Response(await response.text()),
  'credentials have a version': change(({ version, ...body }) => ({ ...body, renamed: version })),
  'no resolved secret stands in the configuration': change((body) => ({ ...body, note: 'canary-of-alice' })),
  'another tenant’s reference is 404, like an unknown one': (response, { request, body }) =>
    request.headers.get('x-tenant') === 'bob' && body.includes('alice-storage')
      ? Response.json({ error: 'not_yours' }, { status: 404 })
      : response,
  'a tenant that does not exist has no references: 404': (response, { request }) =>
    request.headers.get('x-tenant')?.startsWith('nobody') ? Response.json({}) : response,
}

describe('the conformance suite', () => {
  it('has a fault for every check that can fail, and no two checks of one name', () => {
    expect(Object.keys(faults).toSorted()).toEqual(
      checks
        .map(({ name }) => name)
        .filter((name) => name !== timing)
        .toSorted(),
    )
  })

  it.each(Object.entries(faults))('notices where it is not so: %s', async (name, spoil) => {
    const subject = subjectOf(await startReference(), spoil)
    const check = checks.find((candidate) => candidate.name === name)
    const error: unknown = await check?.run(subject).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(NotApplicable)
    expect(String(error)).not.toMatch(/canary|alice-storage|service-token/)
  })

  it('notices a reference that another tenant gets', async () => {
    const reference = await startReference()
    const stolen: Spoil = (response, { request }) =>
      request.headers.get('x-tenant') === 'bob' ? reference.resolve('alice', 'alice-storage') : response
    const check = checks.find(({ name }) => name.startsWith('another tenant'))
    await expect(check?.run(subjectOf(reference, stolen))).rejects.toThrow('answered 200, not 404')
  })

  it('says what it could not check, and passes the rest, where little was named', async () => {
    const { host, baseUrl, token, fetch } = subjectOf(await startReference())
    const findings = await runChecks(checks, { host, baseUrl, token, ...(fetch && { fetch }) })
    const left = findings.filter(({ outcome }) => outcome === 'not applicable')
    expect(findings.filter(({ outcome }) => outcome === 'FAIL')).toEqual([])
    expect(left.map(({ reason }) => reason)).toEqual([
      'needs --suspended-host',
      expect.stringContaining('times'),
      ...Array.from({ length: 4 }, () => 'needs --credentials-ref'),
      'needs --other-host and --credentials-ref',
    ])
  })

  it('lets an orchestrator know one method only, and no conditional requests', async () => {
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

  it('fails every check of an orchestrator that is not there, and says why', async () => {
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
    expect(lines).toContain('pass            a GET that names no host is 400')
    expect(lines).toContain(
      'FAIL            an unknown host is 404: it answered 500, not 404. Strangers invent hosts; anything but 404 is retried or taken for an outage.',
    )
  })
})

describe('what looks like a secret', () => {
  it.each([
    ['a field of credentials', { storage: { refresh_token: 'x' } }, ['storage.refresh_token']],
    ['in a list', { publishers: [{}, { config: { bot_token: 'x' } }] }, ['publishers.1.config.bot_token']],
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
  ])('%s', (_title, value, places) => {
    expect(secretsIn(value)).toEqual(places)
  })
})
