/** The demo in a process of its own, as `npm run demo` starts it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const project = fileURLToPath(new URL('../../', import.meta.url))

export interface RunningDemo {
  process: ChildProcess
  /** What it has said until it said that it runs. */
  output: string[]
  /** Addresses of the tenants' pages. */
  addresses: URL[]
  /** Ends it as Ctrl-C does; gives its exit code and signal. */
  end(): Promise<unknown[]>
}

/** Starts it and waits until it says that it runs. */
export async function startDemo(...args: string[]): Promise<RunningDemo> {
  const demo = spawn(process.execPath, ['--import', './scripts/require-node.mjs', 'dev/demo.ts', ...args], {
    cwd: project,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const output: string[] = []
  for await (const line of createInterface({ input: demo.stdout })) {
    output.push(line)
    if (line.startsWith('Ctrl-C')) break
  }
  const addresses = output
    .flatMap((line) => /http:\/\/\w+\.localhost:\d+\//.exec(line) ?? [])
    .map((text) => new URL(text))
  return {
    process: demo,
    output,
    addresses,
    async end() {
      const ended = once(demo, 'exit')
      demo.kill('SIGINT')
      return ended
    },
  }
}
