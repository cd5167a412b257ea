/** From the start of the process to the first answer, and the size of the deployables. */
import { execFileSync, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { uiSizes } from '../scripts/check-ui-size.ts'
import { median, type Table, thousands } from './table.ts'

const starts = 7
const project = fileURLToPath(new URL('../', import.meta.url))

export async function measureStartup(environment: Record<string, string>): Promise<Table> {
  const seconds: number[] = []
  for (let start = 0; start < starts; start++) seconds.push(await startOnce(environment))
  execFileSync('npm', ['run', '--silent', 'build:worker'], {
    cwd: project,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const ui = await uiSizes(`${project}dist/ui`)
  return {
    title: 'Start and size',
    columns: ['what', 'figure'],
    rows: [
      ['Node host, from start to listening', `${(median(seconds) * 1000).toFixed(0)} ms`],
      ['Worker, sum of its modules, gzip', `${thousands(workerBytes())} bytes of 1,000,000`],
      ...ui.map(({ kind, bytes, limit }) => [
        `web app, ${kind}, gzip`,
        `${thousands(bytes)} bytes of ${thousands(limit)}`,
      ]),
    ],
    note: `Median of ${starts} starts.`,
  }
}

async function startOnce(environment: Record<string, string>): Promise<number> {
  const begin = performance.now()
  const child = spawn(process.execPath, [`${project}bench/servers/publisher.ts`], {
    env: { PATH: process.env.PATH, ...environment },
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const taken = (performance.now() - begin) / 1000
  child.kill()
  return taken
}

function workerBytes(): number {
  const directory = `${project}dist/worker/`
  const modules = readdirSync(directory).filter((name) => name.endsWith('.js'))
  return modules.reduce((sum, name) => sum + gzipSync(readFileSync(directory + name)).length, 0)
}
