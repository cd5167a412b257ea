import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { startOrchestrator, type TestOrchestrator } from '../support/fakes/orchestrator.ts'
import { adminEmail, adminPost, cookieOf, signInVariables } from '../support/fixtures/admin.ts'
import {
  baseDomain,
  https,
  markedConfig,
  serviceToken,
  sessionSecret,
  startFleet,
} from '../support/fixtures/fleet.ts'
import { nodeHost, patience, type RunningHost } from '../support/fixtures/hosts.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { commandsOf, everythingIn, inRedis } from '../support/fixtures/redis-client.ts'
import { type RedisServer, startRedisServer } from '../support/fixtures/redis-server.ts'
import { startStudio } from '../support/fixtures/studio.ts'

interface Dynos extends AsyncDisposable {
  orchestrator: TestOrchestrator
  first: RunningHost
  second: RunningHost
}

/** Starts two hosts that share an orchestrator and a Redis. */
async function startDynos(
  { url }: RedisServer,
  variables: Record<string, string> = {},
  now?: () => number,
): Promise<Dynos> {
  const orchestrator = await startOrchestrator()
  const start = () =>
    nodeHost.start(
      {
        ORCHESTRATOR_BASE_URL: orchestrator.url,
        ORCHESTRATOR_SERVICE_TOKEN: serviceToken,
        ORCHESTRATOR_BASE_DOMAIN: baseDomain,
        WEB_SESSION_SECRET: sessionSecret,
        REDIS_URL: url,
        // The long timeouts keep a busy machine from counting as a Redis or orchestrator outage.
        REDIS_TIMEOUT_MS: '5000',
        ORCHESTRATOR_TIMEOUT_MS: '10000',
        ...signInVariables,
        ...variables,
      },
      now,
    )
  const [first, second] = await Promise.all([start(), start()])
  return {
    orchestrator,
    first,
    second,
    async [Symbol.asyncDispose]() {
      await Promise.all([first.close(), second.close()])
      await orchestrator.close()
    },
  }
}

const alice = `alice.${baseDomain}`

/** Sets a tenant's configuration, with a version of its own for each mark. */
function configure({ orchestrator }: Dynos, mark: boolean, host = alice): void {
  orchestrator.tenants.set(host, { config: markedConfig(mark), config_version: `v-${mark}` })
}

async function markOn(dyno: RunningHost, host = alice): Promise<unknown> {
  const response = await dyno.request(host, '/api/config/features', { headers: https })
  if (response.status !== 200) return response.status
  const { delete_enabled } = await response.json()
  return delete_enabled
}

const invalidation = {
  method: 'POST',
  headers: { ...https, authorization: `Bearer ${serviceToken}`, 'content-type': 'application/json' },
  body: JSON.stringify({ host: alice }),
}

function invalidate(dyno: RunningHost): Promise<Response> {
  return dyno.request(alice, '/internal/invalidate', invalidation)
}

const count = ({ lines }: RunningHost, msg: string) =>
  lines.filter((line) => line.includes(`"msg":"${msg}"`)).length

/** Waits until each dyno has logged this Redis event. */
async function until(dynos: Dynos, msg: string, times = 1): Promise<void> {
  await vi.waitFor(
    () => {
      for (const dyno of [dynos.first, dynos.second]) expect(count(dyno, msg)).toBe(times)
    },
    { timeout: 25_000 },
  )
}

describe('two dynos with one Redis', () => {
  let server: RedisServer
  beforeAll(async () => {
    server = await startRedisServer()
  })
  afterAll(() => server[Symbol.asyncDispose]())
  beforeEach(() => inRedis(server, (client) => client.flushAll()))

  it('shares one orchestrator lookup between both dynos', async () => {
    await using dynos = await startDynos(server)
    await until(dynos, 'redis up')
    configure(dynos, true)
    expect(await markOn(dynos.first)).toBe(true)
    // The answer does not wait for the write to Redis.
    await vi.waitFor(async () => expect(await everythingIn(server)).toContain(`config:${alice}`), patience)
    expect(await markOn(dynos.second)).toBe(true)
    expect(dynos.orchestrator.runtimeCalls(alice)).toHaveLength(1)
    await invalidate(dynos.first)
  })

  it('drops a host’s configuration on both dynos after one dyno invalidates it', async () => {
    await using dynos = await startDynos(server)
    await until(dynos, 'redis up')
    configure(dynos, true)
    expect([await markOn(dynos.first), await markOn(dynos.second)]).toEqual([true, true])
    configure(dynos, false)
    // Both still trust their caches. Without the invalidation, neither would learn of the change for a minute.
    expect([await markOn(dynos.first), await markOn(dynos.second)]).toEqual([true, true])
    expect((await invalidate(dynos.first)).status).toBe(204)
    expect(await markOn(dynos.first)).toBe(false)
    await vi.waitFor(async () => expect(await markOn(dynos.second)).toBe(false), patience)
  })

  it('serves a new tenant on both dynos after one dyno invalidates its host', async () => {
    await using dynos = await startDynos(server)
    await until(dynos, 'redis up')
    expect([await markOn(dynos.first), await markOn(dynos.second)]).toEqual([404, 404])
    configure(dynos, true)
    await invalidate(dynos.second)
    await vi.waitFor(async () => expect(await markOn(dynos.first)).toBe(true), patience)
  })

  it('counts a rate limit across both dynos', async () => {
    await using dynos = await startDynos(server)
    await until(dynos, 'redis up')
    const headers = { ...https, 'sec-fetch-site': 'same-origin', cookie: await cookieOf() }
    const config = { ...markedConfig(true), auth: { allowed_emails: [`admin@${baseDomain}`] } }
    dynos.orchestrator.tenants.set(`counted.${baseDomain}`, { config })
    const change = (dyno: RunningHost) =>
      dyno.request(`counted.${baseDomain}`, '/api/images/nothing.jpg/publish', {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: '{}',
      })
    let refused = 0
    // Alone, each dyno would allow 300 per minute. The bucket refills by five per second.
    for (let turn = 0; turn < 290 && refused < 20; turn += 10) {
      const asked = Array.from({ length: 10 }, () => [change(dynos.first), change(dynos.second)]).flat()
      refused += (await Promise.all(asked)).filter(({ status }) => status === 429).length
    }
    expect(refused).toBeGreaterThanOrEqual(20)
  }, 60_000)

  it('refuses a copied cookie on both dynos within 30 seconds after one dyno ended its session', async () => {
    const cookie = await cookieOf()
    const clock = { time: Date.now() }
    await using dynos = await startDynos(server, {}, () => clock.time)
    await until(dynos, 'redis up')
    const config = { ...markedConfig(true), auth: { allowed_emails: [adminEmail] } }
    dynos.orchestrator.tenants.set(`leaving.${baseDomain}`, { config })
    const ask = (dyno: RunningHost, path: string, method = 'GET') =>
      dyno.request(`leaving.${baseDomain}`, path, {
        method,
        headers: { ...https, cookie, 'sec-fetch-site': 'same-origin' },
      })
    const isAdmin = async (dyno: RunningHost) => {
      const { admin }: { admin: boolean } = await (await ask(dyno, '/api/admin/status')).json()
      return admin
    }
    expect([await isAdmin(dynos.first), await isAdmin(dynos.second)]).toEqual([true, true])
    expect((await ask(dynos.first, '/auth/logout', 'POST')).status).toBe(303)
    expect(await isAdmin(dynos.first)).toBe(false)
    clock.time += 30_000
    expect(await isAdmin(dynos.second)).toBe(false)
  })

  it('ends all sessions of a person on both dynos when an operator calls one dyno', async () => {
    // Before the dynos' clock starts, so that the session is not younger than its end.
    const cookies = [await cookieOf(), await cookieOf(adminEmail, 86_400)]
    const clock = { time: Date.now() }
    await using dynos = await startDynos(server, {}, () => clock.time)
    await until(dynos, 'redis up')
    const config = { ...markedConfig(true), auth: { allowed_emails: [adminEmail] } }
    dynos.orchestrator.tenants.set(`ended.${baseDomain}`, { config })
    const areAdmins = (dyno: RunningHost) =>
      Promise.all(
        cookies.map(async (cookie) => {
          const headers = { ...https, cookie }
          const response = await dyno.request(`ended.${baseDomain}`, '/api/admin/status', { headers })
          const { admin }: { admin: boolean } = await response.json()
          return admin
        }),
      )
    expect(await areAdmins(dynos.second)).toEqual([true, true])
    clock.time += 1000
    const told = await dynos.first.request(alice, '/internal/sessions/end', {
      ...invalidation,
      body: JSON.stringify({ email: adminEmail }),
    })
    expect(told.status).toBe(204)
    clock.time += 30_000
    expect(await areAdmins(dynos.second)).toEqual([false, false])
    const held = await everythingIn(server)
    expect(held).toContain(`publisher:${baseDomain}:ended:`)
    expect(held).not.toContain(adminEmail)
  })

  it('stores no secret in Redis, only host names and sealed values', async () => {
    await using watched = await commandsOf(server)
    await using studio = await startStudio(nodeHost, { REDIS_URL: server.url, REDIS_TIMEOUT_MS: '5000' })
    await vi.waitFor(() => expect(count(studio.fleet.host, 'redis up')).toBe(1), { timeout: 25_000 })
    const photo = parsePhotoName('dusk.jpg')
    const store = studio.tenant('secretive')
    await upload(store, photo, await picture(3, 300, 200))
    expect((await studio.fleet.get('secretive', `/api/images/${photo}`)).status).toBe(200)
    const published = await adminPost(studio.fleet, 'secretive', `/api/images/${photo}/publish`)
    expect(await published.json()).toMatchObject({ any_success: true })
    await studio.fleet.host.request('secretive.shibari.test', '/auth/login', { headers: https })
    // The answers do not wait for their writes to Redis.
    const isKept = async () => {
      const held = await everythingIn(server)
      expect(held).toContain(`publisher:${baseDomain}:config:secretive.${baseDomain}`)
      expect(held).toContain(`publisher:${baseDomain}:sha256:secretive:`)
      return held
    }
    const held = await vi.waitFor(isKept, patience)
    await studio.fleet.host.request(alice, '/internal/invalidate', invalidation)
    // The recorded commands also contain expired values and published messages.
    const sent = watched.commands.join('\n')
    expect(sent).toContain(`publisher:${baseDomain}:rate:mutation:secretive`)
    expect(sent).toContain(`publisher:${baseDomain}:invalidations`)
    for (const key of held.split('\n'))
      expect(key).toMatch(/^publisher:shibari\.test:(config|sha256|rate|used|ended):/)
    const secrets = [...studio.fleet.orchestrator.credentials.values()].flatMap(secretsOf)
    expect(secrets.length).toBeGreaterThan(3)
    for (const secret of [
      ...secrets,
      serviceToken,
      sessionSecret,
      await cookieOf(),
      'client-secret',
      'app-secret',
    ]) {
      expect(held + sent).not.toContain(secret)
    }
    expect(held + sent).not.toContain('canary')
    // Configurations and digests are sealed, and no key contains a person's address.
    for (const readable of ['paths', 'credentials_ref', adminEmail, adminEmail.split('@')[0] ?? '']) {
      expect(held + sent).not.toContain(readable)
    }
    expect(studio.fleet.host.lines.join('\n')).not.toContain('canary-redis-password')
  }, 60_000)
})

/** Secret fields of a credential. */
function secretsOf({
  provider,
  version,
  endpoint_url,
  bucket,
  region,
  ...secrets
}: Record<string, unknown>): string[] {
  return Object.values(secrets).filter((value) => typeof value === 'string')
}

describe('two dynos during a Redis outage', () => {
  it('refuses a session that the other dyno ended during the outage as soon as Redis is back', async () => {
    // Before the dynos' clock starts, so that the session is not younger than its end.
    const cookie = await cookieOf()
    await using server = await startRedisServer()
    const clock = { time: Date.now() }
    await using dynos = await startDynos(server, {}, () => clock.time)
    await until(dynos, 'redis up')
    const config = { ...markedConfig(true), auth: { allowed_emails: [adminEmail] } }
    dynos.orchestrator.tenants.set(alice, { config })
    const isAdmin = async (dyno: RunningHost) => {
      const response = await dyno.request(alice, '/api/admin/status', { headers: { ...https, cookie } })
      const { admin }: { admin: boolean } = await response.json()
      return admin
    }
    expect([await isAdmin(dynos.first), await isAdmin(dynos.second)]).toEqual([true, true])
    await server.kill()
    await until(dynos, 'redis down')
    const told = await dynos.first.request(alice, '/internal/sessions/end', {
      ...invalidation,
      body: JSON.stringify({ email: adminEmail }),
    })
    expect(told.status).toBe(202)
    expect([await isAdmin(dynos.first), await isAdmin(dynos.second)]).toEqual([false, true])
    await server.restart()
    await until(dynos, 'redis up', 2)
    await vi.waitFor(async () => {
      clock.time += 30_000
      expect(await isAdmin(dynos.second)).toBe(false)
    }, patience)
  }, 90_000)

  it('serves during the outage and shares again afterwards', async () => {
    await using server = await startRedisServer()
    await using dynos = await startDynos(server)
    await until(dynos, 'redis up')
    configure(dynos, true)
    configure(dynos, true, `bob.${baseDomain}`)
    expect([await markOn(dynos.first), await markOn(dynos.second)]).toEqual([true, true])
    await server.kill()
    await until(dynos, 'redis down')
    for (const dyno of [dynos.first, dynos.second]) {
      expect(await markOn(dyno)).toBe(true)
      expect(await markOn(dyno, `bob.${baseDomain}`)).toBe(true)
      const ready = await dyno.request(alice, '/health/ready')
      expect(ready.status).toBe(200)
    }
    await server.restart()
    await until(dynos, 'redis up', 2)
    configure(dynos, false)
    expect((await invalidate(dynos.second)).status).toBe(204)
    await vi.waitFor(async () => expect(await markOn(dynos.first)).toBe(false), patience)
    for (const dyno of [dynos.first, dynos.second]) expect(count(dyno, 'redis down')).toBe(1)
  }, 90_000)

  it('revalidates everything whose invalidation may have been missed', async () => {
    await using server = await startRedisServer()
    await using dynos = await startDynos(server)
    await until(dynos, 'redis up')
    configure(dynos, true)
    expect([await markOn(dynos.first), await markOn(dynos.second)]).toEqual([true, true])
    await server.kill()
    await until(dynos, 'redis down')
    configure(dynos, false)
    // 202: the other dyno cannot be told yet.
    expect((await invalidate(dynos.first)).status).toBe(202)
    expect(await markOn(dynos.first)).toBe(false)
    await server.restart()
    await until(dynos, 'redis up', 2)
    expect(await markOn(dynos.second)).toBe(false)
  }, 90_000)

  it('serves cached configurations until they expire when the orchestrator is also down', async () => {
    await using server = await startRedisServer()
    await using dynos = await startDynos(server)
    await until(dynos, 'redis up')
    configure(dynos, true)
    expect(await markOn(dynos.first)).toBe(true)
    dynos.orchestrator.script = () => 'reset'
    await server.restart()
    await until(dynos, 'redis up', 2)
    expect(await markOn(dynos.first)).toBe(true)
    expect(await markOn(dynos.second)).toBe(503)
  }, 90_000)

  it('revalidates used configurations every 15 seconds while invalidations cannot arrive', async () => {
    const clock = { time: Date.now() }
    await using fleet = await startFleet(nodeHost, { REDIS_URL: 'redis://127.0.0.1:9' }, () => clock.time)
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(true) })
    expect(await markOn(fleet.host)).toBe(true)
    fleet.orchestrator.tenants.set(alice, { config: markedConfig(false), config_version: 'v2' })
    clock.time += 14_999
    expect(await markOn(fleet.host)).toBe(true)
    expect(fleet.orchestrator.calls).toHaveLength(1)
    clock.time += 1
    await markOn(fleet.host)
    await vi.waitFor(async () => expect(await markOn(fleet.host)).toBe(false), patience)
  })

  it('starts without Redis', async () => {
    await using server = await startRedisServer()
    await server.kill()
    await using dynos = await startDynos(server)
    configure(dynos, true)
    expect([await markOn(dynos.first), await markOn(dynos.second)]).toEqual([true, true])
    await server.restart()
    await until(dynos, 'redis up')
    expect(
      await inRedis(server, (client) => client.pubSubNumSub('publisher:shibari.test:invalidations')),
    ).toEqual({
      'publisher:shibari.test:invalidations': 2,
    })
  }, 90_000)

  it('answers after the command timeout when Redis hangs', async () => {
    await using server = await startRedisServer()
    await using dynos = await startDynos(server, { REDIS_TIMEOUT_MS: '50' })
    await until(dynos, 'redis up')
    server.hang()
    configure(dynos, true)
    expect([await markOn(dynos.first), await markOn(dynos.second)]).toEqual([true, true])
    server.goOn()
  }, 90_000)
})
