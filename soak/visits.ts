/** Visitors who walk through galleries after the storm, and the reads of the storage that a walk costs. */
import { pause } from '../src/base/time.ts'
import { baseDomain } from '../test/support/fixtures/fleet.ts'
import { sendTo } from '../test/support/fixtures/http-client.ts'
import type { Tenant } from './tenants.ts'
import { type Fleet, readRules } from './traffic.ts'

/** Galleries that are walked through, and walks at the same time. */
const galleries = 60
const walksAtOnce = 10
const randomPhotos = 3
/** Retries of a walk that an open breaker or a stale configuration broke off. */
const attempts = 3
/** Time in which the work after the answers must read no more. */
const settledMs = 500

/** Reads of S3 or Dropbox per visitor. */
export interface VisitCosts {
  visitors: number
  /** Average of a first walk through a gallery. */
  first: number
  /** Average of a second walk on the same host. */
  second: number
}

/** Parts of a fleet that visits need. */
export interface Visited {
  world: { tenants: readonly Tenant[]; storage: Pick<Fleet['world']['storage'], 'reads'> }
  hosts: readonly { port: number }[]
  judge: Fleet['judge']
}

type NoteRead = (path: string, status: number) => void

/**
 * Walks through galleries on S3 and Dropbox twice. The second walk may cost one read for each random photo and each look at details, and
 * none for the list and the thumbnails. No answer of the second walk may be 5xx: no fault is left, and the first walk filled the caches.
 */
export async function countVisits(
  { world, hosts, judge }: Visited,
  quietMs: number = settledMs,
): Promise<VisitCosts> {
  const queue = world.tenants
    .filter(({ kind, isShortLived }) => kind !== 'local' && !isShortLived)
    .slice(0, galleries)
    .map((tenant, index) => ({ tenant, port: hosts[index % hosts.length]?.port ?? 0 }))
  const costs: { first: number; second: number }[] = []
  const readsOf = (tenant: Tenant) => world.storage.reads.get(tenant.name) ?? 0
  const costOf = async (tenant: Tenant, port: number, note?: NoteRead) => {
    const before = readsOf(tenant)
    const looks = await walk(tenant, port, note)
    const cost = { looks, reads: readsOf(tenant) - before }
    await quiet(() => readsOf(tenant), quietMs)
    return cost
  }
  const visit = async (tenant: Tenant, port: number): Promise<boolean> => {
    const first = await costOf(tenant, port)
    if (first.looks === null) return false
    const { looks, reads } = await costOf(tenant, port, (path, status) =>
      judge.expect(readRules[tenant.kind], status < 500, () => `${tenant.name}${path}: ${status}`),
    )
    if (looks === null) return false
    const what = () => `${tenant.kind} ${tenant.name}: ${reads} reads for ${looks} looks`
    judge.expect('calls', reads <= looks, what)
    costs.push({ first: first.reads, second: reads })
    return true
  }
  const visitor = async () => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      for (let attempt = 0; attempt < attempts; attempt++) {
        if (await visit(next.tenant, next.port)) break
      }
    }
  }
  await Promise.all(Array.from({ length: walksAtOnce }, visitor))
  const average = (of: 'first' | 'second') =>
    costs.reduce((sum, cost) => sum + cost[of], 0) / Math.max(1, costs.length)
  return { visitors: costs.length, first: average('first'), second: average('second') }
}

/** Waits until the work after the answers has read no more for `ms` milliseconds, at most ten times as long. */
async function quiet(reads: () => number, ms: number): Promise<void> {
  for (let turn = 0; turn < 10; turn++) {
    const before = reads()
    await pause(ms)
    if (reads() === before) return
  }
}

/** Walks through the gallery. Returns the number of random photos and details, or `null` if an answer was no 200 or nothing is there. */
async function walk({ name }: Tenant, port: number, note?: NoteRead): Promise<number | null> {
  const ask = async (path: string) => {
    // Each gallery has visitors of its own, whom no limit on one client affects.
    const headers = {
      'x-forwarded-proto': 'https',
      'x-forwarded-for': `198.51.100.${Number(name.slice(-2)) + 1}`,
    }
    const response = await sendTo(port, `${name}.${baseDomain}`, path, { headers })
    const bytes = await response.arrayBuffer()
    note?.(path, response.status)
    if (response.status !== 200) throw new BrokenOff(`${path}: ${response.status}`)
    return bytes
  }
  const json = async (path: string) => JSON.parse(new TextDecoder().decode(await ask(path)))
  try {
    const { filenames }: { filenames: string[] } = await json('/api/images/list')
    if (filenames.length === 0) return null
    for (let turn = 0; turn < randomPhotos; turn++)
      await ask((await json('/api/images/random')).thumbnail_url)
    for (const filename of filenames) await ask((await json(`/api/images/${filename}`)).thumbnail_url)
    return randomPhotos + filenames.length
  } catch (error) {
    if (error instanceof BrokenOff) return null
    throw error
  }
}

/** Ends a walk at an answer other than 200. */
class BrokenOff extends Error {}
