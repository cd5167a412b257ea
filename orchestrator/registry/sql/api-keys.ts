/** API keys in the answer for the publisher, which checks keys without a call. */
import { isRecord, memberOf } from '../../../src/contract/lenient.ts'
import { canonicalJson, sha256Hex } from '../../contract/canonical.ts'
import type { Reads } from './configurations.ts'

/** Key as the publisher gets it: its digest, never the key. */
export interface SentApiKey {
  id: string
  sha256: string
  scopes: string[]
  expires_at?: string
}

/** Configuration as it is sent, with its digest. */
export interface SentConfig {
  config_version: string
  /** JSON text. */
  config: string
}

/** Characters of a digest that tell the keys of two answers apart. */
const digestLength = 16

/** Returns the keys of a tenant, oldest first. */
export async function sentApiKeys(read: Reads, tenant: string): Promise<SentApiKey[]> {
  const rows = await read
    .selectFrom('api_key')
    .select(['id', 'sha256', 'scopes', 'expires_at'])
    .where('tenant', '=', tenant)
    .orderBy('at')
    .orderBy('id')
    .execute()
  return rows.map(({ id, sha256, scopes, expires_at }) => ({
    id,
    sha256,
    scopes: scopes.split(','),
    ...(expires_at !== null && { expires_at }),
  }))
}

/**
 * Adds keys to `auth.api_keys`. The version gets the digest of the keys behind a hyphen, so that a new or deleted key reaches the publisher.
 * Keys are no part of the history: a rollback must not bring a deleted key back.
 */
export async function withApiKeys(sent: SentConfig, keys: readonly SentApiKey[]): Promise<SentConfig> {
  if (keys.length === 0) return sent
  const config: unknown = JSON.parse(sent.config)
  const auth = memberOf(config, 'auth')
  // A block of another type denies every sign-in, and must go on to do so.
  if (!isRecord(config) || (auth !== undefined && !isRecord(auth))) return sent
  const written = memberOf(auth, 'api_keys')
  const api_keys = [...(Array.isArray(written) ? written : []), ...keys]
  const digest = await sha256Hex(canonicalJson(keys))
  return {
    config_version: `${sent.config_version}-${digest.slice(0, digestLength)}`,
    config: JSON.stringify({ ...config, auth: { ...auth, api_keys } }),
  }
}

/** Returns the version of the configuration alone, without the digest of the keys. */
export function configVersionIn(version: string): string {
  const [bare = version] = version.split('-')
  return bare
}
