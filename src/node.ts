/**
 * Node host (Heroku, or any Node 24). `node src/node.ts` serves the galleries; docs/configuration.md lists its variables.
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises'
 * import { startNodeHost } from 'shibari-publisher/node'
 *
 * const site = { tenant: 'alice', config: { storage: { provider: 'local', paths: { root: '/photos' } } } }
 * await writeFile('site.json', JSON.stringify(site))
 * const host = await startNodeHost({
 *   variables: { PORT: '0', CONFIG_FILE: 'site.json', WEB_SESSION_SECRET: 'x'.repeat(32) },
 *   write: () => undefined,
 * })
 * const response = await fetch(`http://127.0.0.1:${host.port}/health/ready`)
 * console.log(response.status)
 * await host.close(0)
 * ```
 */
import { useCompileCache } from './node/compile-cache.ts'
import type { NodeHost } from './node/host.ts'
import type { NodeHostOptions } from './node/process.ts'
import { endWithHelp } from './node/usage.ts'
import type { Services } from './runtime/services.ts'

export type { NodeHost, NodeHostOptions }

/** Starts a host and resolves when it listens. Throws `SettingsError` for an invalid environment, and `EADDRINUSE`. */
export async function startNodeHost(options: NodeHostOptions): Promise<NodeHost> {
  const host = await import('./node/host.ts')
  return host.startNodeHost(options)
}

/** Wires a process without a server, for jobs. Throws `SettingsError` for an invalid environment. */
export async function createNodeServices(options: NodeHostOptions): Promise<Services> {
  const process = await import('./node/process.ts')
  return process.createNodeServices(options)
}

if (import.meta.main) {
  endWithHelp('npm start: serves the galleries; the environment is described in docs/configuration.md')
  // Before the other modules are loaded, so that they come from the cache.
  useCompileCache()
  const { runNodeHost } = await import('./node/main.ts')
  await runNodeHost()
}
