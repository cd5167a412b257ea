/** The reference orchestrator in this process, on tenants of every kind, for suites of requests. */

import { createOrchestrator, type OrchestratorOptions } from '../../orchestrator/handlers/app.ts'
import type { AuditLine } from '../../orchestrator/handlers/audit.ts'
import { parseRegistry, type Registry } from '../../orchestrator/registry.ts'

export const primary = 'primary-service-token'
export const secondary = 'secondary-service-token'
export const runtimePath = '/v1/runtime/by-host'
export const resolvePath = '/v1/credentials/resolve'
export const usagePath = '/v1/billing/usage'

const storage = (ref: string) => ({ provider: 'dropbox', credentials_ref: ref, paths: { root: '/Photos' } })
const dropbox = (refresh_token: string) => ({ provider: 'dropbox', refresh_token })

export const tenants = {
  alice: { hosts: ['alice.shibari.test'], config: { storage: storage('alice-storage') } },
  bob: {
    hosts: ['bob.shibari.test', 'robert.shibari.test'],
    ttl_seconds: 300,
    config: { storage: storage('bob-storage') },
  },
  carol: { hosts: ['carol.shibari.test'], suspended: true, config: { storage: storage('carol-storage') } },
  dora: {
    hosts: ['dora.shibari.test'],
    insufficient_balance: true,
    config: { storage: storage('dora-storage') },
  },
  emil: {
    hosts: ['emil.shibari.test'],
    schema_version: 1,
    config: {
      storage: storage('emil-storage'),
      features: { publish_enabled: true },
      content: { debug: true },
    },
  },
  kate: { hosts: ['kate.shibari.test'], config: { storage: storage('kate-storage') } },
  shop: { hosts: ['shop.shibari.test'], app_type: 'shop', config: { anything: true } },
}

/** Every secret is a canary: it must turn up where it was asked for, and nowhere else. */
export const secrets = {
  alice: {
    'alice-storage': dropbox('canary-of-alice'),
    'alice-mail': { provider: 'smtp', password: 'canary-mail-of-alice' },
    shared: dropbox('canary-shared-of-alice'),
  },
  bob: { 'bob-storage': dropbox('env:BOB_TOKEN'), shared: dropbox('canary-shared-of-bob') },
  carol: { 'carol-storage': dropbox('canary-of-carol') },
  dora: { 'dora-storage': dropbox('canary-of-dora') },
  shop: { 'shop-storage': dropbox('canary-of-shop') },
  nobody: { 'nobodys-storage': dropbox('canary-of-nobody') },
}

export function registryOf(
  described: Record<string, unknown> = tenants,
  known: Record<string, unknown> = secrets,
  variables: Record<string, string> = { BOB_TOKEN: 'canary-of-bob' },
): Promise<Registry> {
  return parseRegistry({
    tenants: JSON.stringify({ tenants: described }),
    secrets: JSON.stringify(known),
    variables,
    versionKey: 'of the tests',
  })
}

export type Reference = Awaited<ReturnType<typeof startReference>>

export async function startReference(options: Partial<OrchestratorOptions> = {}) {
  const registry = await registryOf()
  const audit: AuditLine[] = []
  const app = createOrchestrator({
    registry: async () => registry,
    tokens: [primary, secondary],
    audit: (line) => audit.push(line),
    ...options,
  })
  const request = async (path: string, init: RequestInit = {}) =>
    app.request(path, {
      ...init,
      headers: { authorization: `Bearer ${primary}`, ...Object.fromEntries(new Headers(init.headers)) },
    })
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    request(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    })
  return {
    app,
    audit,
    request,
    post,
    resolve: (tenant: string, ref: string) =>
      post(resolvePath, { credentials_ref: ref }, { 'x-tenant': tenant }),
    byHost: (host: string, headers?: Record<string, string>) => post(runtimePath, { host }, headers),
    /** The same by GET. */
    getByHost: (host: string, headers: Record<string, string> = {}) =>
      request(`${runtimePath}?host=${encodeURIComponent(host)}`, { headers }),
  }
}
