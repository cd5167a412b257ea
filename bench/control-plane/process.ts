/** The orchestrator as `npm run orchestrator` starts it, in a process of its own. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { hostOf, type StoredTenant, token } from './tenants.ts'

export interface RunningControlPlane {
  pid: number
  url: string
  /** Time from the start of the process to its first answer with a configuration. */
  firstAnswerMs: number
  /** Ends the process with SIGTERM. */
  end(): Promise<void>
}

const project = fileURLToPath(new URL('../../', import.meta.url))
const packageSchema = z.object({ scripts: z.object({ orchestrator: z.string().startsWith('node ') }) })
const listening = /listens on (http:\S+)/

/** Starts the orchestrator, and asks it for the first tenant. Flags for Node, such as `--cpu-prof`, are taken from `BENCH_NODE_FLAGS`. */
export async function startControlPlane(
  variables: Readonly<Record<string, string>>,
  tenants: readonly StoredTenant[],
): Promise<RunningControlPlane> {
  const flags = process.env.BENCH_NODE_FLAGS?.split(' ') ?? []
  const command = await orchestratorCommand()
  const begin = performance.now()
  const child = spawn(process.execPath, [...flags, ...command], {
    cwd: project,
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      ORCHESTRATOR_PORT: '0',
      ORCHESTRATOR_SERVICE_TOKEN: token,
      ORCHESTRATOR_CALLS_PER_MINUTE: '0',
      ...variables,
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stderr })
  const url = await new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const [, found] = listening.exec(line) ?? []
      if (found) resolve(found)
      else console.error(line)
    })
    child.once('exit', (code) => reject(new Error(`The orchestrator exited with ${code} before listening.`)))
  })
  const [first] = tenants
  const { status } = await fetch(`${url}/v1/runtime/by-host`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ host: hostOf(first?.name ?? '') }),
  })
  if (status !== 200) throw new Error(`The first call was answered with ${status}.`)
  const firstAnswerMs = performance.now() - begin
  return {
    pid: child.pid ?? 0,
    url,
    firstAnswerMs,
    async end() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

/** Returns the arguments of Node in the script `orchestrator` of package.json. */
async function orchestratorCommand(): Promise<string[]> {
  const { scripts } = packageSchema.parse(JSON.parse(await readFile(`${project}package.json`, 'utf8')))
  return scripts.orchestrator.split(' ').slice(1)
}
