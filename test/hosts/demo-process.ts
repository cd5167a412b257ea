/** The demo in a process of its own, as `npm run demo` starts it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { demoTemplate } from '../global-setup.ts'

const project = fileURLToPath(new URL('../../', import.meta.url))

export interface RunningDemo {
  process: ChildProcess
  /** What it has said until it said that it runs. */
  output: string[]
  /** Where it keeps its files: its own, so that several demos do not read each other's. */
  state: string
  /** Addresses of the tenants' pages. */
  addresses: URL[]
  /** Ends it as Ctrl-C does; gives its exit code and signal. */
  end(): Promise<unknown[]>
}

/** Starts it and waits until it says that it runs. */
export async function startDemo(...args: string[]): Promise<RunningDemo> {
  const state = await mkdtemp(join(tmpdir(), 'publisher-demo-'))
  await cp(demoTemplate, state, { recursive: true })
  const demo = spawn(
    process.execPath,
    ['--import', './scripts/require-node.mjs', 'dev/demo.ts', '--state', state, ...args],
    { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const output: string[] = []
  for await (const line of createInterface({ input: demo.stdout })) {
    output.push(line)
    if (line.startsWith('Ctrl-C')) break
  }
  const addresses = output
    .flatMap((line) => /http:\/\/[\w.]+\.localhost:\d+\//.exec(line) ?? [])
    .map((text) => new URL(text))
  return {
    process: demo,
    output,
    state,
    addresses,
    async end() {
      const ended = once(demo, 'exit')
      demo.kill('SIGINT')
      const [code, signal] = await ended
      await rm(state, { recursive: true, force: true })
      return [code, signal]
    },
  }
}
