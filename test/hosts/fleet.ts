/** One orchestrator and one host for a suite of requests, with the variables that every such suite needs. */
import type { HostKind, RunningHost } from './hosts.ts'
import { startOrchestrator, type TestOrchestrator } from './orchestrator.ts'

export const baseDomain = 'shibari.test'
export const serviceToken = 'service-token'
export const sessionSecret = 'test-session-secret-of-32-characters'
/** Behind the platform's router, over HTTPS. */
export const https = { 'x-forwarded-proto': 'https' }

export interface Fleet extends AsyncDisposable {
  orchestrator: TestOrchestrator
  host: RunningHost
  /** A GET over HTTPS on a tenant's host. */
  get(tenant: string, path: string, headers?: Record<string, string>): Promise<Response>
  /** What the control plane does after a change that should act at once. */
  invalidate(tenant: string): Promise<Response>
}

/** Starts both; `await using` ends them. */
export async function startFleet(
  kind: HostKind,
  variables: Record<string, string> = {},
  now?: () => number,
): Promise<Fleet> {
  const orchestrator = await startOrchestrator()
  const host = await kind.start(
    {
      ORCHESTRATOR_BASE_URL: orchestrator.url,
      ORCHESTRATOR_SERVICE_TOKEN: serviceToken,
      ORCHESTRATOR_BASE_DOMAIN: baseDomain,
      // A busy machine is no orchestrator that is away: a second attempt would be counted.
      ORCHESTRATOR_TIMEOUT_MS: '10000',
      KV_TIMEOUT_MS: '10000',
      WEB_SESSION_SECRET: sessionSecret,
      ALLOW_PRIVATE_ENDPOINTS: 'true',
      DROPBOX_APP_KEY: 'app-key',
      DROPBOX_APP_SECRET: 'app-secret',
      ...variables,
    },
    now,
  )
  return {
    orchestrator,
    host,
    get: (tenant, path, headers = {}) =>
      host.request(`${tenant}.${baseDomain}`, path, { headers: { ...https, ...headers } }),
    invalidate: (tenant) =>
      host.request(`${tenant}.${baseDomain}`, '/internal/invalidate', {
        method: 'POST',
        headers: { ...https, authorization: `Bearer ${serviceToken}`, 'content-type': 'application/json' },
        body: JSON.stringify({ host: `${tenant}.${baseDomain}` }),
      }),
    async [Symbol.asyncDispose]() {
      await host.close()
      await orchestrator.close()
    },
  }
}

/** A configuration that can be asked for its features; `mark` tells one from another. */
export function markedConfig(mark: boolean): Record<string, unknown> {
  return {
    features: { auto_view_enabled: true, delete_enabled: mark },
    storage: { provider: 's3', credentials_ref: 'storage', paths: { root: 'photos' } },
  }
}
