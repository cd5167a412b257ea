/** A process that is asked over no network: for tests of the handlers alone. */
import type { Exchange } from '../../src/handlers/exchange.ts'
import { createMemoryKeyValueStore } from '../../src/providers/kv/memory.ts'
import { clientOfPeer } from '../../src/runtime/client-address.ts'
import { type ConfigSource, toLookup } from '../../src/runtime/config-source.ts'
import { parseHost } from '../../src/runtime/host.ts'
import { createLogger } from '../../src/runtime/log.ts'
import { createServices, type Services } from '../../src/runtime/services.ts'
import { parseSettings } from '../../src/runtime/settings.ts'
import { parseEmail } from '../../src/runtime/sign-in/email.ts'
import { newSessionId } from '../../src/runtime/sign-in/sessions.ts'

export interface TestProcess {
  services: Services
  /** Log lines so far. */
  lines: string[]
  /** A request's exchange on alice's host. */
  exchange(): Promise<Exchange>
}

const unused = () => Promise.reject(new Error('This test needs no neighbour.'))

/** Makes one with sign-in, whose every host has this configuration, unless `isTenant` says that it is nobody's. */
export function testProcess(
  config: Record<string, unknown> = {},
  {
    isTenant = () => true,
    now = Date.now,
    viewerRequests,
  }: { isTenant?: (host: string) => boolean; now?: () => number; viewerRequests?: number } = {},
): TestProcess {
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
    ...(viewerRequests !== undefined && { VIEWER_REQUESTS_PER_5_MINUTES: String(viewerRequests) }),
  })
  const source: ConfigSource = {
    kind: 'orchestrator',
    lookup: async (host) => {
      if (!isTenant(host)) return { status: 'no_tenant' }
      return toLookup({
        schema_version: 2,
        tenant: 'alice',
        app_type: 'publisher_v2',
        config_version: 'v1',
        config: { storage: { provider: 'local', paths: { root: 'photos' } }, ...config },
      })
    },
    resolveCredentials: unused,
    reportUsage: unused,
    check: async () => ({ ready: true }),
    acceptsToken: (token) => token === 'service-token',
  }
  const services = createServices({
    settings,
    source,
    kv: createMemoryKeyValueStore(),
    images: { reduce: unused },
    digest: unused,
    assets: {
      index: async () => new Response('page'),
      get: async () => new Response('file'),
      icons: async () => [],
    },
    log: createLogger({ level: 'info', write: (line) => lines.push(line) }),
    now,
    storages: () => ({}),
    publishers: {},
    model: () => ({ ask: unused }),
  })
  return {
    services,
    lines,
    async exchange() {
      const connection = {
        host: 'alice.shibari.test',
        client: () => clientOfPeer(() => null, '192.0.2.1'),
        waitUntil: () => undefined,
      }
      const host = parseHost(connection.host, settings.baseDomain)
      if (!host) throw new TypeError('unreachable')
      const runtime = await services.configurations.load(host, {
        requestId: 'r',
        waitUntil: () => undefined,
        countStranger: () => () => undefined,
      })
      return { requestId: 'request-1', connection, origin: 'https://alice.shibari.test', runtime }
    },
  }
}

/** The Cookie header of who is signed in on alice's host. */
export async function sessionCookie({ signIn, now }: Services, email: string): Promise<string> {
  const address = parseEmail(email)
  if (!address || !signIn) throw new TypeError('Nobody can sign in.')
  const signedInAt = Math.floor(now() / 1000)
  const signedIn = { id: newSessionId(), email: address, subject: 'test|1', signedInAt, provedAt: signedInAt }
  const issued = await signIn.sessions.issue(signedIn, 'alice.shibari.test')
  return `__Host-session=${issued?.token}`
}
