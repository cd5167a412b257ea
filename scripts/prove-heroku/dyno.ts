/** Test dyno: the web process of the Procfile, from its start to SIGTERM. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { procfileCommand } from '../deployment.ts'
import { say } from './run.ts'

/** Time from SIGTERM to SIGKILL on Heroku. */
const endsWithinMs = 30_000
const logWithinMs = 20_000

export interface Dyno {
  process: ChildProcess
  port: number
  /** Resolves when the log contains this message. */
  says(msg: string): Promise<void>
}

/** Starts the web process of the Procfile and waits until it listens. Rejects if the process exits first. */
export async function start(slug: string, variables: Record<string, string>): Promise<Dyno> {
  const command = await procfileCommand('web')
  const startedAt = performance.now()
  const child = spawn('bash', ['-c', command], {
    cwd: slug,
    env: variables,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  const said = new Set<string>()
  lines.on('line', (line) => said.add(JSON.parse(line).msg))
  const port = await new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The web process exited with ${code} before listening.`)))
    lines.on('line', (line) => {
      const entry: { msg?: string; port?: number } = JSON.parse(line)
      if (entry.msg === 'listening' && entry.port !== undefined) resolve(entry.port)
    })
  })
  say(`${command.padEnd(28)} listens after ${Math.round(performance.now() - startedAt)} ms`)
  return {
    process: child,
    port,
    async says(msg) {
      while (!said.has(msg)) await once(lines, 'line', { signal: AbortSignal.timeout(logWithinMs) })
    },
  }
}

async function memoryOf({ pid }: ChildProcess): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? Number.NaN)
  return `${Math.round(kilobytes / 1000)} MB resident`
}

/** Ends the process with SIGTERM. Throws if the exit takes too long or its code is not 0. */
export async function end({ process: child }: Dyno): Promise<void> {
  const memory = await memoryOf(child)
  const startedAt = performance.now()
  const exit = once(child, 'exit', { signal: AbortSignal.timeout(endsWithinMs) })
  child.kill('SIGTERM')
  const [code] = await exit
  if (code !== 0) throw new Error(`After SIGTERM the process exited with ${code}.`)
  say(`SIGTERM: exit 0 after ${Math.round(performance.now() - startedAt)} ms; before that, ${memory}`)
}
