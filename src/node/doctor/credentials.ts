/** Whether each reference of a configuration resolves to credentials of the kind that is needed. */
import { isPublisherError } from '../../base/errors.ts'
import type { Credentials } from '../../contract/credentials.ts'
import type { Tenant } from '../../contract/host.ts'
import { type Platform, platforms } from '../../contract/platform.ts'
import { enabledPublisher } from '../../contract/publisher-entries.ts'
import type { RuntimeConfig } from '../../contract/runtime-answer.ts'
import { type ConfigSource, UnknownCredentials } from '../../ports/config-source.ts'
import type { Verdict } from './examination.ts'
import { Trouble } from './trouble.ts'

export interface Reference {
  /** `storage`, `ai`, or a platform. */
  purpose: 'storage' | 'ai' | Platform
  ref: string | undefined
  /** Any of these will do. */
  kinds: readonly Credentials['provider'][]
}

/** What the configuration refers to and would use. */
export function referencesOf(config: RuntimeConfig): Reference[] {
  const { storage, ai, publishers } = config
  const references: Reference[] = []
  if (storage.provider !== 'local') {
    const kinds =
      storage.provider === 's3' || storage.provider === 'managed'
        ? (['s3', 'managed'] as const)
        : [storage.provider]
    references.push({ purpose: 'storage', ref: storage.credentials_ref, kinds })
  }
  for (const platform of platforms) {
    const entry = enabledPublisher(publishers, platform)
    if (!entry) continue
    references.push(
      platform === 'email'
        ? { purpose: platform, ref: config.email_server?.password_ref, kinds: ['smtp'] }
        : { purpose: platform, ref: entry.credentials_ref, kinds: [platform] },
    )
  }
  if (ai.credentials_ref !== undefined)
    references.push({ purpose: 'ai', ref: ai.credentials_ref, kinds: ['openai'] })
  return references
}

/** Resolves one. Throws {@link Trouble}, which names its purpose and never the reference. */
export async function checkReference(
  source: ConfigSource,
  tenant: Tenant,
  { ref, kinds }: Reference,
): Promise<Verdict<Credentials>> {
  const wanted = kinds.join(' or ')
  if (ref === undefined) {
    throw new Trouble(
      'the configuration names no credentials for it',
      kinds[0] === 'smtp' ? 'Fill in `email_server` with its `password_ref`.' : 'Set its `credentials_ref`.',
    )
  }
  const credentials = await source
    .resolveCredentials(tenant, ref, crypto.randomUUID())
    .catch((error: unknown) => {
      throw isPublisherError(error, 'credentials_unavailable')
        ? new Trouble('they do not resolve', resolvingAdvice(error.cause, wanted), error.cause)
        : error
    })
  if (kinds.includes(credentials.provider))
    return { value: credentials, said: `they resolve (${credentials.provider})` }
  throw new Trouble(
    `they are of the kind ${credentials.provider}, needed is ${wanted}`,
    'Correct the reference, or what is stored under it.',
  )
}

function resolvingAdvice(cause: unknown, wanted: string): string {
  if (cause instanceof UnknownCredentials)
    return `Store credentials of the kind ${wanted} under this reference, for this tenant.`
  return cause instanceof Error && cause.message.startsWith('The resolved credentials are malformed')
    ? 'Correct these fields where the credentials are stored.'
    : 'Look at the log of the orchestrator: it has the reference, but did not answer with the credentials.'
}
