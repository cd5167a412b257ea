/** Speed, start and memory of the orchestrator with 5,000 tenants, on SQLite and on PostgreSQL. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../dev/peers/postgres.ts'
import { buildCompileCache } from '../scripts/compile-cache.ts'
import { callsOf, type Load, load } from './control-plane/load.ts'
import { type RunningControlPlane, startControlPlane } from './control-plane/process.ts'
import { fillDatabase, keys, type StoredTenant } from './control-plane/tenants.ts'
import { memoryOf } from './process-memory.ts'
import { median, type Table, thousands } from './table.ts'

const tenantCount = 5000
const connections = 50
const rounds = 3
const secondsPerRound = 4
const starts = 5

interface Contestant {
  /** Environment variables that name the database. */
  variables: Record<string, string>
  tenants: readonly StoredTenant[]
  process: RunningControlPlane
  startMs: number[]
  byHost: Load[]
  resolve: Load[]
}

export async function measureControlPlane(): Promise<Table> {
  buildCompileCache(process.execPath)
  const directory = await mkdtemp(join(tmpdir(), 'publisher-bench-'))
  const postgres = await startPostgres()
  const contestants: Contestant[] = []
  try {
    const places = [{}, { DATABASE_URL: postgres.urlOf('postgres') }]
    for (const place of places)
      contestants.push(await prepare({ ...place, ORCHESTRATOR_DATA_DIR: directory }))
    for (let start = 1; start < starts; start++)
      for (const contestant of contestants) await restart(contestant)
    for (const contestant of contestants) await measureRound(contestant, 1)
    for (const contestant of contestants) contestant.byHost.length = contestant.resolve.length = 0
    for (let round = 0; round < rounds; round++)
      for (const contestant of contestants) await measureRound(contestant, secondsPerRound)
    const megabytes = await Promise.all(contestants.map(({ process: { pid } }) => memoryOf(pid)))
    return toTable(
      contestants,
      megabytes.map(({ peak }) => peak),
    )
  } finally {
    for (const { process } of contestants) await process.end()
    await postgres.close()
    await rm(directory, { recursive: true })
  }
}

async function prepare(place: { DATABASE_URL?: string; ORCHESTRATOR_DATA_DIR: string }): Promise<Contestant> {
  const tenants = await fillDatabase(place, tenantCount)
  const variables = { ...place, ORCHESTRATOR_KEYS: keys }
  const process = await startControlPlane(variables, tenants)
  return { variables, tenants, process, startMs: [process.firstAnswerMs], byHost: [], resolve: [] }
}

async function restart(contestant: Contestant): Promise<void> {
  await contestant.process.end()
  contestant.process = await startControlPlane(contestant.variables, contestant.tenants)
  contestant.startMs.push(contestant.process.firstAnswerMs)
}

async function measureRound(
  { process, tenants, byHost, resolve }: Contestant,
  seconds: number,
): Promise<void> {
  const { url } = process
  const calls = callsOf(tenants)
  byHost.push(await load({ url, connections, seconds, calls: calls.unchanged, status: 304 }))
  resolve.push(await load({ url, connections, seconds, calls: calls.credentials, status: 200 }))
}

function toTable(contestants: readonly Contestant[], megabytes: readonly number[]): Table {
  const row = (what: string, goal: string, figure: (contestant: Contestant, index: number) => string) => [
    what,
    goal,
    ...contestants.map(figure),
  ]
  const of = (loads: readonly Load[], field: keyof Load) => median(loads.map((each) => each[field]))
  return {
    title: 'The control plane',
    columns: ['what', 'goal', 'SQLite', 'PostgreSQL'],
    rows: [
      row('by-host with 304, calls/s', '>= 5,000', ({ byHost }) => thousands(of(byHost, 'perSecond'))),
      row('by-host with 304, p99 ms', '<= 15', ({ byHost }) => of(byHost, 'p99').toFixed(0)),
      row('credentials/resolve, calls/s', '>= 1,000', ({ resolve }) => thousands(of(resolve, 'perSecond'))),
      row('credentials/resolve, p99 ms', '<= 40', ({ resolve }) => of(resolve, 'p99').toFixed(0)),
      row('start to first answer, ms', '<= 1,000', ({ startMs }) => thousands(median(startMs))),
      row('highest RSS, MB', '<= 150', (_, index) => (megabytes[index] ?? 0).toFixed(0)),
    ],
    note: `${thousands(tenantCount)} tenants in turn over ${connections} connections. The orchestrator is one process beside the load generator, whose memory does not count. Medians of ${rounds} rounds of ${secondsPerRound} s, alternating, and of ${starts} starts of compiled code. Each resolved credential is decrypted, and its audit line is in the database before the answer.`,
  }
}
