/** Attacks by a writer of the shared store (Redis or KV) who wants admin rights. */
import { describe, expect, it, vi } from 'vitest'
import type { StoredValues } from '../../dev/worker-host.ts'
import { cookieOf, signInVariables } from '../support/fixtures/admin.ts'
import { baseDomain, type Fleet, https, startFleet } from '../support/fixtures/fleet.ts'
import { nodeHost, patience, workerHost } from '../support/fixtures/hosts.ts'
import { inRedis, prefix } from '../support/fixtures/redis-client.ts'
import { startRedisServer } from '../support/fixtures/redis-server.ts'

interface Scene extends AsyncDisposable {
  fleet: Fleet
  store: StoredValues
}

interface Kind {
  name: string
  start(now?: () => number): Promise<Scene>
}

const nodeWithRedis: Kind = {
  name: 'Node with Redis',
  async start(now) {
    const server = await startRedisServer()
    const variables = { ...signInVariables, REDIS_URL: server.url, REDIS_TIMEOUT_MS: '5000' }
    const fleet = await startFleet(nodeHost, variables, now)
    await vi.waitFor(() => expect(fleet.host.lines.join('\n')).toContain('redis up'), { timeout: 25_000 })
    return {
      fleet,
      store: {
        get: (key) => inRedis(server, (client) => client.get(prefix + key)),
        put: (key, value) => inRedis(server, async (client) => void (await client.set(prefix + key, value))),
      },
      async [Symbol.asyncDispose]() {
        await fleet[Symbol.asyncDispose]()
        await server[Symbol.asyncDispose]()
      },
    }
  },
}

const workerWithKv: Kind = {
  name: 'a Worker with KV',
  async start() {
    const fleet = await startFleet(workerHost, signInVariables)
    const store = await fleet.host.kv?.()
    if (!store) throw new TypeError('no KV')
    // The adapter stores the expiry time beside the value.
    const wrapped = {
      async get(key: string) {
        const text = await store.get(key)
        const entry: { value?: string } = JSON.parse(text ?? '{}')
        return entry.value ?? null
      },
      put: (key: string, value: string) =>
        store.put(key, JSON.stringify({ value, expiresAt: Date.now() + 600_000 })),
    }
    return { fleet, store: wrapped, [Symbol.asyncDispose]: () => fleet[Symbol.asyncDispose]() }
  },
}

const attacker = `attacker@${baseDomain}`
const keyOf = (tenant: string) => `config:${tenant}.${baseDomain}`

function configure({ fleet }: Scene, tenant: string, admins: string[]): void {
  fleet.orchestrator.tenants.set(`${tenant}.${baseDomain}`, {
    config: {
      storage: { provider: 's3', credentials_ref: 'storage', paths: { root: `photos-of-${tenant}` } },
      auth: { allowed_emails: admins },
    },
  })
}

async function isAdmin({ fleet }: Scene, tenant: string): Promise<unknown> {
  const headers = { ...https, cookie: await cookieOf(attacker) }
  const response = await fleet.host.request(`${tenant}.${baseDomain}`, '/api/admin/status', { headers })
  expect(response.status).toBe(200)
  const { admin } = await response.json()
  return admin
}

/** Returns a tenant's sealed configuration once the host has shared it. */
function sharedValue({ store }: Scene, tenant: string): Promise<string> {
  return vi.waitFor(async () => {
    const value = await store.get(keyOf(tenant))
    expect(value).not.toBeNull()
    return value ?? ''
  }, patience)
}

const forged = JSON.stringify({
  fetchedAt: Date.now(),
  body: {
    schema_version: 2,
    tenant: 'alice',
    app_type: 'publisher_v2',
    config_version: 'forged',
    ttl_seconds: 3600,
    config: {
      storage: { provider: 's3', credentials_ref: 'storage', paths: { root: 'photos' } },
      auth: { allowed_emails: [attacker] },
    },
  },
})

describe.each([nodeWithRedis, workerWithKv])(
  'an attacker who can write to the shared store of $name',
  (kind) => {
    it.each([
      ['an unencrypted configuration', forged],
      ['an empty value', ''],
      ['junk', 'junk'],
      ['control characters', '\u0000\ufffd{}[]'],
      ['a token of another kind', 'eyJhbGciOiJub25lIn0.e30.'],
      ['three megabytes', 'A.'.repeat(1_500_000)],
    ])('grants no admin rights when an attacker stores %s', async (_title, value) => {
      await using scene = await kind.start()
      configure(scene, 'alice', [`alice@${baseDomain}`])
      await scene.store.put(keyOf('alice'), value)
      expect(await isAdmin(scene, 'alice')).toBe(false)
      expect(scene.fleet.orchestrator.runtimeCalls(`alice.${baseDomain}`)).toHaveLength(1)
    })

    it('grants no admin rights when a tenant’s configuration is replaced by another tenant’s', async () => {
      await using scene = await kind.start()
      configure(scene, 'mallory', [attacker])
      configure(scene, 'alice', [`alice@${baseDomain}`])
      expect(await isAdmin(scene, 'mallory')).toBe(true)
      const sealed = await sharedValue(scene, 'mallory')
      for (const readable of [attacker, 'mallory', 'photos', 'storage'])
        expect(sealed).not.toContain(readable)
      await scene.store.put(keyOf('alice'), sealed)
      expect(await isAdmin(scene, 'alice')).toBe(false)
    })
  },
)

it('asks the orchestrator again when an expired configuration is replayed', async () => {
  const clock = { time: Date.now() }
  await using scene = await nodeWithRedis.start(() => clock.time)
  configure(scene, 'alice', [attacker])
  expect(await isAdmin(scene, 'alice')).toBe(true)
  const old = await sharedValue(scene, 'alice')
  configure(scene, 'alice', [`alice@${baseDomain}`])
  expect((await scene.fleet.invalidate('alice')).status).toBe(204)
  clock.time += 600_001
  await scene.store.put(keyOf('alice'), old)
  expect(await isAdmin(scene, 'alice')).toBe(false)
})
