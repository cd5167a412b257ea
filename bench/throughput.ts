/** Throughput of a cached tenant's JSON request, compared with bare Hono and node:http, alternating in one run. */
import type { ChildProcess } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { sendTo } from '../test/support/fixtures/http-client.ts'
import { startServer } from './server-process.ts'
import { median, type Table, thousands } from './table.ts'

const rounds = 7
const secondsPerRound = 3
const host = 'alice.shibari.test'
const path = '/api/config/features'

/** Headers that node:http sets for every server. */
const transportHeaders = new Set([
  'date',
  'connection',
  'keep-alive',
  'content-length',
  'content-type',
  'transfer-encoding',
])

interface Contestant {
  name: string
  child: ChildProcess
  port: number
  perSecond: number[]
  p99: number[]
}

export async function measureThroughput(): Promise<Table> {
  const publisher = await start('publisher', 'publisher.ts', await publisherEnvironment())
  const sample = await sendTo(publisher.port, host, path, { headers: { 'x-forwarded-proto': 'https' } })
  const BENCH_BODY = await sample.text()
  const headers = [...sample.headers].filter(([name]) => !transportHeaders.has(name))
  const BENCH_HEADERS = JSON.stringify(Object.fromEntries(headers))
  const contestants = [
    publisher,
    await start('bare Hono, same headers', 'bare-hono.ts', { BENCH_BODY, BENCH_HEADERS }),
    await start('bare Hono, same headers, request id and access line', 'logging-hono.ts', {
      BENCH_BODY,
      BENCH_HEADERS,
    }),
    await start('bare Hono, no headers', 'bare-hono.ts', { BENCH_BODY }),
    await start('node:http, same headers', 'bare-node.ts', { BENCH_BODY, BENCH_HEADERS }),
  ]
  try {
    for (const { port } of contestants) await loadFeatures(port, 1)
    for (let round = 0; round < rounds; round++) {
      for (const contestant of contestants) {
        const result = await loadFeatures(contestant.port, secondsPerRound)
        contestant.perSecond.push(result.requests.average)
        contestant.p99.push(result.latency.p99)
      }
    }
  } finally {
    for (const { child } of contestants) child.kill()
  }
  return toTable(contestants)
}

function toTable(contestants: readonly Contestant[]): Table {
  const ours = median(contestants[0]?.perSecond ?? [])
  return {
    title: 'Throughput of a cached tenant',
    columns: ['server', 'requests/s (median)', 'lowest..highest', 'p99 ms', 'Publisher relative to this'],
    rows: contestants.map(({ name, perSecond, p99 }) => [
      name,
      thousands(median(perSecond)),
      `${thousands(Math.min(...perSecond))}..${thousands(Math.max(...perSecond))}`,
      median(p99).toFixed(0),
      (ours / median(perSecond)).toFixed(2),
    ]),
    note: `GET ${path}, 50 connections, ${rounds} rounds of ${secondsPerRound} s each, alternating. Publisher writes its access log.`,
  }
}

/** Writes a configuration with one tenant, alice, whose photos are in `root`. Returns the publisher's environment variables. */
export async function publisherEnvironment(root = '/tmp'): Promise<Record<string, string>> {
  const file = join(tmpdir(), `publisher-bench-${process.pid}.json`)
  const config = {
    features: { auto_view_enabled: true },
    storage: { provider: 'local', paths: { root } },
  }
  const answer = { tenant: 'alice', ttl_seconds: 3600, config }
  await writeFile(file, JSON.stringify(answer))
  return {
    PORT: '0',
    CONFIG_FILE: file,
    ORCHESTRATOR_BASE_DOMAIN: 'shibari.test',
    WEB_SESSION_SECRET: 'bench-secret-bench-secret-bench-secret',
    // Disables the limit, because one client here simulates thousands.
    VIEWER_REQUESTS_PER_5_MINUTES: '0',
  }
}

async function start(name: string, file: string, variables: Record<string, string>): Promise<Contestant> {
  return { name, ...(await startServer(name, file, variables)), perSecond: [], p99: [] }
}

/** Sends the request of this benchmark over 50 connections for some seconds. */
export function loadFeatures(port: number, duration: number): Promise<autocannon.Result> {
  return autocannon({
    url: `http://127.0.0.1:${port}${path}`,
    headers: { host, 'x-forwarded-proto': 'https' },
    connections: 50,
    duration,
  })
}
