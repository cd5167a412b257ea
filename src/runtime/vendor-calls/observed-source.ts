/** The orchestrator, each call of it observed. */
import { areUnknown, type ConfigSource } from '../../ports/config-source.ts'
import type { Observe } from './observe.ts'

/** A file is no call to anybody and stays as it is. */
export function observeSource(source: ConfigSource, observe: Observe): ConfigSource {
  if (source.kind !== 'orchestrator') return source
  const at = (operation: string) => ({ to: 'orchestrator', operation })
  return {
    kind: source.kind,
    lookup: (host, knownVersion, requestId) =>
      observe(
        at('runtime'),
        () => source.lookup(host, knownVersion, requestId),
        ({ status }) => (status === 'found' ? 'ok' : status),
      ),
    resolveCredentials: (tenant, ref, requestId) =>
      observe(
        at('credentials'),
        () => source.resolveCredentials(tenant, ref, requestId),
        () => 'ok',
        (error) => (areUnknown(error) ? 'credentials_unknown' : undefined),
      ),
    reportUsage: (event, requestId) => observe(at('usage'), () => source.reportUsage(event, requestId)),
    check: () =>
      observe(
        at('check'),
        () => source.check(),
        ({ ready }) => (ready ? 'ok' : 'not_ready'),
      ),
    acceptsToken: (token) => source.acceptsToken(token),
  }
}
