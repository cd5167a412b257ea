import { describe, expect, it, vi } from 'vitest'
import { baseDomain, https, markedConfig, serviceToken, startFleet } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts, nodeHost, patience } from '../support/fixtures/hosts.ts'

const features = '/api/config/features'
const alice = `alice.${baseDomain}`

describeOnBothHosts('the runtime configuration', (kind) => {
  it('serves each host its own configuration', async () => {
    await using fleet = await startFleet(kind)
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true) })
    fleet.orchestrator.tenants.set(`bob.${baseDomain}`, { config: markedConfig(false) })
    const [ofAlice, ofBob] = await Promise.all([fleet.get('alice', features), fleet.get('bob', features)])
    expect(await ofAlice.json()).toMatchObject({ delete_enabled: true })
    expect(await ofBob.json()).toMatchObject({ delete_enabled: false })
  })

  it('fetches the configuration once for 1,000 concurrent first requests', async () => {
    await using fleet = await startFleet(kind)
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true) })
    const answers = await Promise.all(Array.from({ length: 1000 }, () => fleet.get('alice', features)))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
    expect(fleet.orchestrator.calls).toHaveLength(1)
  })

  it('sends a bearer token and a UUID as request id, reusing a UUID of the caller', async () => {
    await using fleet = await startFleet(kind)
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true) })
    fleet.orchestrator.tenants.set(`bob.${baseDomain}`, { config: markedConfig(true) })
    const uuid = '5e0f3b0e-9f0e-4d55-8f6b-0a3f5f0a7d11'
    await fleet.get('alice', features, { 'x-request-id': uuid })
    await fleet.get('bob', features, { 'x-request-id': 'a-sane-token' })
    expect(fleet.orchestrator.calls.map(({ token }) => token)).toEqual([serviceToken, serviceToken])
    expect(fleet.orchestrator.calls[0]?.requestId).toBe(uuid)
    expect(fleet.orchestrator.calls[1]?.requestId).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('asks for each invented host at most once within half a minute', async () => {
    // A Worker's clock cannot be set, so only the newest host is asked for again there.
    const [invented, askedAgain] = kind.name === 'node' ? [500, [0, 1, 499]] : [500, [499]]
    const start = Date.now()
    await using fleet = await startFleet(kind, {}, () => start)
    const hosts = Array.from({ length: invented }, (_, index) => `invented-${index}`)
    const statuses = await Promise.all(hosts.map(async (host) => (await fleet.get(host, features)).status))
    expect(new Set(statuses)).toEqual(new Set([404]))
    const again = await Promise.all(askedAgain.map((index) => fleet.get(`invented-${index}`, '/')))
    expect(new Set(again.map(({ status }) => status))).toEqual(new Set([404]))
    expect(fleet.orchestrator.calls).toHaveLength(invented)
  }, 120_000)

  it('fetches evicted configurations again and still serves each tenant its own', async () => {
    await using fleet = await startFleet(kind, { CONFIG_CACHE_MB: '1' })
    const tenants = Array.from({ length: 100 }, (_, index) => `tenant-${index}`)
    const isMarked = (tenant: string) => Number(tenant.at(-1)) % 2 === 0
    for (const tenant of tenants) {
      fleet.orchestrator.tenants.set(`${tenant}.${baseDomain}`, { config: markedConfig(isMarked(tenant)) })
    }
    for (let round = 0; round < 3; round++) {
      await Promise.all(
        tenants.map(async (tenant) => {
          const answer = await fleet.get(tenant, features)
          expect(await answer.json()).toMatchObject({ delete_enabled: isMarked(tenant) })
        }),
      )
    }
    // A Worker reads evicted configurations from the KV.
    expect(fleet.orchestrator.calls.length > tenants.length).toBe(kind.name === 'node')
    const calls = fleet.orchestrator.calls.length
    for (let turn = 0; turn < 10; turn++) expect((await fleet.get('tenant-0', features)).status).toBe(200)
    expect(fleet.orchestrator.calls.length).toBeLessThanOrEqual(calls + 1)
  })

  it('serves a configuration that is larger than the cache', async () => {
    await using fleet = await startFleet(kind, { CONFIG_CACHE_MB: '1' })
    const long = 'words '.repeat(3333)
    const prompts = [
      'vision_model',
      'system_prompt',
      'role_prompt',
      'sd_caption_model',
      'sd_caption_role_prompt',
    ]
    const config = {
      ...markedConfig(true),
      content: { voice_profile: Array.from({ length: 20 }, () => long), hashtag_string: long },
      ai: Object.fromEntries(prompts.map((name) => [name, long])),
    }
    fleet.orchestrator.tenants.set(alice, { config })
    for (let turn = 0; turn < 3; turn++) expect((await fleet.get('alice', features)).status).toBe(200)
    expect(fleet.orchestrator.calls).toHaveLength(1)
  })

  it('answers 503 with Retry-After during an orchestrator outage and recovers afterwards', async () => {
    await using fleet = await startFleet(kind)
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true) })
    fleet.orchestrator.script = () => 'reset'
    const down = await fleet.get('alice', features)
    expect(down.status).toBe(503)
    expect(Number(down.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await down.json()).toMatchObject({ code: 'config_unavailable', status: 503 })
    expect(fleet.orchestrator.calls).toHaveLength(3)
    fleet.orchestrator.script = () => undefined
    expect((await fleet.get('alice', features)).status).toBe(200)
  })

  it('serves cached configurations during an orchestrator outage', async () => {
    await using fleet = await startFleet(kind)
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true) })
    await fleet.get('alice', features)
    fleet.orchestrator.script = () => 'reset'
    expect((await fleet.get('alice', features)).status).toBe(200)
    expect(fleet.orchestrator.calls).toHaveLength(1)
  })

  it.each([
    ['not JSON', '<html>maintenance</html>'],
    ['empty', ''],
    ['truncated', '{"schema_version":2,"tenant":"alice","app_type":"publ'],
    ['a list', []],
    ['no storage', { config: {} }],
    ['a root with ".."', { config: { storage: { provider: 'local', paths: { root: '../../etc' } } } }],
  ])('treats the orchestrator as unreachable when its answer is %s', async (_title, body) => {
    await using fleet = await startFleet(kind)
    const envelope = { schema_version: 2, tenant: 'alice', app_type: 'publisher_v2', config_version: 'v1' }
    const isObject = typeof body === 'object' && !Array.isArray(body)
    fleet.orchestrator.script = () => ({ status: 200, body: isObject ? { ...envelope, ...body } : body })
    const response = await fleet.get('alice', features)
    expect(response.status).toBe(503)
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await response.json()).toMatchObject({ code: 'config_unavailable' })
  })

  it.each([
    { envelope: { schema_version: 99 } },
    { envelope: { schema_version: 0 } },
    { envelope: { config_version: '' } },
    { envelope: { config_version: 'x'.repeat(501) } },
    { envelope: { config_version: null } },
    { envelope: { config_version: true } },
    { envelope: { config_version: {} } },
  ])('serves the gallery when the envelope has $envelope', async ({ envelope }) => {
    await using fleet = await startFleet(kind)
    const answer = { schema_version: 2, tenant: 'alice', app_type: 'publisher_v2', config_version: 'v1' }
    const body = { ...answer, ...envelope, config: markedConfig(true) }
    fleet.orchestrator.script = () => ({ status: 200, body })
    const response = await fleet.get('alice', features)
    expect([response.status, await response.json()]).toMatchObject([200, { delete_enabled: true }])
  })

  it('treats the orchestrator as unreachable after three timeouts', async () => {
    await using fleet = await startFleet(kind, { ORCHESTRATOR_TIMEOUT_MS: '1000' })
    const released = Promise.withResolvers<undefined>()
    fleet.orchestrator.script = () => released.promise
    expect((await fleet.get('alice', features)).status).toBe(503)
    released.resolve(undefined)
    expect(fleet.orchestrator.calls).toHaveLength(3)
  })

  it('succeeds on the second attempt when the first fails with 500, 503 or 429', async () => {
    await using fleet = await startFleet(kind)
    for (const [index, status] of [500, 503, 429].entries()) {
      const tenant = `tenant-${index}`
      fleet.orchestrator.tenants.set(`${tenant}.${baseDomain}`, { config: markedConfig(true) })
      let failed = false
      fleet.orchestrator.script = () => {
        if (failed) return undefined
        failed = true
        return { status }
      }
      expect((await fleet.get(tenant, features)).status).toBe(200)
      expect(fleet.orchestrator.runtimeCalls(`${tenant}.${baseDomain}`)).toHaveLength(2)
    }
  })

  it('does not retry when Retry-After exceeds the cap, and passes it on to the client', async () => {
    await using fleet = await startFleet(kind)
    fleet.orchestrator.script = () => ({ status: 429, headers: { 'retry-after': '120' } })
    const response = await fleet.get('alice', features)
    expect(response.status).toBe(503)
    expect(response.headers.get('retry-after')).toBe('120')
    expect(fleet.orchestrator.calls).toHaveLength(1)
  })

  it('tries the next token after a refusal and remembers the accepted token', async () => {
    await using fleet = await startFleet(kind, { ORCHESTRATOR_SERVICE_TOKEN: 'old-token,new-token' })
    fleet.orchestrator.tokens = new Set(['new-token'])
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true) })
    fleet.orchestrator.tenants.set(`bob.${baseDomain}`, { config: markedConfig(true) })
    expect((await fleet.get('alice', features)).status).toBe(200)
    expect((await fleet.get('bob', features)).status).toBe(200)
    expect(fleet.orchestrator.calls.map(({ token }) => token)).toEqual([
      'old-token',
      'new-token',
      'new-token',
    ])
  })

  it('answers 503 as an operator’s error when no token is accepted', async () => {
    await using fleet = await startFleet(kind)
    fleet.orchestrator.tokens = new Set()
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true) })
    expect((await fleet.get('alice', features)).status).toBe(503)
    expect(fleet.orchestrator.calls).toHaveLength(1)
    const refused = fleet.host.lines.map((line) => JSON.parse(line)).find(({ msg }) => msg === 'refused')
    expect(refused).toMatchObject({ tenant: 'alice', code: 'config_unavailable' })
  })

  it('switches to GET permanently when POST is not allowed', async () => {
    await using fleet = await startFleet(kind)
    fleet.orchestrator.script = ({ method }) => (method === 'POST' ? { status: 405 } : undefined)
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true) })
    fleet.orchestrator.tenants.set(`bob.${baseDomain}`, { config: markedConfig(true) })
    expect((await fleet.get('alice', features)).status).toBe(200)
    expect((await fleet.get('bob', features)).status).toBe(200)
    expect(fleet.orchestrator.calls.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET'])
  })

  it.each([
    ['404', { status: 404 }],
    ['409', { status: 409 }],
    [
      'another app type',
      { status: 200, body: { schema_version: 2, tenant: 'alice', app_type: 'other', config: {} } },
    ],
  ])('answers 404 after one lookup when the orchestrator’s answer is %s', async (_title, answer) => {
    await using fleet = await startFleet(kind)
    fleet.orchestrator.script = () => answer
    expect((await fleet.get('alice', features)).status).toBe(404)
    expect((await fleet.get('alice', '/')).status).toBe(404)
    expect(fleet.orchestrator.calls).toHaveLength(1)
  })

  it('keeps the configuration for the default time when the TTL is 0 or absent', async () => {
    await using fleet = await startFleet(kind)
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true), ttl_seconds: 0 })
    for (let request = 0; request < 5; request++)
      expect((await fleet.get('alice', features)).status).toBe(200)
    expect(fleet.orchestrator.calls).toHaveLength(1)
  })

  it('expires the configuration after its TTL during an orchestrator outage', async () => {
    await using fleet = await startFleet(kind)
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true), ttl_seconds: 5 })
    expect((await fleet.get('alice', features)).status).toBe(200)
    fleet.orchestrator.script = () => 'reset'
    await vi.waitFor(async () => expect((await fleet.get('alice', features)).status).toBe(503), {
      ...patience,
      interval: 500,
    })
  })

  it('reloads an invalidated configuration at once, for either service token and on any host', async () => {
    await using fleet = await startFleet(kind, { ORCHESTRATOR_SERVICE_TOKEN: 'service-token,second-token' })
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(false) })
    expect(await (await fleet.get('alice', features)).json()).toMatchObject({ delete_enabled: false })
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true), config_version: 'v2' })
    const invalidate = (token: string, host: unknown = 'Alice.shibari.test:443') =>
      fleet.host.request('whatever.example', '/internal/invalidate', {
        method: 'POST',
        headers: { ...https, authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ host }),
      })
    expect((await invalidate('wrong-token')).status).toBe(403)
    expect(await (await fleet.get('alice', features)).json()).toMatchObject({ delete_enabled: false })
    expect((await invalidate('second-token')).status).toBe(204)
    expect(await (await fleet.get('alice', features)).json()).toMatchObject({ delete_enabled: true })
    expect((await invalidate('service-token', 'alice.elsewhere.example')).status).toBe(400)
    expect((await invalidate('service-token', 17)).status).toBe(400)
  })
})

describe('the runtime configuration with a controlled clock', () => {
  const minutes = (count: number) => count * 60_000

  async function underClock() {
    const clock = { time: Date.now() }
    const fleet = await startFleet(nodeHost, {}, () => clock.time)
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(false) })
    return { fleet, clock }
  }

  it('revalidates in the background after a tenth of the TTL, sending its version', async () => {
    const { fleet, clock } = await underClock()
    await using _ = fleet
    await fleet.get('alice', features)
    clock.time += minutes(1) - 1
    await fleet.get('alice', features)
    expect(fleet.orchestrator.calls).toHaveLength(1)
    clock.time += 1
    expect((await fleet.get('alice', features)).status).toBe(200)
    await vi.waitFor(() => expect(fleet.orchestrator.calls).toHaveLength(2), patience)
    expect(fleet.orchestrator.calls[1]?.ifNoneMatch).toBe('"v1"')
  })

  it('replaces the configuration when revalidation finds a new version', async () => {
    const { fleet, clock } = await underClock()
    await using _ = fleet
    await fleet.get('alice', features)
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true), config_version: 'v2' })
    clock.time += minutes(1)
    await vi.waitFor(async () => {
      expect(await (await fleet.get('alice', features)).json()).toMatchObject({ delete_enabled: true })
    }, patience)
    expect(fleet.orchestrator.calls).toHaveLength(2)
  })

  it('restarts the TTL when revalidation answers 304', async () => {
    const { fleet, clock } = await underClock()
    await using _ = fleet
    await fleet.get('alice', features)
    clock.time += minutes(9)
    await fleet.get('alice', features)
    await vi.waitFor(() => expect(fleet.orchestrator.calls).toHaveLength(2), patience)
    fleet.orchestrator.script = () => 'reset'
    clock.time += minutes(9)
    // The revalidation may still be in flight.
    await vi.waitFor(async () => expect((await fleet.get('alice', features)).status).toBe(200), patience)
  })

  it('survives a malformed revalidation answer and still expires after its TTL', async () => {
    const { fleet, clock } = await underClock()
    await using _ = fleet
    await fleet.get('alice', features)
    fleet.orchestrator.script = () => ({ status: 200, body: 'maintenance' })
    clock.time += minutes(5)
    expect((await fleet.get('alice', features)).status).toBe(200)
    await vi.waitFor(() => expect(fleet.orchestrator.calls).toHaveLength(2), patience)
    clock.time += minutes(4)
    expect((await fleet.get('alice', features)).status).toBe(200)
    clock.time += minutes(1)
    expect((await fleet.get('alice', features)).status).toBe(503)
  })

  it('drops the configuration when revalidation finds the tenant gone', async () => {
    const { fleet, clock } = await underClock()
    await using _ = fleet
    await fleet.get('alice', features)
    fleet.orchestrator.tenants.delete(alice)
    clock.time += minutes(1)
    await vi.waitFor(async () => expect((await fleet.get('alice', features)).status).toBe(404), patience)
  })

  it('serves a new tenant half a minute after its creation', async () => {
    const { fleet, clock } = await underClock()
    await using _ = fleet
    expect((await fleet.get('bob', features)).status).toBe(404)
    fleet.orchestrator.tenants.set(`bob.${baseDomain}`, { config: markedConfig(true) })
    clock.time += 29_999
    expect((await fleet.get('bob', features)).status).toBe(404)
    clock.time += 1
    expect((await fleet.get('bob', features)).status).toBe(200)
  })
})
