/** Checks that each reference of a configuration resolves to credentials of the right kind. */
import { isPublisherError } from '../../base/errors.ts'
import {
  type Channel,
  type ConfiguredChannel,
  channelsOf,
  isFirstOfPlatform,
} from '../../contract/channels.ts'
import type { Credentials } from '../../contract/credentials.ts'
import type { Tenant } from '../../contract/host.ts'
import { platforms } from '../../contract/platform.ts'
import type { RuntimeConfig } from '../../contract/runtime-answer.ts'
import { type ConfigSource, UnknownCredentials } from '../../ports/config-source.ts'
import type { CredentialKind } from '../../ports/credentials.ts'
import { referenceOf } from '../../ports/publisher-driver.ts'
import type { Services } from '../../runtime/services.ts'
import type { Verdict } from './examination.ts'
import { Trouble } from './trouble.ts'

export interface Reference {
  /** `storage`, `ai`, or {@link purposeOf} a channel. */
  purpose: string
  /** Name of the part that uses the reference, for people. */
  title: string
  ref: string | undefined
  /** Accepted kinds. */
  kinds: readonly CredentialKind[]
  /** Advice if the configuration has no reference. */
  fillIn: string
}

/** Providers of a process that may use a reference. */
export type Providers = Pick<Services, 'storages' | 'publishers' | 'model'>

const fillIn = 'Set its `credentials_ref`.'

/** Returns the references of a configuration that its tenant uses. */
export function referencesOf(config: RuntimeConfig, providers: Providers): Reference[] {
  const { storage, ai } = config
  const { model } = providers
  const kinds = providers.storages[storage.provider]?.credentials ?? []
  const configured = channelsOf(config.publishers)
  const channels = platforms.flatMap((name) => configured.filter(({ platform }) => platform === name))
  return [
    ...(kinds.length > 0
      ? [{ purpose: 'storage', title: 'the storage', ref: storage.credentials_ref, kinds, fillIn }]
      : []),
    ...channels.flatMap((channel) => publisherReference(channel, config, providers)),
    ...(!model || ai.credentials_ref === undefined
      ? []
      : [
          {
            purpose: 'ai',
            title: model.title,
            ref: ai.credentials_ref,
            kinds: model.credentials,
            fillIn,
          },
        ]),
  ]
}

/** Purpose of a channel's credentials. The `id` of an entry may be any text, such as `ai`. */
export function purposeOf(channel: Channel): string {
  return isFirstOfPlatform(channel) ? channel.name : `publisher.${channel.name}`
}

function publisherReference(
  { entry, ...channel }: ConfiguredChannel,
  config: RuntimeConfig,
  { publishers }: Pick<Providers, 'publishers'>,
): Reference[] {
  const publisher = publishers[channel.platform]
  if (!publisher) return []
  const { credentials: kinds, fillIn: advice = fillIn } = publisher
  const title = isFirstOfPlatform(channel) ? publisher.title : `${publisher.title} (${channel.name})`
  const ref = referenceOf(publisher, { entry, config })
  return [{ purpose: purposeOf(channel), title, ref, kinds, fillIn: advice }]
}

/** Resolves a reference. Throws {@link Trouble}, which never names the reference. */
export async function checkReference(
  source: ConfigSource,
  tenant: Tenant,
  { ref, kinds, fillIn }: Reference,
): Promise<Verdict<Credentials>> {
  const wanted = kinds.join(' or ')
  if (ref === undefined) {
    throw new Trouble('the configuration names no credentials', fillIn)
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
    `they are of the kind ${credentials.provider}, expected ${wanted}`,
    'Correct the reference, or the credentials stored under this reference.',
  )
}

function resolvingAdvice(cause: unknown, wanted: string): string {
  if (cause instanceof UnknownCredentials)
    return `Store credentials of the kind ${wanted} under this reference, for this tenant.`
  return cause instanceof Error && cause.message.startsWith('The resolved credentials are malformed')
    ? 'Correct these fields in the stored credentials.'
    : 'Look at the log of the orchestrator, which knows the reference but did not return the credentials.'
}
