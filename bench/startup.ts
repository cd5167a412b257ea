/** Time from process start to listening, and the size of the deployables. */
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { uiSizes } from '../scripts/check-ui-size.ts'
import { maxWorkerBytes, workerBytes } from '../scripts/check-worker-size.ts'
import { buildCompileCache } from '../scripts/compile-cache.ts'
import { presetVariables, webCommand } from '../scripts/deployment.ts'
import { median, type Table, thousands } from './table.ts'

const starts = 7
const project = fileURLToPath(new URL('../', import.meta.url))

export async function measureStartup(environment: Record<string, string>): Promise<Table> {
  buildCompileCache(process.execPath)
  const plain = { ...(await presetVariables()), ...environment }
  const ways: { name: string; variables: Record<string, string>; seconds: number[] }[] = [
    { name: 'default', variables: plain, seconds: [] },
    {
      name: 'with metrics, Redis and traces',
      variables: { ...plain, ...everything },
      seconds: [],
    },
  ]
  for (let start = 0; start < starts; start++) {
    for (const { variables, seconds } of ways) seconds.push(await startOnce(variables))
  }
  execFileSync('npm', ['run', '--silent', 'build:worker'], {
    cwd: project,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ui = await uiSizes(`${project}dist/ui`)
  const worker = await workerBytes(`${project}dist/worker`)
  return {
    title: 'Start and size',
    columns: ['what', 'figure'],
    rows: [
      ...ways.map(({ name, seconds }) => [
        `Node host, from start to listening, ${name}`,
        `${(median(seconds) * 1000).toFixed(0)} ms`,
      ]),
      ['Worker, sum of its modules, gzip', `${thousands(worker)} bytes of ${thousands(maxWorkerBytes)}`],
      ...ui.map(({ kind, bytes, limit }) => [
        `web app, ${kind}, gzip`,
        `${thousands(bytes)} bytes of ${thousands(limit)}`,
      ]),
    ],
    note: `Median of ${starts} starts of the Procfile’s command with the presets of app.json, alternating, after the build step that compiles ahead.`,
  }
}

/** Variables that load all optional modules. No service needs to listen there. */
const everything = {
  METRICS_TOKEN: 'bench-metrics-token',
  REDIS_URL: 'redis://127.0.0.1:1',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1',
}

async function startOnce(environment: Record<string, string>): Promise<number> {
  const [program = '', ...args] = await webCommand()
  const begin = performance.now()
  const child = spawn(program === 'node' ? process.execPath : program, args, {
    cwd: project,
    env: { PATH: process.env.PATH, NODE_ENV: 'production', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.includes('"msg":"listening"')) break
  }
  const taken = (performance.now() - begin) / 1000
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  return taken
}
