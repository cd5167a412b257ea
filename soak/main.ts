/**
 * `npm run soak`: runs a fleet under load and injected faults for a fixed time and checks it against rules.
 * `--seconds 300 --tenants 300 --clients 24 --storage-ms 150 --seed 1`; `--report` writes docs/reliability.md. Exits with 1 if
 * a rule was broken or never checked.
 */
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import type { LoopbackServer } from '../dev/loopback-server.ts'
import { pause } from '../src/base/time.ts'
import { endWithHelp } from '../src/node/usage.ts'
import { floodNowAndThen, measureBystander } from './bystander.ts'
import { client, insist } from './clients.ts'
import type { FloodAnswers } from './floods.ts'
import { changeVersions, type Incidents, restartHosts, shakeRedis } from './incidents.ts'
import { finish, inspect } from './inspection.ts'
import type { Outcome } from './outcome.ts'
import { type TrackedPhoto, trackedPhoto } from './photographer.ts'
import { createInbox } from './posts.ts'
import { type HostProcess, startHostProcess } from './processes.ts'
import { startBalancer } from './proxy.ts'
import { report } from './report.ts'
import { createJudge } from './rules.ts'
import { firstPhotos } from './tenants.ts'
import type { Fleet } from './traffic.ts'
import { createTroubles, type Troubles } from './troubles.ts'
import { countVisits } from './visits.ts'
import { judgeLine, watch } from './watch.ts'
import { startWorld } from './world.ts'

endWithHelp(`npm run soak -- [--seconds 300] [--tenants 300] [--clients 24] [--storage-ms 150] [--seed 1] [--report]
    --seconds N   duration of the faults
    --tenants N   tenants of the emulated fleet
    --clients N   concurrent visitors and admins
    --storage-ms  latency of each request to S3 and Dropbox
    --seed N      seed of the random faults
    --report      writes docs/reliability.md`)
const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    tenants: { type: 'string', default: '300' },
    clients: { type: 'string', default: '24' },
    'storage-ms': { type: 'string', default: '150' },
    seed: { type: 'string', default: '1' },
    report: { type: 'boolean', default: false },
  },
})
const [seconds, tenantCount, clients, storageMs, seed] = [
  options.seconds,
  options.tenants,
  options.clients,
  options['storage-ms'],
  options.seed,
].map(Number)

const project = fileURLToPath(new URL('../', import.meta.url))
/** Clock offset of each host: the second is a minute fast. */
const clockOffsetsMs = [0, 60_000]
const longestPauseMs = 3000
const insistentClients = 3

type StartHost = (index: number, port: number) => Promise<HostProcess>

/** Starts the world, a host for each clock, and the balancer in front of the hosts. */
async function startFleet(troubles: Troubles, peaks: Storm['peaks']) {
  const world = await startWorld(tenantCount ?? 300, storageMs ?? 150, troubles)
  const judge = createJudge()
  const hosts: HostProcess[] = []
  const start: StartHost = (index, port) =>
    startHostProcess({
      index,
      port,
      variables: world.variables,
      clockOffsetMs: clockOffsetsMs[index] ?? 0,
      onLine: (line) => judgeLine(line, judge),
      onDelay(ms) {
        peaks.pauseMs = Math.max(peaks.pauseMs, ms)
        judge.expect('delay', ms < longestPauseMs, () => `${ms.toFixed(0)} ms`)
      },
      onDeath: (reason) => judge.expect('hosts', false, () => reason),
    })
  for (const index of clockOffsetsMs.keys()) hosts.push(await start(index, 0))
  const proxy = await startBalancer(() => hosts.map(({ port }) => port))
  const fleet: Fleet = {
    world,
    troubles,
    judge,
    inbox: createInbox(world, judge),
    hosts,
    port: proxy.port,
    forgottenAt: new Map(),
    statuses: new Map(),
  }
  return { fleet, proxy, start }
}

interface Storm {
  fleet: Fleet
  photos: TrackedPhoto[]
  start: StartHost
  random: () => number
  peaks: { megabytes: number; pauseMs: number }
  incidents: Incidents
  floods: FloodAnswers
}

/** Runs clients, floods and incidents against the fleet for the duration of the run. */
async function rage({ fleet, photos, start, random, peaks, incidents, floods }: Storm): Promise<void> {
  const signal = AbortSignal.timeout((seconds ?? 300) * 1000)
  await Promise.all([
    fleet.troubles.run(signal),
    restartHosts(fleet, start, incidents, { everyMs: restartsEveryMs(seconds ?? 300), signal }),
    changeVersions(fleet, random, incidents, signal),
    shakeRedis(fleet.world, incidents, signal),
    floodNowAndThen(fleet, floods, signal),
    watch(fleet, peaks, signal),
    ...Array.from({ length: insistentClients }, () => insist(fleet, photos, random, signal)),
    ...Array.from({ length: clients ?? 24 }, () => client(fleet, photos, random, signal)),
  ])
  // Lets running calls reach their deadlines.
  await pause(5000)
}

/** Inspects every tenant without the distance to its storage, then ends the hosts and the world. */
async function closeFleet(
  fleet: Fleet,
  proxy: LoopbackServer,
  photos: readonly TrackedPhoto[],
): Promise<void> {
  fleet.world.storage.ms = 0
  for (const tenant of fleet.world.tenants) {
    await inspect(
      fleet,
      tenant,
      photos.filter((photo) => photo.tenant === tenant),
    )
  }
  for (const host of fleet.hosts) {
    const code = await host.end()
    fleet.judge.expect('hosts', code === 0, () => `host ${host.index} exited with ${code} after SIGTERM`)
  }
  await proxy.close()
  await fleet.world.close()
}

async function main(): Promise<boolean> {
  execFileSync('npm', ['run', '--silent', 'build:ui'], {
    cwd: project,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const startedAt = Date.now()
  const random = randomFrom(seed ?? 1)
  const troubles = createTroubles(random)
  const peaks = { megabytes: 0, pauseMs: 0 }
  const { fleet, proxy, start } = await startFleet(troubles, peaks)
  const { tenants } = fleet.world
  const photos = tenants.flatMap((tenant) => firstPhotos.map((id) => trackedPhoto(tenant, id)))
  const incidents: Incidents = { kills: 0, restarts: 0, versions: 0, redisHangs: 0, redisDeaths: 0 }
  const floods: FloodAnswers = new Map()
  await rage({ fleet, photos, start, random, peaks, incidents, floods })
  const visits = await countVisits(fleet)
  const bystander = await measureBystander(fleet, floods)
  const unfinished = await finish(fleet, photos)
  const arrived = fleet.inbox.inspect()
  await closeFleet(fleet, proxy, photos)

  const outcome: Outcome = {
    startedAt,
    seconds: seconds ?? 0,
    tenants: tenants.length,
    clients: clients ?? 0,
    storageMs: storageMs ?? 0,
    seed: seed ?? 1,
    statuses: fleet.statuses,
    incidents,
    windows: troubles.windows,
    arrived,
    unfinished,
    peakMegabytes: peaks.megabytes,
    longestPauseMs: peaks.pauseMs,
    bystander,
    visits,
    floods,
    photos: photos.length,
    findings: fleet.judge.findings(),
  }
  const text = report(outcome)
  console.log(text)
  if (options.report) {
    await writeFile(`${project}docs/reliability.md`, text)
  }
  return outcome.findings.every(({ looked, broken }) => looked > 0 && broken === 0)
}

/**
 * Frequent enough that a short run includes kills and shutdowns, but at least 9 s apart so that hosts can
 * fill their caches.
 */
function restartsEveryMs(secondsInAll: number): number {
  return Math.max(9000, (secondsInAll * 1000) / 12)
}

/** Creates a seeded random generator (linear congruential, for reproducible runs only). */
function randomFrom(start: number): () => number {
  let state = start
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

process.exit((await main()) ? 0 : 1)
