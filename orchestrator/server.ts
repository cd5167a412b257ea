/** The orchestrator on a port. Node only. */
import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { createOrchestrator, type OrchestratorOptions } from './handlers/app.ts'
import { type WatchedFilesOptions, watchFiles } from './watched-files.ts'

export interface StartOptions extends Omit<OrchestratorOptions, 'registry'>, WatchedFilesOptions {
  /** 0 is a free one. */
  port: number
  hostname: string
}

export interface RunningOrchestrator {
  url: string
  port: number
  close(): Promise<void>
}

/** Starts it. Throws for files that cannot be used and for a port that is taken. */
export async function startOrchestrator(options: StartOptions): Promise<RunningOrchestrator> {
  const registry = await watchFiles(options)
  const app = createOrchestrator({ ...options, registry })
  const { hostname } = options
  return new Promise((resolve, reject) => {
    const server = serve(
      { fetch: app.fetch, port: options.port, hostname, overrideGlobalObjects: false },
      ({ port }) => {
        resolve({
          port,
          url: `http://${hostname}:${port}`,
          close: () => {
            // The adapter's type allows HTTP/2, which is not served here.
            ;(server as Server).closeAllConnections()
            return new Promise((closed) => server.close(() => closed()))
          },
        })
      },
    )
    server.once('error', reject)
  })
}
