/** Parts of a tenant and its configuration version that every provider needs. */
import type { Host, Tenant, TenantHost } from '../../contract/host.ts'
import type { RuntimeAnswer, RuntimeConfig } from '../../contract/runtime-answer.ts'
import type { Claims } from '../../ports/claims.ts'
import type { ConfigSource } from '../../ports/config-source.ts'
import type { FindCredentials } from '../../ports/driver.ts'
import type { FairnessObserver } from '../limits/observer.ts'
import type { VendorCallContext } from '../vendor-calls/layers.ts'
import type { Observe } from '../vendor-calls/observe.ts'
import { createCredentialCache } from './credential-cache.ts'

export interface TenantScope {
  host: Host
  tenant: Tenant
  config: RuntimeConfig
  /** Finds credentials of the tenant, resolved at the first use and cached as long as the configuration. */
  find: FindCredentials
  /** Claims of the control plane. `null` if the source keeps none. */
  claims: Claims | null
  /** Context of calls to the tenant's vendors. */
  calls: Omit<VendorCallContext, 'vendor'>
}

export interface TenantScopeOptions {
  source: ConfigSource
  /** Measures each call to a vendor. */
  observe: Observe
  /** Receives refused calls and state changes of breakers. Default: no observer. */
  fairness?: FairnessObserver
  now: () => number
}

/** Creates the scope of one tenant. */
export function tenantScope(
  { source, observe, fairness = {}, now }: TenantScopeOptions,
  { config, ttlSeconds }: RuntimeAnswer,
  { host, tenant }: TenantHost,
): TenantScope {
  const credentials = createCredentialCache({
    resolve: (ref) => source.resolveCredentials(tenant, ref, crypto.randomUUID()),
    ttlMs: ttlSeconds * 1000,
    now,
  })
  return {
    host,
    tenant,
    config,
    // A missing reference fails like an unknown reference.
    find: (ref = '', kinds) => credentials.source(ref, ...kinds),
    claims: source.claims?.(tenant) ?? null,
    calls: { tenant, now, observer: fairness, observe },
  }
}
