/** A process that is asked over no network: for tests of the handlers alone. */
import type { Exchange } from '../../src/handlers/exchange.ts'
import { createMemoryKeyValueStore } from '../../src/providers/kv/memory.ts'
import { type ConfigSource, toLookup } from '../../src/runtime/config-source.ts'
import { parseHost } from '../../src/runtime/host.ts'
import { createLogger } from '../../src/runtime/log.ts'
import { createServices, type Services } from '../../src/runtime/services.ts'
import { parseSettings } from '../../src/runtime/settings.ts'

export interface TestProcess {
  services: Services
  /** Log lines so far. */
  lines: string[]
  /** A request's exchange on alice's host. */
  exchange(): Promise<Exchange>
}

const unused = () => Promise.reject(new Error('This test needs no neighbour.'))

/** Makes one with sign-in, whose every host has this configuration. */
export function testProcess(config: Record<string, unknown> = {}): TestProcess {
  const lines: string[] = []
  const settings = parseSettings({
    ORCHESTRATOR_BASE_URL: 'https://orchestrator.test',
    ORCHESTRATOR_SERVICE_TOKEN: 'service-token',
    ORCHESTRATOR_BASE_DOMAIN: 'shibari.test',
    WEB_SESSION_SECRET: 'test-session-secret-of-32-characters',
    ADMIN_COOKIE_SCOPE: 'host',
    OIDC_ISSUER_URL: 'https://issuer.test/',
    AUTH0_CLIENT_ID: 'publisher',
    AUTH0_CLIENT_SECRET: 'secret',
  })
  const source: ConfigSource = {
    kind: 'orchestrator',
    lookup: async () =>
      toLookup({
        schema_version: 2,
        tenant: 'alice',
        app_type: 'publisher_v2',
        config_version: 'v1',
        config: { storage: { provider: 'local', paths: { root: 'photos' } }, ...config },
      }),
    resolveCredentials: unused,
    check: async () => ({ ready: true }),
    acceptsToken: (token) => token === 'service-token',
  }
  const services = createServices({
    settings,
    source,
    kv: createMemoryKeyValueStore(),
    images: { reduce: unused },
    digest: unused,
    assets: { index: async () => new Response('page'), get: async () => new Response('file') },
    log: createLogger({ level: 'info', write: (line) => lines.push(line) }),
    now: Date.now,
    storages: () => ({}),
  })
  return {
    services,
    lines,
    async exchange() {
      const connection = { host: 'alice.shibari.test', waitUntil: () => undefined }
      const host = parseHost(connection.host, settings.baseDomain)
      if (!host) throw new TypeError('unreachable')
      const runtime = await services.configurations.load(host, { requestId: 'r', waitUntil: () => undefined })
      return { requestId: 'request-1', connection, origin: 'https://alice.shibari.test', runtime }
    },
  }
}
