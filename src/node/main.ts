/** Program of the Node host: serves until a signal ends it. */
import { SettingsError } from '../base/variables.ts'
import { createEnding } from './ending.ts'
import { watchProcess } from './faults.ts'
import { startNodeHost } from './host.ts'
import { createLineWriter } from './line-writer.ts'
import { startTracing } from './tracing.ts'
import type { Tracing } from './tracing-sdk.ts'

/** Starts the program. Ends the process with 1 if it cannot start. */
export async function runNodeHost(): Promise<void> {
  try {
    await start()
  } catch (error) {
    const message = error instanceof SettingsError || error instanceof Error ? error.message : String(error)
    process.stderr.write(`${message}\n`)
    process.exit(1)
  }
}

async function start(): Promise<void> {
  const lines = createLineWriter(process.stdout)
  const host = await startNodeHost({ variables: process.env, write: lines.write })
  const { log } = host.services
  setImmediate(preload)
  const tracing = Promise.withResolvers<Tracing>()
  const end = createEnding({
    log,
    close: () => host.close(),
    sendSpans: async (ms) => (await tracing.promise).end(ms),
    exit(code) {
      lines.flush()
      process.exit(code)
    },
  })
  // Register before any await: the process already serves requests when a signal arrives during the remaining start.
  process.on('SIGTERM', end)
  process.on('SIGINT', end)
  watchProcess(host.faults)
  tracing.resolve(startTracing(process.env, log))
  await tracing.promise
}

/** Loads what the first photos will need, after the start. A failure shows at the first use. */
function preload(): void {
  for (const load of [() => import('./public-agent.ts'), () => import('../providers/images/sharp.ts')])
    load().catch(() => undefined)
}
