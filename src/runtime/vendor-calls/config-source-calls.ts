/** Config source behind the pipeline. */
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
  check: { operation: 'check', outcomeOf: ({ ready }) => (ready ? 'ok' : 'not_ready') },
  hosts: 'direct',
  acceptsToken: 'direct',
} as const satisfies CallTable<ConfigSource>

/** Wraps a source to observe each call to the orchestrator. A file source stays unwrapped, since reading a file calls no vendor. */
export function configSourceCalls(source: ConfigSource, observe: Observe): ConfigSource {
  if (source.kind !== 'orchestrator') return source
  return throughLayers(source, calls, [observing({ vendor: 'orchestrator', observe })])
}
