/** References under which a tenant's connections are stored. */
import { parseJson } from '../../src/base/json.ts'
import { memberOf } from '../../src/contract/lenient.ts'
import { listedPublishers } from '../../src/contract/publisher-entries.ts'
import { placesOf } from '../registry/references.ts'
import { currentConfig, type Reads } from '../registry/sql/configurations.ts'
import { storedProviders } from '../registry/sql/credentials.ts'
import { type ConnectionProvider, connectionUses } from './vendor.ts'

/** Returns the references of a provider's stored credentials, those that the configuration uses first. */
export async function refsOf(read: Reads, tenant: string, provider: ConnectionProvider): Promise<string[]> {
  const stored = await storedProviders(read, tenant)
  const current = await currentConfig(read, tenant)
  const config: unknown = current ? parseJson(current.config) : {}
  const refs = [...stored].flatMap(([ref, of]) => (of === provider ? [ref] : []))
  const isUsed = (ref: string) => placesOf(ref, config).length > 0
  return [...refs.filter(isUsed), ...refs.filter((ref) => !isUsed(ref))]
}

/** Returns the reference for new credentials: the old reference of the provider, a free place of the configuration, or a new name. */
export async function refFor(read: Reads, tenant: string, provider: ConnectionProvider): Promise<string> {
  const [known] = await refsOf(read, tenant, provider)
  if (known !== undefined) return known
  const stored = await storedProviders(read, tenant)
  const current = await currentConfig(read, tenant)
  const planned = plannedRef(current ? parseJson(current.config) : {}, provider)
  if (planned !== undefined && !stored.has(planned)) return planned
  const isFree = (ref: string) => !stored.has(ref)
  return (
    [provider, ...Array.from({ length: stored.size + 1 }, (_, at) => `${provider}-${at + 2}`)].find(isFree) ??
    provider
  )
}

/** Returns the reference of the storage in the current configuration, with the provider of its stored credentials. */
export async function storageInUse(
  read: Reads,
  tenant: string,
): Promise<{ ref: string; provider: string } | undefined> {
  const current = await currentConfig(read, tenant)
  const ref = textOf(
    memberOf(memberOf(current ? parseJson(current.config) : {}, 'storage'), 'credentials_ref'),
  )
  const provider = ref === undefined ? undefined : (await storedProviders(read, tenant)).get(ref)
  return ref === undefined || provider === undefined ? undefined : { ref, provider }
}

/** Returns the reference that the configuration has for a provider. */
function plannedRef(config: unknown, provider: ConnectionProvider): string | undefined {
  switch (connectionUses[provider]) {
    case 'storage':
      return textOf(memberOf(memberOf(config, 'storage'), 'credentials_ref'))
    case 'mail':
      return textOf(memberOf(memberOf(config, 'email_server'), 'password_ref'))
    case 'ai':
      return textOf(memberOf(memberOf(config, 'ai'), 'credentials_ref'))
    case 'channel': {
      const entries = listedPublishers(memberOf(config, 'publishers')) ?? []
      const entry = entries.find((each) => memberOf(each.entry, 'type') === provider)
      return textOf(memberOf(entry?.entry, 'credentials_ref'))
    }
  }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
}
