/** Measurement of a visitor's wait in one gallery while other galleries are flooded. */
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { z } from 'zod'
import { parsePhotoName } from '../src/ports/photo.ts'
import { baseDomain } from '../test/support/fixtures/fleet.ts'
import { type FloodAnswers, runFloods } from './floods.ts'
import { markedPhoto, type Tenant } from './tenants.ts'
import type { Fleet } from './traffic.ts'
import { pauseQuietly } from './troubles.ts'
import { looksSchema, type VisitorJob } from './visitor.ts'
import { viewerLimit } from './world.ts'

/** Duration of the measurement, which runs after the storm so that only the floods affect the result. */
const measuredMs = 12_000
const quietMs = 4000
const limitMs = 250
/** Most measurements. A busy machine only adds to waits, so the shortest wait is nearest to the truth. */
const measurements = 3

/** Runs short floods at intervals during the storm. */
export async function floodNowAndThen(
  fleet: Fleet,
  answers: FloodAnswers,
  storm: AbortSignal,
): Promise<void> {
  const { target } = parties(fleet)
  if (!target) return
  while (!storm.aborted) {
    await pauseQuietly(6000, storm)
    if (!storm.aborted)
      await runFloods(fleet, target, answers, AbortSignal.any([storm, AbortSignal.timeout(2000)]))
  }
}

/** 99th percentiles of a visitor's waits in milliseconds. */
export interface BystanderWaits {
  /** Baseline without floods. */
  quietMs: number
  floodedMs: number
}

/** Floods the hosts and checks the wait of a visitor of another gallery against the limit. */
export async function measureBystander(fleet: Fleet, answers: FloodAnswers): Promise<BystanderWaits> {
  const { target, visited } = parties(fleet)
  if (!target || !visited) return { quietMs: 0, floodedMs: 0 }
  const photo = parsePhotoName(photoName)
  const bytes = await markedPhoto(visited.name, 'bystander')
  await visited.store.upload('root', photo, new Blob([bytes]).stream(), bytes.byteLength)
  const host = `${visited.name}.${baseDomain}`
  const ports = fleet.hosts.map(({ port }) => port)
  const quiet = await looksOf({ host, address: '203.0.113.250', ports, paths, ms: quietMs })
  const measure = async (turn: number) => {
    const address = `203.0.113.${turn + 1}`
    const signal = AbortSignal.timeout(measuredMs)
    const [looks] = await Promise.all([
      looksOf({ host, address, ports, paths, ms: measuredMs - 1000 }),
      runFloods(fleet, target, answers, signal),
    ])
    for (const { path, status } of looks) {
      fleet.judge.expect('bystander', status === 200, () => `${path}: ${status}`)
    }
    return p99Of(looks)
  }
  const measured = await untilBelow(limitMs, measure)
  await visited.store.delete('root', photo)
  const floodedMs = Math.min(...measured)
  fleet.judge.expect(
    'bystander',
    floodedMs < limitMs,
    () => `p99 of ${measured.length} measurements: ${measured.map((ms) => `${ms.toFixed(0)} ms`).join(', ')}`,
  )
  expectRefusals(fleet, answers)
  return { quietMs: p99Of(quiet), floodedMs }
}

/** Measures until a result is below the limit, at most three times. Returns all results. */
export async function untilBelow(
  limit: number,
  measure: (turn: number) => Promise<number>,
): Promise<number[]> {
  const results: number[] = []
  while (results.length < measurements) {
    const result = await measure(results.length)
    results.push(result)
    if (result < limit) break
  }
  return results
}

function p99Of(looks: z.output<typeof looksSchema>): number {
  return percentile(
    looks.map(({ ms }) => ms),
    0.99,
  )
}

/** Returns the flooded and the visited gallery, both on disk, so that no vendor affects the measurement. */
function parties({ world }: Fleet): { target?: Tenant | undefined; visited?: Tenant | undefined } {
  const [target, visited] = world.tenants.filter(
    ({ kind, isShortLived }) => kind === 'local' && !isShortLived,
  )
  return { target, visited }
}

const photoName = 'bystander.jpg'
const paths = [
  '/',
  '/api/config/features',
  '/api/images/list',
  `/api/images/${photoName}/thumbnail?size=w256h256`,
]

async function looksOf(job: VisitorJob): Promise<z.output<typeof looksSchema>> {
  const visitor = new Worker(new URL('./visitor.ts', import.meta.url), { workerData: job })
  const [said] = await once(visitor, 'message')
  return looksSchema.parse(said)
}

/** Numbers of requests after which even two slow hosts must have refused some. */
const enough = { scraping: 2 * viewerLimit + 100, hosts: 1500 }

function expectRefusals({ judge }: Fleet, answers: FloodAnswers): void {
  for (const [kind, byStatus] of answers) {
    const statuses = [...byStatus.keys()]
    judge.expect('floods', !byStatus.has(500), () => `${kind}: 500`)
    const sent = [...byStatus.values()].reduce((sum, count) => sum + count, 0)
    if ((kind !== 'scraping' && kind !== 'hosts') || sent < enough[kind]) continue
    const isRefused = byStatus.has(429) || (kind === 'hosts' && byStatus.has(503))
    judge.expect('floods', isRefused, () => `${kind}: ${sent} requests, only ${statuses.join(', ')}`)
  }
}

/** Returns the smallest of the values that the given share of them does not exceed. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0
}
