/**
 * `npm run soak`: a fleet under load while everything around it fails, held against rules. Bounded: it ends by itself.
 * `--seconds 300 --tenants 300 --clients 24 --seed 1`; with `--report` it writes docs/reliability.md. Exit code 1 when a rule was broken,
 * or never looked at.
 */
import { execFileSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { changeVersions, type Incidents, restartHosts, shakeRedis } from './incidents.ts'
import { finish, inspect } from './inspection.ts'
import type { Outcome } from './outcome.ts'
import { handle, type TrackedPhoto, trackedPhoto, upload } from './photographer.ts'
import { createInbox } from './posts.ts'
import { type HostProcess, peakMemory, startHostProcess } from './processes.ts'
import { startBalancer } from './proxy.ts'
import { report } from './report.ts'
import { createJudge, type Judge } from './rules.ts'
import { firstPhotos, type Tenant } from './tenants.ts'
import { type Asked, ask, type Fleet } from './traffic.ts'
import { createTroubles, pause, pick } from './troubles.ts'
import { startWorld } from './world.ts'

const { values: options } = parseArgs({
  options: {
    seconds: { type: 'string', default: '300' },
    tenants: { type: 'string', default: '300' },
    clients: { type: 'string', default: '24' },
    seed: { type: 'string', default: '1' },
    report: { type: 'boolean', default: false },
  },
})
const [seconds, tenantCount, clients, seed] = [
  options.seconds,
  options.tenants,
  options.clients,
  options.seed,
].map(Number)

const project = fileURLToPath(new URL('../', import.meta.url))
/** One host's clock is off by a minute. */
const clockOffsetsMs = [0, 60_000]
const longestPauseMs = 3000
const memoryLimit = 512
const insistentClients = 3
const looksPerVisit = 6

async function main(): Promise<boolean> {
  execFileSync('npm', ['run', '--silent', 'build:ui'], {
    cwd: project,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const startedAt = Date.now()
  const random = randomFrom(seed ?? 1)
  const troubles = createTroubles(random)
  const world = await startWorld(tenantCount ?? 300, troubles)
  const judge = createJudge()
  const peaks = { megabytes: 0, pauseMs: 0 }
  const hosts: HostProcess[] = []
  const start = (index: number, port: number) =>
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
  const photos = world.tenants.flatMap((tenant) => firstPhotos.map((id) => trackedPhoto(tenant, id)))
  const incidents: Incidents = { kills: 0, restarts: 0, versions: 0, redisHangs: 0, redisDeaths: 0 }

  const storm = AbortSignal.timeout((seconds ?? 300) * 1000)
  await Promise.all([
    troubles.run(storm),
    restartHosts(fleet, start, incidents, { everyMs: restartsEveryMs(seconds ?? 300), signal: storm }),
    changeVersions(fleet, random, incidents, storm),
    shakeRedis(world, incidents, storm),
    watch(fleet, peaks, storm),
    ...Array.from({ length: insistentClients }, () => insist(fleet, photos, random, storm)),
    ...Array.from({ length: clients ?? 24 }, () => client(fleet, photos, random, storm)),
  ])
  // What is still under way ends with its own deadlines.
  await pause(5000, new AbortController().signal)
  const unfinished = await finish(fleet, photos)
  const arrived = fleet.inbox.inspect()
  for (const tenant of world.tenants) {
    await inspect(
      fleet,
      tenant,
      photos.filter((photo) => photo.tenant === tenant),
    )
  }
  for (const host of hosts) {
    const code = await host.end()
    judge.expect('hosts', code === 0, () => `host ${host.index} answered SIGTERM with ${code}`)
  }
  await proxy.close()
  await world.close()

  const outcome: Outcome = {
    startedAt,
    seconds: seconds ?? 0,
    tenants: world.tenants.length,
    clients: clients ?? 0,
    seed: seed ?? 1,
    statuses: fleet.statuses,
    incidents,
    windows: troubles.windows,
    arrived,
    unfinished,
    peakMegabytes: peaks.megabytes,
    longestPauseMs: peaks.pauseMs,
    photos: photos.length,
    findings: judge.findings(),
  }
  const text = report(outcome)
  console.log(text)
  if (options.report) {
    await writeFile(`${project}docs/reliability.md`, text)
  }
  return outcome.findings.every(({ looked, broken }) => looked > 0 && broken === 0)
}

/** Often enough that a short run sees both ways to end; no more often than hosts have time to fill their caches in between. */
function restartsEveryMs(secondsInAll: number): number {
  return Math.max(9000, (secondsInAll * 1000) / 12)
}

/** Somebody who never stops: visitors, admins, strangers and admins of other tenants. */
async function client(
  fleet: Fleet,
  photos: TrackedPhoto[],
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const chance = random()
    const tenant = pick(fleet.world.tenants, random)
    const photo = pick(photos, random)
    if (!tenant || !photo) return
    if (chance < 0.25) await visit(fleet, tenant, photo, random)
    else if (chance < 0.72) await handle(fleet, photo, random)
    else if (chance < 0.8) await analyze(fleet, photo)
    else if (chance < 0.9) await contribute(fleet, tenant, photos, random)
    else await intrude(fleet, tenant, random)
  }
}

/** Whoever goes on although the configuration has run out: it is the moment in which something could slip through. */
async function insist(
  fleet: Fleet,
  photos: readonly TrackedPhoto[],
  random: () => number,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const photo = pick(
      photos.filter(({ tenant }) => tenant.isShortLived),
      random,
    )
    if (photo && fleet.troubles.isOutage()) await handle(fleet, photo, random)
    await pause(200, signal)
  }
}

/** A new photo, and the next thing that happens to it. */
async function contribute(
  fleet: Fleet,
  tenant: Tenant,
  photos: TrackedPhoto[],
  random: () => number,
): Promise<void> {
  const photo = await upload(fleet, tenant, `u${photos.length}x${Math.floor(random() * 1e6)}`)
  photos.push(photo)
  await handle(fleet, photo, random)
}

/** Looks around at one tenant: its first answers come from a host that has to ask, the others from one that knows. */
async function visit(fleet: Fleet, tenant: Tenant, photo: TrackedPhoto, random: () => number): Promise<void> {
  for (let look = 0; look < looksPerVisit; look++) {
    await ask(fleet, { tenant, path: readPath(photo, tenant, random) })
  }
}

function readPath(photo: TrackedPhoto, tenant: Tenant, random: () => number): string {
  const named = photo.tenant === tenant ? photo.name : 'a.jpg'
  const paths = [
    '/',
    '/api/config/features',
    '/api/admin/status',
    '/api/images/list',
    '/api/images/random',
    `/api/images/${named}`,
    `/api/images/${named}/thumbnail?size=w256h256`,
    '/api/library/objects',
  ] as const
  return pick(paths, random)
}

async function analyze(fleet: Fleet, photo: TrackedPhoto): Promise<void> {
  if (photo.isBusy || photo.existence !== 'here' || photo.folder !== 'root' || photo.pending) return
  photo.isBusy = true
  const path = `/api/images/${encodeURIComponent(photo.name)}/analyze?force_refresh=true`
  await ask(fleet, { tenant: photo.tenant, method: 'POST', path, body: {} })
  photo.isBusy = false
}

const forbidden: readonly [Omit<Asked, 'tenant'>, ...Omit<Asked, 'tenant'>[]] = [
  { method: 'POST', path: '/api/images/a.jpg/keep', body: {} },
  { method: 'POST', path: '/api/images/a.jpg/publish', body: {} },
  { path: '/api/library/objects' },
]

/** Whoever has no business here, at a tenant that may or may not exist. */
async function intrude(fleet: Fleet, tenant: Tenant, random: () => number): Promise<void> {
  const { judge, world } = fleet
  const other = pick(world.tenants, random)
  const target = pick(forbidden, random)
  const turn = random()
  const expectRefusal = (status: number, wanted: number, who: string) =>
    judge.expect(
      'access',
      status === wanted || status >= 502 || status === 0,
      () => `${who} got ${status} at ${target.path}`,
    )
  if (turn < 0.3)
    expectRefusal((await ask(fleet, { tenant, as: 'nobody', ...target })).status, 401, 'a stranger')
  else if (turn < 0.6 && other && other !== tenant) {
    expectRefusal((await ask(fleet, { tenant, as: other.name, ...target })).status, 403, 'another admin')
  } else {
    const invented = { ...tenant, name: `nobody-${Math.floor(random() * 1e9)}`, isShortLived: true }
    expectRefusal(
      (await ask(fleet, { tenant: invented, as: 'nobody', path: '/' })).status,
      404,
      'an invented host',
    )
  }
}

async function watch(
  { hosts, inbox, judge }: Fleet,
  peaks: { megabytes: number },
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    inbox.collect()
    for (const { pid, index } of hosts) {
      // It may be gone just now.
      const megabytes = await peakMemory(pid).catch(() => Number.NaN)
      if (Number.isNaN(megabytes)) continue
      peaks.megabytes = Math.max(peaks.megabytes, megabytes)
      judge.expect('memory', megabytes < memoryLimit, () => `host ${index}: ${megabytes.toFixed(0)} MB`)
    }
    await pause(500, signal)
  }
}

function judgeLine(line: string, judge: Judge): void {
  const { tenant, who = '' }: { tenant?: string; who?: string } = JSON.parse(line)
  // An audit line names who was refused.
  const names = line.replaceAll(who || ' ', '').match(/soak\d{4}/g) ?? []
  const isOwn = tenant === undefined ? true : names.every((name) => name === tenant)
  judge.expect('logs', isOwn && !line.includes('canary'), () => line.slice(0, 400))
}

/** The same numbers for the same seed (a linear congruential generator: chance, not secrets). */
function randomFrom(start: number): () => number {
  let state = start
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31
    return state / 2 ** 31
  }
}

process.exit((await main()) ? 0 : 1)
