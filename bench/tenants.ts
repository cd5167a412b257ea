/** Throughput of warm requests spread over all tenants of a Node host, and memory, as the number of tenants grows. */
import { readFile } from 'node:fs/promises'
import autocannon from 'autocannon'
import { startOrchestrator, type TestOrchestrator } from '../test/support/fakes/orchestrator.ts'
import { baseDomain, https, serviceToken, sessionSecret } from '../test/support/fixtures/fleet.ts'
import { sendTo } from '../test/support/fixtures/http-client.ts'
import { runtimeAnswer } from './config-cache.ts'
import { type ServerProcess, startServer } from './server-process.ts'
import { median, type Table, thousands } from './table.ts'
import { dynoSettings } from './thumbnail-memory.ts'

const sizes = [10, 100, 300, 1000, 5000, 10_000]
const [fewest = 10] = sizes
const connections = 50
const rounds = 3
const secondsPerRound = 1
const path = '/api/config/features'

interface Load {
  perSecond: number
  p50: number
  p99: number
}

export async function measureTenants(): Promise<Table> {
  const orchestrator = await startOrchestrator()
  orchestrator.script = ({ subject }) => ({ status: 200, body: runtimeAnswer(subject.split('.')[0] ?? '') })
  const server = await startServer('publisher', 'publisher.ts', {
    ...dynoSettings,
    // Large enough that no tenant is evicted. This benchmark measures warm tenants only.
    CONFIG_CACHE_MB: '600',
    PORT: '0',
    ORCHESTRATOR_BASE_URL: orchestrator.url,
    ORCHESTRATOR_SERVICE_TOKEN: serviceToken,
    ORCHESTRATOR_BASE_DOMAIN: baseDomain,
    WEB_SESSION_SECRET: sessionSecret,
    DROPBOX_APP_KEY: 'app-key',
    DROPBOX_APP_SECRET: 'app-secret',
  })
  try {
    // Warms the process up first: a fresh process is slow, and its memory grows by more than its tenants need.
    await warm(server, 0, fewest)
    await load(server, fewest, fewest)
    const rows: string[][] = []
    let before = { tenants: 0, megabytes: 0 }
    for (const [place, tenants] of sizes.entries()) {
      await warm(server, sizes[place - 1] ?? fewest, tenants)
      const [all, few] = await compare(server, orchestrator, tenants)
      const megabytes = await residentMegabytes(server)
      const kilobytesMore = ((megabytes - before.megabytes) * 1024) / (tenants - before.tenants)
      rows.push([
        thousands(tenants),
        thousands(all.perSecond),
        (all.perSecond / few.perSecond).toFixed(2),
        all.p50.toFixed(0),
        all.p99.toFixed(0),
        megabytes.toFixed(0),
        place === 0 ? '' : kilobytesMore.toFixed(1),
      ])
      before = { tenants, megabytes }
    }
    return {
      title: 'Many tenants in one Node host',
      columns: [
        'warm tenants',
        'requests/s',
        `relative to ${fewest} tenants in the same process`,
        'p50 ms',
        'p99 ms',
        'RSS, MB',
        'KB per added tenant',
      ],
      rows,
      note: `GET ${path} for each tenant in turn, ${connections} connections; medians of ${rounds} rounds of ${secondsPerRound} s, alternating between all tenants and ${fewest} of them. One process serves all rows. Its memory includes garbage, so small steps mean little. Memory is limited as in app.json. A configuration is ${thousands(JSON.stringify(runtimeAnswer('tenant-1')).length)} bytes of JSON.`,
    }
  } finally {
    server.child.kill()
    await orchestrator.close()
  }
}

/** Requests each tenant between two indexes once. */
async function warm({ port }: ServerProcess, from: number, to: number): Promise<void> {
  let next = from
  const ask = async () => {
    while (next < to) {
      const { status } = await sendTo(port, hostOf(next++), path, { headers: https })
      if (status !== 200) throw new Error(`The first request of a tenant returned ${status}.`)
    }
  }
  await Promise.all(Array.from({ length: connections }, ask))
}

/** Measures all tenants and the first few, alternating. */
async function compare(
  server: ServerProcess,
  orchestrator: TestOrchestrator,
  tenants: number,
): Promise<[Load, Load]> {
  const questions = orchestrator.calls.length
  const all: Load[] = []
  const few: Load[] = []
  for (let round = 0; round < rounds; round++) {
    all.push(await load(server, tenants, tenants))
    few.push(await load(server, fewest, tenants))
  }
  if (orchestrator.calls.length > questions) throw new Error('Some tenants were not warm.')
  return [middle(all), middle(few)]
}

function middle(loads: readonly Load[]): Load {
  const of = (field: keyof Load) => median(loads.map((each) => each[field]))
  return { perSecond: of('perSecond'), p50: of('p50'), p99: of('p99') }
}

/**
 * Sends requests over several connections. Each connection cycles through its own share of `prepared` requests, which go to `tenants` in
 * turn. The same number of prepared requests costs the client the same, because a client with many is slower.
 */
async function load(server: ServerProcess, tenants: number, prepared: number): Promise<Load> {
  const { port } = server
  const share = Math.max(1, Math.floor(prepared / connections))
  let first = 0
  const { requests, duration, latency, non2xx, errors } = await autocannon({
    url: `http://127.0.0.1:${port}${path}`,
    connections,
    duration: secondsPerRound,
    setupClient(client) {
      const own = Array.from({ length: share }, (_, place) => hostOf((first + place) % tenants))
      first += share
      client.setRequests(own.map((host) => ({ method: 'GET', path, headers: { ...https, host } })))
    },
  })
  if (non2xx + errors > 0) throw new Error(`${non2xx + errors} warm requests failed.`)
  return { perSecond: requests.total / duration, p50: latency.p50, p99: latency.p99 }
}

function hostOf(place: number): string {
  return `tenant-${place}.${baseDomain}`
}

async function residentMegabytes({ child }: ServerProcess): Promise<number> {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${child.pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}
