/**
 * Claims of tenants: small records of which exactly one of many callers creates each. An expired claim stays until a caller that knows its
 * version changes it, because the publisher's ledger decides what is too old.
 */

export interface StoredClaim {
  key: string
  holder: string
  /** Unique among all versions of all claims, so a claim that was deleted and created again never has an old version. */
  version: string
  /** JSON value. `null` if the creator gave none. */
  record: unknown
  /** ISO 8601, UTC. */
  created_at: string
  expires_at: string
}

export interface NewClaim {
  key: string
  holder: string
  ttlSeconds: number
  record: unknown
}

export interface Replacement {
  key: string
  version: string
  record: unknown
  /** Default: the holder stays. */
  holder?: string | undefined
  /** Default: the expiry stays. */
  ttlSeconds?: number | undefined
}

/** Claims by tenant. Every function is atomic across all processes that share the claims. */
export interface ClaimStore {
  /** Creates the claim, or returns the claim that has the key. `full`: the tenant has too many claims. */
  create(
    tenant: string,
    claim: NewClaim,
  ): Promise<{ outcome: 'created' | 'taken'; claim: StoredClaim } | { outcome: 'full' }>
  read(tenant: string, key: string): Promise<StoredClaim | null>
  /** Replaces the record if the claim has this version. Returns the claim as it is then; `null` if the claim is missing. */
  replace(
    tenant: string,
    replacement: Replacement,
  ): Promise<
    { outcome: 'replaced' | 'changed'; claim: StoredClaim } | { outcome: 'missing' } | { outcome: 'full' }
  >
  /** Deletes the claim if it has this version. A missing claim counts as deleted. */
  delete(
    tenant: string,
    key: string,
    version: string,
  ): Promise<{ outcome: 'deleted' } | { outcome: 'changed'; claim: StoredClaim }>
}

/** Creates the first version of a claim. */
export function newClaim({ key, holder, ttlSeconds, record }: NewClaim, now: number): StoredClaim {
  return {
    key,
    holder,
    version: crypto.randomUUID(),
    record,
    created_at: new Date(now).toISOString(),
    expires_at: expiry(now, ttlSeconds),
  }
}

/** Creates the next version of a claim. */
export function nextClaim(
  claim: StoredClaim,
  { record, holder = claim.holder, ttlSeconds }: Replacement,
  now: number,
): StoredClaim {
  const expires_at = ttlSeconds === undefined ? claim.expires_at : expiry(now, ttlSeconds)
  return { ...claim, holder, record, expires_at, version: crypto.randomUUID() }
}

function expiry(now: number, ttlSeconds: number): string {
  return new Date(now + ttlSeconds * 1000).toISOString()
}
