/**
 * Claims that the control plane keeps, for tenants whose storage cannot create a record exactly once. A claim belongs to one tenant and
 * holds one record. docs/publishing.md explains how the ledger uses claims.
 */

/** Version of a claim, as the control plane names it. Compared only for equality. */
export type ClaimVersion = string | number

/** A claim as the control plane holds it. */
export interface HeldClaim {
  key: string
  /** The holder that the creator named, or the last caller that replaced the record. */
  holder: string
  version: ClaimVersion
  /** JSON value. `null` if the creator gave none. */
  record: unknown
}

/**
 * Claims of one tenant. A key has at most 500 characters. An expired claim stays until a caller with its version changes it. The ledger
 * decides what is too old, never the clock of the control plane.
 *
 * All functions throw `claims_unavailable` if the control plane does not answer, and `storage_not_atomic` if it offers no claims.
 */
export interface Claims {
  /** Creates the claim. Exactly one of many callers gets `created`; the others get the claim that exists. */
  create(key: string, record: unknown): Promise<{ outcome: 'created' | 'taken'; claim: HeldClaim }>
  /** Returns the claim, or `null`. */
  read(key: string): Promise<HeldClaim | null>
  /** Replaces the record if the claim still has this version. */
  replace(
    key: string,
    version: ClaimVersion,
    record: unknown,
  ): Promise<{ outcome: 'replaced' | 'changed'; claim: HeldClaim | null }>
  /** Deletes the claim if it still has this version. A missing claim is not an error. */
  delete(key: string, version: ClaimVersion): Promise<void>
  /** Checks if the control plane offers claims, by creating and deleting a claim. */
  areOffered(): Promise<boolean>
}
