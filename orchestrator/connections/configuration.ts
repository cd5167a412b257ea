/** Changes of a configuration when an account is connected or disconnected. Pure: storing is in apply.ts. */
import { isRecord, memberOf } from '../../src/contract/lenient.ts'
import { platformName } from '../../src/contract/platform.ts'
import { listedPublishers } from '../../src/contract/publisher-entries.ts'
import { type StoredProviders, violations } from '../registry/rules.ts'
import { type ConnectionProvider, type ConnectionUse, connectionUses } from './vendor.ts'

type Config = Readonly<Record<string, unknown>>

export interface NewConnection {
  provider: ConnectionProvider
  ref: string
  settings: Config
  /** Settings that never replace a value of the configuration. */
  found: Config
}

/** Settings without which a channel stays off. */
const neededSettings: Readonly<Partial<Record<ConnectionProvider, string>>> = { telegram: 'channel_id' }

const featureOf: Readonly<Partial<Record<ConnectionUse, string>>> = {
  channel: 'publish_enabled',
  mail: 'publish_enabled',
  ai: 'analyze_caption_enabled',
}

/** Adds the connection to the configuration. Paths, models and other settings of people stay. */
export function withConnection(config: Config, connection: NewConnection): Config {
  const { provider, ref, settings } = connection
  switch (connectionUses[provider]) {
    case 'storage':
      return { ...config, storage: withStorage(memberOf(config, 'storage'), connection) }
    case 'channel':
      return { ...config, publishers: withChannel(config, connection) }
    case 'mail': {
      const { recipient, ...server } = settings
      const old = blockOf(config, 'email_server')
      const connected = { ...config, email_server: { ...old, ...server, password_ref: ref } }
      if (recipient === undefined) return connected
      return { ...connected, publishers: withMailChannel(config, recipient) }
    }
    case 'ai':
      return { ...config, ai: { ...settings, ...blockOf(config, 'ai'), credentials_ref: ref } }
  }
}

/** Turns the feature of the connection off or its channels, and keeps everything else. */
export function withoutConnection(
  config: Config,
  provider: ConnectionProvider,
  refs: readonly string[],
): Config {
  const isOf = (block: unknown) => refs.some((ref) => memberOf(block, 'credentials_ref') === ref)
  switch (connectionUses[provider]) {
    case 'storage':
      return config
    case 'channel':
      return {
        ...config,
        publishers: entriesOf(config).map((entry) => (isOf(entry) ? disabled(entry) : entry)),
      }
    case 'mail':
      return {
        ...config,
        publishers: entriesOf(config).map((entry) => (typeOf(entry) === 'email' ? disabled(entry) : entry)),
      }
    case 'ai': {
      const { credentials_ref: _, ...ai } = blockOf(config, 'ai')
      return isOf(config.ai) ? { ...config, ai } : config
    }
  }
}

/** Checks if the connection's channel has all settings that it needs. Other connections are complete. */
export function isComplete(
  config: Config,
  { provider, ref }: Pick<NewConnection, 'provider' | 'ref'>,
): boolean {
  if (neededSettings[provider] === undefined) return true
  return entriesOf(config).some(
    (entry) => memberOf(entry, 'credentials_ref') === ref && memberOf(entry, 'enabled') === true,
  )
}

/** Turns the feature of a use on if it is undecided, and can work now. */
export function withPossibleFeature(
  config: Config,
  use: ConnectionUse,
  stored: StoredProviders,
  locked: readonly string[],
): Config {
  const name = featureOf[use]
  const features = blockOf(config, 'features')
  if (name === undefined || (features[name] ?? null) !== null || locked.includes(`features.${name}`))
    return config
  const candidate = { ...config, features: { ...features, [name]: true } }
  const isPossible = violations(candidate, stored).length <= violations(config, stored).length
  return isPossible ? candidate : config
}

/** Leaves the feature of a use undecided if it cannot work any more, so that the next connection turns it on again. */
export function withoutImpossibleFeature(
  config: Config,
  use: ConnectionUse,
  stored: StoredProviders,
): Config {
  const name = featureOf[use]
  const features = blockOf(config, 'features')
  if (name === undefined || features[name] !== true) return config
  const { [name]: _, ...others } = features
  const candidate = { ...config, features: others }
  return violations(candidate, stored).length < violations(config, stored).length ? candidate : config
}

function withStorage(old: unknown, { provider, ref, settings }: NewConnection): Config {
  const { paths, ...others } = settings
  return {
    ...(isRecord(old) && old),
    ...others,
    provider,
    credentials_ref: ref,
    paths: { root: '/', ...(isRecord(paths) && paths), ...blockOf(old, 'paths') },
  }
}

function withChannel(config: Config, { provider, ref, settings, found }: NewConnection): unknown[] {
  const entries = entriesOf(config)
  const ofType = entries.filter((entry) => typeOf(entry) === provider)
  const old = ofType.find((entry) => memberOf(entry, 'credentials_ref') === ref) ?? ofType[0]
  const needed = neededSettings[provider]
  const own = { ...found, ...blockOf(old, 'config'), ...settings }
  const fresh = {
    ...(isRecord(old) ? old : { id: provider, type: provider }),
    enabled: needed === undefined || (own[needed] ?? null) !== null,
    credentials_ref: ref,
    config: own,
  }
  return old === undefined ? [...entries, fresh] : entries.map((entry) => (entry === old ? fresh : entry))
}

function withMailChannel(config: Config, recipient: unknown): unknown[] {
  const entries = entriesOf(config)
  const old = entries.find((entry) => typeOf(entry) === 'email')
  const fresh = {
    ...(isRecord(old) ? old : { id: 'fetlife', type: 'fetlife' }),
    enabled: true,
    config: { ...blockOf(old, 'config'), recipient },
  }
  return old === undefined ? [...entries, fresh] : entries.map((entry) => (entry === old ? fresh : entry))
}

/** Lists the entries in the form of a list. */
function entriesOf(config: Config): unknown[] {
  return listedPublishers(config.publishers)?.map(({ entry }) => entry) ?? []
}

function typeOf(entry: unknown): string | undefined {
  return platformName.safeParse(memberOf(entry, 'type')).data
}

function disabled(entry: unknown): unknown {
  return isRecord(entry) ? { ...entry, enabled: false } : entry
}

function blockOf(config: unknown, name: string): Config {
  const block = memberOf(config, name)
  return isRecord(block) ? block : {}
}
