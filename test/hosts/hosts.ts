/** The two hosts behind one interface, so that one suite of requests runs against both. */
import { readdir, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Miniflare } from 'miniflare'
import { describe } from 'vitest'
import { startNodeHost } from '../../src/node.ts'
import { type RequestOptions, sendTo } from './http.ts'

export interface RunningHost {
  request(host: string, path: string, options?: RequestOptions): Promise<Response>
  /** Log lines so far. */
  lines: string[]
  port: number
  close(): Promise<void>
}

export interface HostKind {
  name: 'node' | 'worker'
  /** `now` replaces the clock, which only the Node host allows. */
  start(variables: Record<string, string>, now?: () => number): Promise<RunningHost>
}

export const nodeHost: HostKind = {
  name: 'node',
  async start(variables, now = Date.now) {
    const lines: string[] = []
    const host = await startNodeHost({
      variables: { ...variables, PORT: '0' },
      write: (line) => lines.push(line),
      now,
    })
    return {
      lines,
      port: host.port,
      request: (name, path, options) => sendTo(host.port, name, path, options),
      close: () => host.close(0),
    }
  },
}

const dist = fileURLToPath(new URL('../../dist/', import.meta.url))

export const workerHost: HostKind = {
  name: 'worker',
  async start(variables) {
    const lines: string[] = []
    const worker = new Miniflare({
      host: '127.0.0.1',
      port: 0,
      logRequests: false,
      handleStructuredLogs: ({ message }) => lines.push(message),
      workers: [
        {
          config: {
            name: 'publisher',
            compatibilityDate: '2026-11-01',
            compatibilityFlags: [],
            manifest: { mainModule: 'worker.js', modules: await workerModules() },
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
    const port = Number((await worker.ready).port)
    return {
      lines,
      port,
      request: (name, path, options) => sendTo(port, name, path, options),
      close: () => worker.dispose(),
    }
  },
}

/** The deployable, as `wrangler deploy --dry-run` wrote it. */
async function workerModules() {
  const names = (await readdir(`${dist}worker`)).filter((name) => name.endsWith('.js'))
  const modules = names.map(async (name) => {
    const contents = await readFile(`${dist}worker/${name}`, 'utf8')
    return [name, { type: 'esm' as const, contents }] as const
  })
  return Object.fromEntries(await Promise.all(modules))
}

/** Runs the same cases against the Node host and against the built Worker in Miniflare. */
export function describeOnBothHosts(title: string, cases: (kind: HostKind) => void): void {
  describe.each([nodeHost, workerHost])(`${title}, on the $name host`, cases)
}
