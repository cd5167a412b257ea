/** Incidents in the fleet itself: hosts are killed or shut down, and configurations change. */
import { baseDomain, serviceToken } from '../test/support/fixtures/fleet.ts'
import { sendTo } from '../test/support/fixtures/http-client.ts'
import type { HostProcess } from './processes.ts'
import { ask, type Fleet } from './traffic.ts'
import { pauseQuietly, pick } from './troubles.ts'

export interface Incidents {
  kills: number
  restarts: number
  versions: number
  redisHangs: number
  redisDeaths: number
}

const betweenVersionsMs = 1200
const betweenRedisMs = 6000
/** Delay of an invalidation after a change, as in the orchestrator. */
const noticedMs = 1500
const withoutRedisMs = 2500

/** Restarts the hosts in turn, by SIGKILL or SIGTERM, each on its previous port. */
export async function restartHosts(
  fleet: Fleet,
  start: (index: number, port: number) => Promise<HostProcess>,
  incidents: Incidents,
  { everyMs, signal }: { everyMs: number; signal: AbortSignal },
): Promise<void> {
  for (let turn = 0; ; turn++) {
    await pauseQuietly(everyMs, signal)
    if (signal.aborted) return
    const index = turn % fleet.hosts.length
    const host = fleet.hosts[index]
    if (!host) continue
    if (turn % 4 < 2) {
      incidents.kills++
      await host.kill()
    } else {
      incidents.restarts++
      const code = await host.end()
      fleet.judge.expect('hosts', code === 0, () => `host ${index} exited with ${code} after SIGTERM`)
    }
    fleet.hosts[index] = await start(index, host.port)
  }
}

/** Changes a tenant's configuration, invalidates it, and checks that no host serves the old version. */
export async function changeVersions(
  fleet: Fleet,
  random: () => number,
  incidents: Incidents,
  signal: AbortSignal,
): Promise<void> {
  for (let version = 2; ; version++) {
    await pauseQuietly(betweenVersionsMs, signal)
    const tenant = pick(fleet.world.tenants, random)
    if (signal.aborted || !tenant) return
    const host = `${tenant.name}.${baseDomain}`
    const answer = fleet.world.orchestrator.tenants.get(host)
    if (!answer) continue
    const startedAt = Date.now()
    const value = version % 2 === 0
    const features = { ...Object(answer.config.features), smart_hashtags_enabled: value }
    answer.config = { ...answer.config, features }
    await fleet.world.stored.publish(host, answer)
    // The orchestrator's process notices the change within a second, and invalidates after 1.5 s.
    await pauseQuietly(noticedMs, signal)
    if (signal.aborted) return
    fleet.forgottenAt.set(tenant.name, Number.POSITIVE_INFINITY)
    for (const { warm, atStorage } of fleet.hosts) {
      warm.delete(tenant.name)
      atStorage.delete(tenant.name)
    }
    const told = await Promise.all(fleet.hosts.map(({ port }) => invalidate(port, host)))
    // 202: the hosts receive the invalidation again once Redis is back, and then drop the configuration a
    // second time.
    if (!told.includes(202)) fleet.forgottenAt.set(tenant.name, Date.now())
    if (!told.every((status) => status === 204 || status === 202)) continue
    incidents.versions++
    for (let look = 0; look < fleet.hosts.length; look++) {
      const { status, body } = await ask(fleet, { tenant, path: '/api/config/features' })
      // Skips hosts that could not ask the orchestrator and answered with an error.
      if (status !== 200 || fleet.troubles.between('orchestrator', startedAt, Date.now())) continue
      fleet.judge.expect('versions', body.smart_hashtags_enabled === value, () => `${host} after v${version}`)
    }
  }
}

/** Makes the shared store hang for a while, or restarts it empty. */
export async function shakeRedis(
  { redis }: Fleet['world'],
  incidents: Incidents,
  signal: AbortSignal,
): Promise<void> {
  for (let turn = 0; ; turn++) {
    await pauseQuietly(betweenRedisMs, signal)
    if (signal.aborted) return
    if (turn % 2 === 0) {
      incidents.redisHangs++
      redis.hang()
      await pauseQuietly(withoutRedisMs, signal)
      redis.goOn()
    } else {
      incidents.redisDeaths++
      await redis.kill()
      await pauseQuietly(withoutRedisMs, signal)
      await redis.restart()
    }
  }
}

async function invalidate(port: number, host: string): Promise<number> {
  const response = await sendTo(port, host, '/internal/invalidate', {
    method: 'POST',
    headers: {
      'x-forwarded-proto': 'https',
      authorization: `Bearer ${serviceToken}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ host }),
  }).catch(() => null)
  return response?.status ?? 0
}
