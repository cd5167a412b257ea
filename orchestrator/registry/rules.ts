/**
 * Dependency rules: what a feature needs before it can work. The rules apply to configurations that the schemas accept, and only to features
 * that are on.
 */
import { z } from 'zod'
import { aiField } from '../../src/contract/blocks/ai.ts'
import { emailServerField } from '../../src/contract/blocks/email-server.ts'
import { featuresField } from '../../src/contract/blocks/features.ts'
import { type StorageProvider, storageProviders } from '../../src/contract/blocks/storage.ts'
import type { Credentials } from '../../src/contract/credentials.ts'
import { isBlank, memberOf } from '../../src/contract/lenient.ts'
import { type Platform, v2NameOf } from '../../src/contract/platform.ts'
import { type PublisherEntry, publishersField } from '../../src/contract/publisher-entries.ts'

/** A feature that is on and lacks something. */
export interface Violation {
  /** Members joined by dots, from the top of the configuration. */
  path: string
  message: string
}

type Provider = Credentials['provider']

/** Providers of a tenant's stored credentials, by reference. */
export type StoredProviders = ReadonlyMap<string, string>

/** Credentials that each storage accepts. `local` needs none. */
const storageCredentials: Readonly<Record<StorageProvider, readonly Provider[]>> = {
  dropbox: ['dropbox'],
  s3: ['s3', 'managed'],
  managed: ['s3', 'managed'],
  gdrive: ['gdrive'],
  local: [],
}

/** Settings and credentials that each platform needs. Mail takes its credentials from the mail server. */
const channelNeeds: Readonly<Record<Platform, { settings: readonly string[]; provider: Provider | null }>> = {
  telegram: { settings: ['channel_id'], provider: 'telegram' },
  email: { settings: ['recipient'], provider: null },
  instagram: { settings: [], provider: 'instagram' },
  bluesky: { settings: [], provider: 'bluesky' },
  mastodon: { settings: [], provider: 'mastodon' },
}

const storageProvider = z.string().trim().toLowerCase().pipe(z.enum(storageProviders))

/** Lists the violated rules of a configuration of this app. `stored` holds the tenant's credentials. */
export function violations(config: unknown, stored: StoredProviders): Violation[] {
  const features = featuresField.read(memberOf(config, 'features'), '', [])
  const isPublishing = features.publish_enabled && features.mode !== 'review'
  return [
    ...storageViolations(memberOf(config, 'storage'), stored),
    ...(features.analyze_caption_enabled ? analysisViolations(config, stored) : []),
    ...(isPublishing ? publishingViolations(config, stored) : []),
  ]
}

/** Joins violations to one text for people. */
export function violationText(found: readonly Violation[]): string {
  return found.map(({ path, message }) => `${path}: ${message}`).join('; ')
}

function storageViolations(storage: unknown, stored: StoredProviders): Violation[] {
  const provider = storageProvider.safeParse(memberOf(storage, 'provider')).data
  const rootless = isBlank(memberOf(memberOf(storage, 'paths'), 'root'))
    ? [{ path: 'storage.paths.root', message: 'the storage has no root folder' }]
    : []
  if (provider === undefined)
    return [{ path: 'storage.provider', message: 'the storage has no provider' }, ...rootless]
  if (provider === 'local') return rootless
  const lack = lackOf(memberOf(storage, 'credentials_ref'), storageCredentials[provider], stored)
  return lack === undefined
    ? rootless
    : [...rootless, { path: 'storage.credentials_ref', message: `the storage ${lack}` }]
}

function analysisViolations(config: unknown, stored: StoredProviders): Violation[] {
  const { credentials_ref } = aiField.read(memberOf(config, 'ai'), '', [])
  const lack = lackOf(credentials_ref, ['openai'], stored)
  return lack === undefined
    ? []
    : [{ path: 'ai.credentials_ref', message: `analysis is on, but the AI ${lack}` }]
}

function publishingViolations(config: unknown, stored: StoredProviders): Violation[] {
  const channels = publishersField
    .read(memberOf(config, 'publishers'), '', [])
    .filter(({ enabled }) => enabled)
  const mail = mailLack(memberOf(config, 'email_server'), stored)
  const lacks = channels.map((channel) => channelLack(channel, mail, stored))
  const reasons = lacks.filter((lack) => lack !== undefined)
  const found: Violation[] = []
  if (channels.length === 0)
    found.push({ path: 'publishers', message: 'publishing is on, but no channel is enabled' })
  else if (reasons.length === channels.length)
    found.push({
      path: 'publishers',
      message: `publishing is on, but no channel is complete: ${reasons.join(', ')}`,
    })
  if (mail !== undefined && channels.some(({ type }) => type === 'email'))
    found.push({ path: 'email_server', message: `publishing by mail is on, but ${mail}` })
  return found
}

/** Describes what a channel lacks. Returns `undefined` for a complete channel. */
function channelLack(
  { type, id, config, credentials_ref }: PublisherEntry,
  mail: string | undefined,
  stored: StoredProviders,
): string | undefined {
  const { settings, provider } = channelNeeds[type]
  const platform = v2NameOf(type)
  const name = id === undefined || id === platform ? platform : `${platform} (${id})`
  const missing = settings.find((setting) => isBlank(config[setting]))
  if (missing !== undefined) return `${name} has no ${missing}`
  if (provider === null) return mail === undefined ? undefined : `${name} cannot send because ${mail}`
  const lack = lackOf(credentials_ref, [provider], stored)
  return lack === undefined ? undefined : `${name} ${lack}`
}

/** Describes what the mail server lacks. */
function mailLack(server: unknown, stored: StoredProviders): string | undefined {
  const read = emailServerField.read(server, '', [])
  if (read === undefined) return 'there is no mail server with a sender and a password'
  const lack = lackOf(read.password_ref, ['smtp'], stored)
  return lack === undefined ? undefined : `the mail server ${lack}`
}

/** Describes why a reference does not resolve, without the reference. Returns `undefined` if it resolves. */
function lackOf(ref: unknown, accepted: readonly Provider[], stored: StoredProviders): string | undefined {
  if (typeof ref !== 'string' || ref.trim() === '') return 'has no credentials'
  const provider = stored.get(ref.trim())
  if (provider === undefined) return 'has a reference without stored credentials'
  if (accepted.some((one) => one === provider)) return undefined
  return `has credentials of ${provider} and needs those of ${accepted.join(' or ')}`
}
