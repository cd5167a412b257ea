import { describe, expect, it } from 'vitest'
import { tenant } from '../../dev/emulators/orchestrator/answers.ts'
import {
  createGate,
  malformedJson,
  reset,
  serverError,
  tooManyRequests,
  wrongShape,
} from '../../dev/emulators/orchestrator/faults.ts'
import {
  createOrchestratorEmulator,
  type OrchestratorEmulatorOptions,
} from '../../dev/emulators/orchestrator.ts'
import { checks } from '../../orchestrator/conformance/checks.ts'
import { runChecks } from '../../orchestrator/conformance/run.ts'
import { parseHost } from '../../src/runtime/host.ts'
import { createOrchestratorClient } from '../../src/runtime/orchestrator-client.ts'
import { Secret } from '../../src/secret.ts'

const base = 'shibari.test'
const requestId = '5e0f3b0e-9f0e-4d55-8f6b-0a3f5f0a7d11'

function named(label: string) {
  const found = parseHost(`${label}.${base}`, base)
  if (!found) throw new Error(`${label} is no tenant`)
  return found
}
const alice = named('alice')
const bob = named('bob')

/** The emulator on a port, and the publisher's own client of it. */
async function start(options: OrchestratorEmulatorOptions = {}) {
  const emulator = createOrchestratorEmulator(options)
  emulator.setTenant(alice.host, tenant({ host: alice.host }))
  const server = await emulator.listen()
  const client = createOrchestratorClient({
    baseUrl: server.url,
    tokens: (options.tokens ?? ['service-token']).map((token) => new Secret(token)),
    timeoutMs: 1000,
    probeHost: `app.${base}`,
  })
  return {
    emulator,
    server,
    client,
    lookup: (host = alice.host, known?: string) => client.lookup(host, known, requestId),
    [Symbol.asyncDispose]: () => server.close(),
  }
}

describe('the orchestrator emulator', () => {
  it('answers a valid configuration, and remembers what it was asked', async () => {
    await using open = await start()
    expect(await open.lookup()).toMatchObject({
      status: 'found',
      answer: { tenant: 'alice', ttlSeconds: 600 },
    })
    expect(open.emulator.calls).toEqual([
      {
        method: 'POST',
        path: '/v1/runtime/by-host',
        host: alice.host,
        tenant: undefined,
        credentialsRef: undefined,
        tokenIndex: 0,
        requestId,
        ifNoneMatch: undefined,
      },
    ])
    expect(open.emulator.runtimeCalls(alice.host)).toHaveLength(1)
    expect(open.emulator.runtimeCalls(bob.host)).toHaveLength(0)
  })

  it('gives another configuration another version, and knows conditional requests unless told otherwise', async () => {
    await using open = await start()
    const first = await open.lookup()
    if (first.status !== 'found') throw new Error('not found')
    const version = first.answer.configVersion
    expect(await open.lookup(alice.host, version)).toEqual({ status: 'unchanged' })
    open.emulator.settings.answersConditionally = false
    expect(await open.lookup(alice.host, version)).toMatchObject({ status: 'found' })
    open.emulator.settings.answersConditionally = true
    const config = { content: { debug: true } }
    open.emulator.setTenant(alice.host, tenant({ host: alice.host, config }))
    expect(await open.lookup(alice.host, version)).toMatchObject({ status: 'found' })
    expect(open.emulator.calls.map(({ ifNoneMatch }) => ifNoneMatch)).toEqual([
      undefined,
      `"${version}"`,
      `"${version}"`,
      `"${version}"`,
    ])
  })

  it('has no tenant where none was set, where it was removed, and where it is bound to another app', async () => {
    await using open = await start()
    open.emulator.setTenant(bob.host, tenant({ host: bob.host, app_type: 'shop' }))
    expect(await open.lookup(bob.host)).toEqual({ status: 'no_tenant' })
    open.emulator.removeTenant(alice.host)
    expect(await open.lookup()).toEqual({ status: 'no_tenant' })
  })

  it('passes a TTL of 0 and version 1 on', async () => {
    await using open = await start()
    const answer = tenant({ host: alice.host, ttl_seconds: 0, schema_version: 1 })
    open.emulator.setTenant(alice.host, answer)
    expect(await open.lookup()).toMatchObject({
      status: 'found',
      body: { ttl_seconds: 0, schema_version: 1 },
    })
  })

  it('gives credentials to their tenant only', async () => {
    await using open = await start()
    open.emulator.setCredentials('alice', 'ref', { provider: 'openai', api_key: 'key' })
    expect(await open.client.resolveCredentials(alice.tenant, 'ref', requestId)).toMatchObject({
      version: '1',
    })
    const foreign = open.client.resolveCredentials(bob.tenant, 'ref', requestId)
    await expect(foreign).rejects.toMatchObject({ code: 'credentials_unavailable' })
    open.emulator.settings.withoutCredit.add('alice')
    const broke = open.client.resolveCredentials(alice.tenant, 'ref', requestId)
    await expect(broke).rejects.toMatchObject({ code: 'insufficient_balance' })
    open.emulator.settings.withoutCredit.clear()
    open.emulator.setCredentials('alice', 'ref', undefined)
    const gone = open.client.resolveCredentials(alice.tenant, 'ref', requestId)
    await expect(gone).rejects.toMatchObject({ code: 'credentials_unavailable' })
    expect(open.emulator.calls.at(-1)).toMatchObject({ tenant: 'alice', credentialsRef: 'ref' })
  })

  it('refuses the tokens it is told to refuse', async () => {
    await using open = await start({ tokens: ['old', 'new'] })
    open.emulator.settings.refusedTokens.add('old')
    expect(await open.lookup()).toMatchObject({ status: 'found' })
    expect(open.emulator.calls.map(({ tokenIndex }) => tokenIndex)).toEqual([0, 1])
    expect((await fetch(`${open.server.url}/v1/runtime/by-host?host=${alice.host}`)).status).toBe(403)
    expect(open.emulator.calls.at(-1)?.tokenIndex).toBe(-1)
  })

  it('knows GET only when POST is switched off', async () => {
    await using open = await start()
    open.emulator.settings.allowsPost = false
    expect(await open.lookup()).toMatchObject({ status: 'found' })
    expect(open.emulator.calls.map(({ method }) => method)).toEqual(['POST', 'GET'])
  })

  it.each([
    ['500', serverError(500)],
    ['503', serverError(503)],
    ['503 with Retry-After: 0', serverError(503, 0)],
    ['429', tooManyRequests()],
    ['a broken connection', reset],
  ])('spoils so many calls with %s and then recovers', async (_title, fault) => {
    await using open = await start()
    open.emulator.spoil(fault, { times: 1 })
    expect(await open.lookup()).toMatchObject({ status: 'found' })
    expect(open.emulator.calls).toHaveLength(2)
  })

  it('spoils until it is told to stop, and only the calls that are meant', async () => {
    await using open = await start()
    open.emulator.setTenant(bob.host, tenant({ host: bob.host }))
    const end = open.emulator.spoil(serverError(503, 600), { when: ({ host }) => host === alice.host })
    await expect(open.lookup()).rejects.toMatchObject({ code: 'config_unavailable', retryAfterMs: 600_000 })
    expect(await open.lookup(bob.host)).toMatchObject({ status: 'found' })
    end()
    expect(await open.lookup()).toMatchObject({ status: 'found' })
  })

  it.each([
    ['malformed JSON', malformedJson()],
    ['the wrong shape', wrongShape()],
    ['nothing', malformedJson('')],
  ])('answers %s', async (_title, fault) => {
    await using open = await start()
    open.emulator.spoil(fault)
    await expect(open.lookup()).rejects.toMatchObject({ code: 'config_unavailable' })
  })

  it('is as slow as the test wants', async () => {
    await using open = await start()
    const gate = createGate()
    open.emulator.spoil(gate.fault)
    const answers = Promise.all([open.lookup(), open.lookup()])
    await gate.waiting(2)
    expect(open.emulator.calls).toHaveLength(2)
    gate.open()
    expect(await answers).toMatchObject([{ status: 'found' }, { status: 'found' }])
    await gate.waiting(2)
  })

  it('refuses connections while it is closed, and comes back at the same address', async () => {
    const { emulator, server, client, lookup } = await start()
    await server.close()
    expect(await client.check()).toEqual({ ready: false, reason: 'the orchestrator cannot be reached' })
    const again = await emulator.listen(Number(new URL(server.url).port))
    try {
      expect(again.url).toBe(server.url)
      expect(await lookup()).toMatchObject({ status: 'found' })
    } finally {
      await again.close()
    }
  })

  it('takes usage events', async () => {
    const emulator = createOrchestratorEmulator()
    const send = (init: RequestInit) =>
      emulator.fetch(
        new Request('http://orchestrator.test/v1/billing/usage', {
          headers: { authorization: 'Bearer service-token' },
          ...init,
        }),
      )
    expect((await send({ method: 'POST', body: '{"quantity":1}' })).status).toBe(202)
    expect((await send({ method: 'POST', body: '[]' })).status).toBe(400)
    expect((await send({})).status).toBe(405)
    expect(emulator.usage).toEqual([{ quantity: 1 }])
  })

  it('conforms to the contract', async () => {
    await using open = await start()
    const { emulator, server } = open
    emulator.setTenant(bob.host, tenant({ host: bob.host }))
    emulator.setCredentials('alice', 'ref', { provider: 'openai', api_key: 'key-of-alice' })
    const subject = {
      baseUrl: server.url,
      token: 'service-token',
      host: alice.host,
      otherHost: bob.host,
      credentialsRefs: ['ref'],
      suspendedHost: `carol.${base}`,
    }
    const findings = await runChecks(checks, subject)
    expect(findings.filter(({ outcome }) => outcome === 'FAIL')).toEqual([])
    expect(findings.filter(({ outcome }) => outcome === 'pass').length).toBeGreaterThan(20)
  })
})
