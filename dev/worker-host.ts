/** Runs the built Worker in Miniflare, from the output of `wrangler deploy --dry-run`. */
import { readdir, readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { fileURLToPath } from 'node:url'
import { Miniflare } from 'miniflare'
import { drawPictures } from './drawing-images/service.ts'

export interface WorkerHostOptions {
  variables: Readonly<Record<string, string>>
  /** 0 means any free port. */
  port: number
  /** Writes one log line. */
  write(line: string): void
}

export interface StoredValues {
  get(key: string): Promise<string | null>
  put(key: string, value: string): Promise<void>
}

export interface WorkerHost {
  port: number
  /** Runs the scheduled handler, as a cron trigger does. */
  runSchedule(): Promise<unknown>
  /** Opens the Worker's KV directly, not through the Worker. */
  kv(): Promise<StoredValues>
  /** Checks if the Cache API has a thumbnail of this address. */
  hasCached(address: string): Promise<boolean>
  close(): Promise<void>
}

const dist = fileURLToPath(new URL('../dist/', import.meta.url))

/** Starts the Worker with KV, Images and the built web app. Needs `npm run build:ui` and `npm run build:worker`. */
export async function startWorkerHost({ variables, port, write }: WorkerHostOptions): Promise<WorkerHost> {
  const worker = new Miniflare({
    host: '127.0.0.1',
    port,
    logRequests: false,
    handleStructuredLogs: ({ message }) => write(message),
    workers: [
      {
        config: {
          name: 'publisher',
          compatibilityDate: '2026-11-01',
          compatibilityFlags: [],
          manifest: {
            mainModule: 'drawing.js',
            modules: { ...(await modules()), ...(await drawingModules()) },
          },
          assets: { directory: `${dist}ui`, runWorkerFirst: true, hasUserWorker: true },
          env: {
            ...Object.fromEntries(
              Object.entries(variables).map(([name, value]) => [name, { type: 'text' as const, value }]),
            ),
            ASSETS: { type: 'assets' },
            KV: { type: 'kv', id: 'kv' },
            IMAGES: { type: 'images' },
            DRAWING: { type: 'fetcher', handler: drawPictures },
          },
        },
      },
    ],
  })
  return {
    port: Number((await worker.ready).port),
    runSchedule: async () => (await worker.getWorker('publisher')).scheduled({ cron: '0 * * * *' }),
    kv: () => worker.getKVNamespace('KV', 'publisher'),
    async hasCached(address) {
      const cache = await (await worker.getCaches()).open('pictures')
      return (await cache.match(address)) !== undefined
    },
    close: () => worker.dispose(),
  }
}

/** Hands the Worker an Images binding that draws. Each isolate has one environment, which names the Worker's services. */
const drawing = `
import worker from './worker.js'
import { withDrawing } from './binding.js'

let given
const environment = (env) => (given ??= { ...env, IMAGES: withDrawing(env.IMAGES, env.DRAWING) })

export default {
  fetch: (request, env, context) => worker.fetch(request, environment(env), context),
  scheduled: (event, env, context) => worker.scheduled(event, environment(env), context),
}
`

async function drawingModules() {
  const binding = await readFile(new URL('drawing-images/binding.ts', import.meta.url), 'utf8')
  return {
    'drawing.js': { type: 'esm' as const, contents: drawing },
    'binding.js': { type: 'esm' as const, contents: stripTypeScriptTypes(binding) },
  }
}

async function modules() {
  const names = (await readdir(`${dist}worker`)).filter((name) => name.endsWith('.js'))
  const read = names.map(async (name) => {
    const contents = await readFile(`${dist}worker/${name}`, 'utf8')
    return [name, { type: 'esm' as const, contents }] as const
  })
  return Object.fromEntries(await Promise.all(read))
}
