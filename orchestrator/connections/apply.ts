/** Stores a connection: credentials, configuration, row and audit line in one change. */
import { z } from 'zod'
import { parseJson } from '../../src/base/json.ts'
import { type Actor, lineBy } from '../audit/actor.ts'
import type { Database, Tx } from '../database/database.ts'
import { checkCredentials, fingerprintOf } from '../registry/credentials.ts'
import { currentConfig } from '../registry/sql/configurations.ts'
import { deleteWithin, putCredentials, storedProviders } from '../registry/sql/credentials.ts'
import { draftOf, publishDraft } from '../registry/sql/drafts.ts'
import { tenantRow } from '../registry/sql/tenant-rows.ts'
import { touch } from '../registry/sql/touch.ts'
import type { Envelope } from '../secrets/envelope.ts'
import {
  isComplete,
  withConnection,
  withoutConnection,
  withoutImpossibleFeature,
  withPossibleFeature,
} from './configuration.ts'
import { nextCheckAt } from './due-times.ts'
import { refFor, refsOf, storageInUse } from './references.ts'
import { openStored, withKeptRefreshToken } from './stored.ts'
import { type Connected, type ConnectionProvider, connectionUses, VendorRefused } from './vendor.ts'

export interface ApplyOptions {
  database: Database
  envelope: Envelope
  now: number
}

export interface NewAccount {
  tenant: string
  provider: ConnectionProvider
  connected: Connected
  actor: Actor
  /** True if another account may take the place of the connected account. */
  replaces: boolean
  checkEveryMs: number
}

const configSchema = z.record(z.string(), z.unknown())

/** Stores the account. Throws {@link VendorRefused} with `wrong_account`, and changes nothing, for another account than before. */
export async function applyConnection(options: ApplyOptions, account: NewAccount): Promise<void> {
  const { database, envelope, now } = options
  const { tenant, provider, actor } = account
  await envelope.prepare([tenant])
  await database.change(async (tx) => {
    const ref = await refFor(tx, tenant, provider)
    const fresh = await credentialsFor(tx, envelope, ref, account)
    await putCredentials(tx, envelope, { tenant, ref, ...checkCredentials(fresh, 'connection') }, actor)
    const conflict = await otherStorage(tx, tenant, provider)
    const hint = conflict ?? (await configure(tx, ref, account))
    await writeRow(tx, ref, account, hint, now)
    const credentials = fingerprintOf(tenant, ref)
    const line = {
      action: 'connection.connect',
      tenant,
      outcome: 'connected',
      subject: provider,
      credentials,
    } as const
    await touch(tx, tenant, lineBy(actor, line, now))
  })
}

/** Returns the credentials to store. Throws {@link VendorRefused} if they belong to another account than before. */
async function credentialsFor(tx: Tx, envelope: Envelope, ref: string, account: NewAccount) {
  const { tenant, provider, connected, replaces } = account
  const row = await tx
    .selectFrom('connection')
    .select(['account', 'account_id'])
    .where('tenant', '=', tenant)
    .where('ref', '=', ref)
    .executeTakeFirst()
  const isOther = row !== undefined && row.account_id !== '' && row.account_id !== connected.accountId
  if (isOther && !replaces)
    throw new VendorRefused(
      'wrong_account',
      `This gallery is connected to ${row.account}, and you signed in as ${connected.account}. Disconnect first to change the account.`,
    )
  // A stored value that does not open any more is replaced.
  const stored = await openStored(tx, envelope, { tenant, ref }).catch(() => undefined)
  // The account of an operator's credentials is not known, and its refresh token may open the folders of other tenants.
  const isSame = row?.account_id === connected.accountId && stored?.provider === provider
  return isSame ? withKeptRefreshToken(stored.credentials, connected.credentials) : connected.credentials
}

/** Says which other storage holds the gallery's photos. Returns `undefined` if this provider may become the storage. */
async function otherStorage(
  tx: Tx,
  tenant: string,
  provider: ConnectionProvider,
): Promise<string | undefined> {
  if (connectionUses[provider] !== 'storage') return undefined
  const used = await storageInUse(tx, tenant)
  return used === undefined || used.provider === provider
    ? undefined
    : `The gallery still shows the photos of its other storage (${used.provider}). Disconnect that storage, then connect this storage again.`
}

/** Publishes the configuration with the connection. Returns the hint that still holds. */
async function configure(tx: Tx, ref: string, account: NewAccount): Promise<string> {
  const { tenant, provider, connected, actor } = account
  const current = await currentConfig(tx, tenant)
  const use = connectionUses[provider]
  // Without a storage there is no configuration that the schemas accept.
  if (!current && use !== 'storage') return connected.hint ?? ''
  const before = configSchema.parse(current ? parseJson(current.written) : {})
  const { locked } = await tenantRow(tx, tenant)
  const stored = await storedProviders(tx, tenant)
  const { settings, found = {}, hint = '' } = connected
  const changed = withConnection(before, { provider, ref, settings, found })
  const written = withPossibleFeature(changed, use, stored, locked.split(','))
  const draft = await draftOf(tx, tenant, written)
  // Something else may still be missing: the gallery grows connection by connection.
  await publishDraft(tx, draft, { note: `connected ${provider}`, force: true }, actor)
  // The configuration may name the channel that was not found.
  const isFound = Object.keys({ ...settings, ...found }).length > 0
  return isFound || !isComplete(written, { provider, ref }) ? hint : ''
}

async function writeRow(tx: Tx, ref: string, account: NewAccount, hint: string, now: number): Promise<void> {
  const { tenant, provider, connected, actor, checkEveryMs } = account
  const { expiresAt } = connected
  const row = {
    provider,
    account: connected.account.slice(0, 300),
    account_id: connected.accountId.slice(0, 300),
    hint: hint.slice(0, 1000),
    connected_at: timeOf(now),
    connected_by: actor.name,
    token_at: timeOf(now),
    expires_at: expiresAt === null ? null : timeOf(expiresAt),
    checked_at: timeOf(now),
    due_at: timeOf(nextCheckAt(now, checkEveryMs, expiresAt)),
    ...withoutFailures,
  }
  await tx
    .insertInto('connection')
    .values({ tenant, ref, ...row })
    .onConflict((conflict) => conflict.columns(['tenant', 'ref']).doUpdateSet(row))
    .execute()
}

/** Columns of a connection without a failure and without a lease. */
export const withoutFailures = {
  leased_until: null,
  lease: null,
  failures: 0,
  failing_since: null,
  broken_at: null,
  warned_of: null,
  error_code: '',
  error_words: '',
} as const

/** Forgets all connections of a provider. Its channels are off until the next connection. */
export async function forgetConnection(
  tx: Tx,
  {
    tenant,
    provider,
    actor,
    outcome,
    now,
  }: {
    tenant: string
    provider: ConnectionProvider
    actor: Actor
    outcome: string
    now: number
  },
): Promise<void> {
  const refs = await refsOf(tx, tenant, provider)
  for (const ref of refs) await deleteWithin(tx, { tenant, ref }, actor)
  await tx.deleteFrom('connection').where('tenant', '=', tenant).where('provider', '=', provider).execute()
  const current = await currentConfig(tx, tenant)
  if (current) {
    const before = configSchema.parse(parseJson(current.written))
    const use = connectionUses[provider]
    const stored = await storedProviders(tx, tenant)
    const written = withoutImpossibleFeature(withoutConnection(before, provider, refs), use, stored)
    const draft = await draftOf(tx, tenant, written)
    await publishDraft(tx, draft, { note: `disconnected ${provider}`, force: true }, actor)
  }
  const line = { action: 'connection.disconnect', tenant, outcome, subject: provider } as const
  await touch(tx, tenant, lineBy(actor, line, now))
}

export function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}
