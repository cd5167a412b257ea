/** Stored credentials of a connection, opened for calls of the vendor. */
import { z } from 'zod'
import { parseJson } from '../../src/base/json.ts'
import type { Reads } from '../registry/sql/configurations.ts'
import type { Envelope } from '../secrets/envelope.ts'
import type { WrittenCredentials } from './vendor.ts'

export interface StoredConnection {
  credentials: WrittenCredentials
  provider: string
  version: string
}

const writtenSchema = z.record(z.string(), z.unknown())

/** Opens the credentials of a reference. Returns `undefined` if there are none. Rejects with `SecretsUnavailable` if they do not open. */
export async function openStored(
  read: Reads,
  envelope: Envelope,
  { tenant, ref }: { tenant: string; ref: string },
): Promise<StoredConnection | undefined> {
  const row = await read
    .selectFrom('credential')
    .select(['provider', 'version', 'value', 'data_key'])
    .where('tenant', '=', tenant)
    .where('ref', '=', ref)
    .executeTakeFirst()
  if (!row) return undefined
  const { provider, version, ...sealed } = row
  const text = await envelope.open(sealed, { tenant, ref, provider }, read)
  return { provider, version, credentials: writtenSchema.parse(parseJson(text)) }
}

/** Keeps the stored refresh token if the vendor sent none: many send it only once. */
export function withKeptRefreshToken(
  stored: WrittenCredentials,
  fresh: WrittenCredentials,
): WrittenCredentials {
  const kept = stored.refresh_token
  const isEmpty =
    fresh.refresh_token === undefined || fresh.refresh_token === null || fresh.refresh_token === ''
  return typeof kept === 'string' && kept !== '' && isEmpty ? { ...fresh, refresh_token: kept } : fresh
}
