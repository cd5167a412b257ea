/** The demo in a process of its own, as `npm run demo` starts it. */
import { type ChildProcess, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
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

/** A demo takes some ports above its own. Below the ports that systems give to outgoing connections. */
const portRange = { first: 20_000, step: 100, count: 120 }

interface OwnPorts extends AsyncDisposable {
  /** The lowest of them. */
  first: number
}

/** As many as a demo takes, which no other test has meanwhile: the highest is listened on in token of that. */
export async function ownPorts(): Promise<OwnPorts> {
  for (;;) {
    const first = portRange.first + portRange.step * randomInt(portRange.count)
    const token = createServer()
    const isOurs = await new Promise<boolean>((resolve) => {
      token.once('error', () => resolve(false))
      token.listen(first + portRange.step - 1, '127.0.0.1', () => resolve(true))
    })
    if (isOurs)
      return { first, [Symbol.asyncDispose]: () => new Promise((done) => token.close(() => done())) }
  }
}

/** Starts it, at a port of its own unless `args` name one, and waits until it says that it runs. Throws when it ends before. */
export async function startDemo(...args: string[]): Promise<RunningDemo> {
  const ports = await ownPorts()
  const state = await mkdtemp(join(tmpdir(), 'publisher-demo-'))
  await cp(demoTemplate, state, { recursive: true })
  const demo = spawn(
    process.execPath,
    [
      '--import',
      './scripts/require-node.mjs',
      'dev/demo.ts',
      '--state',
      state,
      '--port',
      String(ports.first),
      ...args,
    ],
    { cwd: project, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const output: string[] = []
  for await (const line of createInterface({ input: demo.stdout })) {
    output.push(line)
    if (line.startsWith('Ctrl-C')) break
  }
  if (!output.at(-1)?.startsWith('Ctrl-C')) {
    await rm(state, { recursive: true, force: true })
    await ports[Symbol.asyncDispose]()
    throw new Error(`The demo did not start. Its errors are above. It said: ${output.join('\n')}`)
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
      await ports[Symbol.asyncDispose]()
      return [code, signal]
    },
  }
}
