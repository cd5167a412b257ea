/** Host processes of the fleet, which can be killed, shut down and restarted on their ports. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { dynoSettings } from '../bench/thumbnail-memory.ts'

export interface HostProcess {
  /** Index of the host: 0, 1 and so on. */
  index: number
  pid: number
  port: number
  /** Tenants that this process has served since its start, whose configurations are cached. */
  warm: Set<string>
  /** Warm tenants whose storage this process has used. */
  atStorage: Set<string>
  /** Time of the last failure per tenant. The circuit breaker may have opened then. */
  failedAt: Map<string, number>
  /** Sends SIGKILL, so that nothing is finished. */
  kill(): Promise<void>
  /** Sends SIGTERM. Returns the exit code after the host has drained. */
  end(): Promise<number | null>
}

export interface HostProcessOptions {
  index: number
  /** Port to listen on; 0 picks a free port. */
  port: number
  variables: Record<string, string>
  clockOffsetMs: number
  onLine(line: string): void
  /** Reports the longest event loop delay of the last second in milliseconds. */
  onDelay(ms: number): void
  /** Reports an unexpected exit. */
  onDeath(reason: string): void
}

const messageSchema = z.union([z.object({ port: z.number() }), z.object({ delayMs: z.number() })])
const program = fileURLToPath(new URL('./host.ts', import.meta.url))

/** Starts a host with the settings of a 512 MB dyno, and waits until it listens. */
export async function startHostProcess(options: HostProcessOptions): Promise<HostProcess> {
  const { index, onLine, onDelay, onDeath } = options
  const child = spawn(process.execPath, [program], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'production',
      ...dynoSettings,
      ...options.variables,
      PORT: String(options.port),
      SOAK_CLOCK_OFFSET_MS: String(options.clockOffsetMs),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let isWanted = true
  let complaints = ''
  child.stderr?.on('data', (text) => {
    complaints = `${complaints}${text}`.slice(-4000)
  })
  child.on('exit', (code, signal) => {
    if (isWanted) onDeath(`host ${index} exited unexpectedly (${signal ?? code}): ${complaints}`)
  })
  if (child.stdout) createInterface({ input: child.stdout }).on('line', onLine)
  const port = await portOf(child, onDelay)
  const gone = async () => {
    isWanted = false
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    return child.exitCode
  }
  return {
    index,
    pid: child.pid ?? 0,
    port,
    warm: new Set(),
    atStorage: new Set(),
    failedAt: new Map(),
    async kill() {
      isWanted = false
      child.kill('SIGKILL')
      await gone()
    },
    end() {
      isWanted = false
      child.kill('SIGTERM')
      return gone()
    },
  }
}

/** Returns the peak resident memory of a process in MB, from Linux's VmHWM. */
export async function peakMemory(pid: number): Promise<number> {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}

function portOf(child: ChildProcess, onDelay: (ms: number) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`A host exited with ${code} before listening.`)))
    child.on('message', (message) => {
      const said = messageSchema.parse(message)
      if ('port' in said) resolve(said.port)
      else onDelay(said.delayMs)
    })
  })
}
