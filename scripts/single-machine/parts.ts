/** Processes of a single machine: started in order, started again when they end, stopped in reverse order. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as pause } from 'node:timers/promises'
import { project } from '../deployment.ts'

export interface Part {
  name: string
  /** Arguments of Node. */
  args: readonly string[]
  variables: Readonly<Record<string, string>>
  /** Address that answers 200 once the part works. */
  health: string
}

export interface RunningParts {
  /** Resolves with the exit code when all parts are stopped. */
  ended: Promise<number>
  stop(): Promise<void>
}

interface RunningPart {
  /** Resolves when the process has ended. */
  stop(): Promise<void>
}

const startMs = 30_000
const firstPauseMs = 1000
const longestPauseMs = 30_000
/** Life after which an end counts as a new fault. */
const steadyMs = 60_000

/** Starts the parts, each when the part before answers. Stops all and throws if a part does not start. */
export async function startParts(parts: readonly Part[], say: (text: string) => void): Promise<RunningParts> {
  const running: RunningPart[] = []
  const { promise: ended, resolve } = Promise.withResolvers<number>()
  let stopping: Promise<void> | undefined
  const stop = async () => {
    for (const part of running.toReversed()) await part.stop()
    resolve(0)
  }
  try {
    for (const part of parts) running.push(await startPart(part, say))
  } catch (error) {
    await stop()
    throw error
  }
  return {
    ended,
    stop: () => {
      stopping ??= stop()
      return stopping
    },
  }
}

async function startPart(part: Part, say: (text: string) => void): Promise<RunningPart> {
  const stopped = new AbortController()
  let child = launch(part)
  await answers(part, child).catch((error: unknown) => {
    child.kill('SIGKILL')
    throw error
  })
  const kept = keep()
  return {
    async stop() {
      stopped.abort()
      child.kill('SIGTERM')
      await kept
    },
  }

  /** Starts the process again whenever it ends, until the part is stopped. */
  async function keep(): Promise<void> {
    let pauseMs = firstPauseMs
    for (;;) {
      const startedAt = performance.now()
      await exitOf(child)
      if (stopped.signal.aborted) return
      if (performance.now() - startedAt > steadyMs) pauseMs = firstPauseMs
      say(
        `The ${part.name} ended (${child.signalCode ?? child.exitCode}). Starting it again in ${pauseMs / 1000} s.`,
      )
      await pause(pauseMs, undefined, { signal: stopped.signal }).catch(() => undefined)
      if (stopped.signal.aborted) return
      pauseMs = Math.min(2 * pauseMs, longestPauseMs)
      child = launch(part)
    }
  }
}

/** The programs write no secret, so their output is this program's output. */
function launch({ args, variables }: Part): ChildProcess {
  const { PATH, HOME, TZ } = process.env
  const env = { PATH, HOME, TZ, ...variables }
  return spawn(process.execPath, args, { cwd: project, env, stdio: ['ignore', 'inherit', 'inherit'] })
}

async function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

/** Waits for the first answer. Rejects if the process ends, or does not answer in time. */
async function answers({ name, health }: Part, child: ChildProcess): Promise<void> {
  const deadline = performance.now() + startMs
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`The ${name} does not start. Its message is above.`)
    const isAnswered = await fetch(health, { signal: AbortSignal.timeout(1000) }).then(
      ({ ok }) => ok,
      () => false,
    )
    if (isAnswered) return
    await pause(50)
  }
  throw new Error(`The ${name} did not answer at ${health} within ${startMs / 1000} s.`)
}
