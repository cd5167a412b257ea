/** Config source behind the pipeline. */
import type { Claims } from '../../ports/claims.ts'
import { areUnknown, type ConfigSource } from '../../ports/config-source.ts'
import { observing } from './layers.ts'
import type { Observe } from './observe.ts'
import { type CallTable, throughLayers } from './pipeline.ts'

const calls = {
  lookup: { operation: 'runtime', outcomeOf: ({ status }) => (status === 'found' ? 'ok' : status) },
  resolveCredentials: {
    operation: 'credentials',
    failureOf: (error) => (areUnknown(error) ? 'credentials_unknown' : undefined),
  },
  reportUsage: { operation: 'usage' },
  studio: { operation: 'studio' },
  check: { operation: 'check', outcomeOf: ({ ready }) => (ready ? 'ok' : 'not_ready') },
  claims: 'direct',
  hosts: 'direct',
  acceptsToken: 'direct',
} as const satisfies CallTable<ConfigSource>

const callsOfClaims = {
  create: { operation: 'create_claim' },
  read: { operation: 'read_claim' },
  replace: { operation: 'replace_claim' },
  delete: { operation: 'delete_claim' },
  areOffered: { operation: 'probe_claims' },
} as const satisfies CallTable<Claims>

/** Wraps a source to observe each call to the orchestrator. A file source stays unwrapped, since reading a file calls no vendor. */
export function configSourceCalls(source: ConfigSource, observe: Observe): ConfigSource {
  if (source.kind !== 'orchestrator') return source
  const layers = [observing({ vendor: 'orchestrator', observe })]
  const observed = throughLayers(source, calls, layers)
  const claims = source.claims?.bind(source)
  if (!claims) return observed
  return { ...observed, claims: (tenant) => throughLayers(claims(tenant), callsOfClaims, layers) }
}
