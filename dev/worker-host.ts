/** Runs the built Worker in Miniflare, from the output of `wrangler deploy --dry-run`. */
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Miniflare } from 'miniflare'

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
          manifest: { mainModule: 'worker.js', modules: await modules() },
          assets: { directory: `${dist}ui`, runWorkerFirst: true, hasUserWorker: true },
          env: {
            ...Object.fromEntries(
              Object.entries(variables).map(([name, value]) => [name, { type: 'text' as const, value }]),
            ),
            ASSETS: { type: 'assets' },
            KV: { type: 'kv', id: 'kv' },
            IMAGES: { type: 'images' },
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

async function modules() {
  const names = (await readdir(`${dist}worker`)).filter((name) => name.endsWith('.js'))
  const read = names.map(async (name) => {
    const contents = await readFile(`${dist}worker/${name}`, 'utf8')
    return [name, { type: 'esm' as const, contents }] as const
  })
  return Object.fromEntries(await Promise.all(read))
}
