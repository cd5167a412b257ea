/**
 * Envelope encryption: a data key per tenant encrypts the tenant's values, and a key-encryption key wraps the data key. Values are JWE
 * (RFC 7516, `dir` with `A256GCM`). Their protected header names tenant, reference and provider, so a copied row does not open elsewhere.
 */
import { randomBytes } from 'node:crypto'
import { CompactEncrypt, compactDecrypt } from 'jose'
import { LRUCache } from 'lru-cache'
import type { Database, Tx } from '../database/database.ts'
import { type KeySource, SecretsUnavailable } from './key-source.ts'

/** Place of a value. A value that was sealed for one place does not open at another. */
export interface SealedPlace {
  /** `*` for values of the fleet. */
  tenant: string
  ref: string
  provider: string
}

export interface Sealed {
  value: string
  /** ID of the data key. */
  data_key: string
}

export interface Envelope {
  keys: KeySource
  /** Encrypts text within a change. Creates the tenant's data key if it is missing. */
  seal(tx: Tx, place: SealedPlace, text: string): Promise<Sealed>
  /** Decrypts. Throws {@link SecretsUnavailable} if the value, its key or its place do not fit. */
  open(sealed: Sealed, place: SealedPlace, from?: Reads): Promise<string>
}

type Reads = Pick<Tx, 'selectFrom'>

/** Upper bound on opened data keys in memory. */
const maxOpenKeys = 10_000

/** Creates the envelope over a database and its key-encryption keys. */
export function createEnvelope(database: Database, keys: KeySource): Envelope {
  const opened = new LRUCache<string, Promise<Uint8Array>>({ max: maxOpenKeys })

  function dataKey(id: string, tenant: string, from: Reads): Promise<Uint8Array> {
    const cacheKey = JSON.stringify([tenant, id])
    const known = opened.get(cacheKey)
    if (known) return known
    const opening = openDataKey(id, tenant, from)
    opened.set(cacheKey, opening)
    opening.catch(() => opened.delete(cacheKey))
    return opening
  }

  async function openDataKey(id: string, tenant: string, from: Reads): Promise<Uint8Array> {
    const row = await from
      .selectFrom('data_key')
      .select(['kid', 'wrapped'])
      .where('id', '=', id)
      .where('tenant', '=', tenant)
      .executeTakeFirst()
    if (!row) throw new SecretsUnavailable('The data key of a value is missing.')
    return keys.unwrap(row, { tenant, id })
  }

  return {
    keys,

    async seal(tx, { tenant, ref, provider }, text) {
      const id = (await newestKeyOf(tx, tenant)) ?? (await createDataKey(tx, tenant, keys))
      const header = { alg: 'dir', enc: 'A256GCM', kid: id, tenant, ref, provider }
      // A key that this change created may be rolled back, so it must not stay in memory.
      const key = await openDataKey(id, tenant, tx)
      const value = await new CompactEncrypt(new TextEncoder().encode(text))
        .setProtectedHeader(header)
        .encrypt(key)
      return { value, data_key: id }
    },

    async open({ value, data_key }, { tenant, ref, provider }, from = database.read) {
      const key = await dataKey(data_key, tenant, from)
      const { plaintext, protectedHeader: of } = await compactDecrypt(value, key, {
        keyManagementAlgorithms: ['dir'],
        contentEncryptionAlgorithms: ['A256GCM'],
      }).catch(() => {
        throw new SecretsUnavailable('A stored value does not open.')
      })
      if (of.tenant !== tenant || of.ref !== ref || of.provider !== provider || of.kid !== data_key)
        throw new SecretsUnavailable('A stored value belongs to another place.')
      return new TextDecoder().decode(plaintext)
    },
  }
}

async function newestKeyOf(tx: Tx, tenant: string): Promise<string | undefined> {
  const row = await tx
    .selectFrom('data_key')
    .select('id')
    .where('tenant', '=', tenant)
    .orderBy('at', 'desc')
    .orderBy('id')
    .executeTakeFirst()
  return row?.id
}

async function createDataKey(tx: Tx, tenant: string, keys: KeySource): Promise<string> {
  const id = crypto.randomUUID()
  const { kid, wrapped } = await keys.wrap(randomBytes(32), { tenant, id })
  await tx.insertInto('data_key').values({ id, tenant, kid, wrapped, at: new Date().toISOString() }).execute()
  return id
}
