/** Envelope encryption: a data key per tenant encrypts the tenant's values, and a key-encryption key wraps the data key. */
import type { Database, Tx } from '../database/database.ts'
import { createDataKeys, type Reads } from './data-keys.ts'
import type { KeySource } from './key-source.ts'
import { openText, type Sealed, type SealedPlace, sealText } from './sealing.ts'

export type { Sealed, SealedPlace } from './sealing.ts'

export interface Envelope {
  keys: KeySource
  /**
   * Opens or makes the tenants' data keys. Call it before a change that seals values: the change then does not wait for a key service.
   */
  prepare(tenants: Iterable<string>): Promise<void>
  /** Encrypts text within a change. Creates the tenant's data key if it is missing. */
  seal(tx: Tx, place: SealedPlace, text: string): Promise<Sealed>
  /** Decrypts. Throws `SecretsUnavailable` if the value, its key or its place do not fit. */
  open(sealed: Sealed, place: SealedPlace, from?: Reads): Promise<string>
}

/** Data keys that are prepared at the same time. */
const preparedAtOnce = 10

/** Creates the envelope over a database and its key-encryption keys. */
export function createEnvelope(database: Database, keys: KeySource): Envelope {
  const dataKeys = createDataKeys(database, keys)
  return {
    keys,

    async prepare(tenants) {
      const all = [...new Set(tenants)]
      for (let at = 0; at < all.length; at += preparedAtOnce)
        await Promise.all(all.slice(at, at + preparedAtOnce).map(dataKeys.prepare))
    },

    seal: async (tx, place, text) => sealText(await dataKeys.current(tx, place.tenant), place, text),

    open: async (sealed, place, from = database.read) =>
      openText(await dataKeys.open(sealed.data_key, place.tenant, from), sealed, place),
  }
}
