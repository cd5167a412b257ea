/**
 * `npm run demo`: runs the orchestrator, four tenants with different storages, emulated vendors, and the publisher on this
 * machine.
 */
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { useCompileCache } from '../src/node/compile-cache.ts'
import { endWithHelp } from '../src/node/usage.ts'
import { buildWhereStale } from './demo/build.ts'
import { progressTo } from './demo/progress.ts'
import type { Demo } from './demo/start.ts'

const usage = `npm run demo -- [--photos DIR] [--port 8080] [--domain localhost] [--state .demo]
    --photos DIR   shows your own photos at alice's address, and never changes them
    --port N       port to listen on; if it is in use, the demo uses the next free port
    --domain NAME  parent domain of the galleries; below demo.localhost one sign-in counts for all of them
    --state DIR    directory for the demo's files
    --worker       runs the publisher as a Worker (\`npm run dev:worker\`)`

const project = fileURLToPath(new URL('../', import.meta.url))
/** Domains that browsers resolve to this machine without configuration. */
const localDomain = /^([a-z0-9-]+\.)*localhost$/

async function main(): Promise<void> {
  endWithHelp(usage)
  const { photos, port, domain: baseDomain, worker, state } = readArguments()
  console.log('Starting the demo ...')
  const step = progressTo((text) => process.stdout.write(text))
  await buildWhereStale(project, worker, step)
  // Before the parts are loaded, so that they come from the cache.
  useCompileCache(join(project, 'dist/demo-compile-cache'))
  const [{ startDemo }, { greeting }] = await Promise.all([
    import('./demo/start.ts'),
    import('./demo/greeting.ts'),
  ])
  const demo = await startDemo({ state, port, baseDomain, worker, photos, step })
  if (demo.port !== port) console.log(`Port ${port} is in use, so the demo uses ${demo.port}.`)
  endOnSignal(demo)
  console.log(greeting({ ...demo, baseDomain, worker, state }))
}

function readArguments() {
  try {
    const { values } = parseArgs({
      options: {
        photos: { type: 'string' },
        port: { type: 'string', default: '8080' },
        domain: { type: 'string', default: 'localhost' },
        worker: { type: 'boolean', default: false },
        state: { type: 'string', default: join(project, '.demo') },
      },
    })
    const port = Number(values.port)
    if (!Number.isInteger(port) || port < 1 || port > 65_000)
      throw new RangeError(`${values.port} is not a port`)
    if (!localDomain.test(values.domain)) throw new RangeError(`${values.domain} is not below localhost`)
    return { ...values, port }
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
    process.exit(2)
  }
}

function endOnSignal(demo: Demo): void {
  let ending = false
  const end = async () => {
    if (ending) return
    ending = true
    console.log('\nStopping ...')
    await demo.close()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // Miniflare's own handler would end the process before the parts are closed.
    process.removeAllListeners(signal)
    process.on(signal, end)
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error))
  process.exit(1)
})
