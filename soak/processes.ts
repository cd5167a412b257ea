/** The fleet: host processes that can be killed, ended in order, and started again on their ports. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { dynoSettings } from '../bench/thumbnail-memory.ts'

export interface HostProcess {
  /** 0, 1 and so on. */
  index: number
  pid: number
  port: number
  /** Hosts that this process has answered for since it started: what it has in its memory. */
  warm: Set<string>
  /** Of those, the ones that it has asked their storage for. */
  atStorage: Set<string>
  /** When something last failed for a tenant: a circuit may be open since. */
  failedAt: Map<string, number>
  /** SIGKILL: nothing is finished. */
  kill(): Promise<void>
  /** SIGTERM: gives the exit code once all is drained. */
  end(): Promise<number | null>
}

export interface HostProcessOptions {
  index: number
  /** 0: a free one. */
  port: number
  variables: Record<string, string>
  clockOffsetMs: number
  onLine(line: string): void
  /** The longest pause of the event loop in a second, in milliseconds. */
  onDelay(ms: number): void
  /** It ended, and nobody had asked it to. */
  onDeath(reason: string): void
}

const messageSchema = z.union([z.object({ port: z.number() }), z.object({ delayMs: z.number() })])
const program = fileURLToPath(new URL('./host.ts', import.meta.url))

/** Starts one as a dyno of 512 MB is set up, and waits until it listens. */
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
    if (isWanted) onDeath(`host ${index} ended by itself (${signal ?? code}): ${complaints}`)
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

/** The most memory that a process ever had, in MB, as Linux counts it. */
export async function peakMemory(pid: number): Promise<number> {
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes) / 1024
}

function portOf(child: ChildProcess, onDelay: (ms: number) => void): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`a host ended with ${code} before it listened`)))
    child.on('message', (message) => {
      const said = messageSchema.parse(message)
      if ('port' in said) resolve(said.port)
      else onDelay(said.delayMs)
    })
  })
}
