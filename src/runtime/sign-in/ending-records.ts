/**
 * Records of ended sessions in the shared store. Keys are HMACs, so a reader cannot identify people, and a writer cannot end a live
 * session. A person's value is sealed. Each record is written under every secret, so that a rotation loses nothing.
 */
import { base64url } from 'jose'
import { z } from 'zod'
import { deriveNamingKey } from '../../base/sealing/derived-keys.ts'
import { createSealer } from '../../base/sealing/sealed-token.ts'
import type { Secret } from '../../base/secret.ts'
import type { Email } from '../../contract/email.ts'
import type { KeyValueStore } from '../../ports/kv.ts'
import { maxSessionSeconds } from './sessions.ts'

/** Every method rejects when the store rejects. */
export interface EndingRecords {
  hasSession(id: string): Promise<boolean>
  /** Returns the sign-in time up to which the person's sessions have ended, or `null`. Seconds since 1970. */
  endOf(email: Email): Promise<number | null>
  /** Returns false if the store did not accept the record. */
  putSession(id: string): Promise<boolean>
  /** Returns false if the store did not accept the record. */
  putPerson(email: Email, until: number): Promise<boolean>
}

export interface EndingRecordsOptions {
  kv: KeyValueStore
  secrets: readonly [Secret, ...Secret[]]
  /** Milliseconds since 1970. */
  now: () => number
}

/** Lifetime of a record, longer than that of any copy of the cookie. The extra day covers renewals that race with the ending. */
const ttlSeconds = maxSessionSeconds + 24 * 3600

const personSchema = z.object({ until: z.number().int() })

/** Creates the {@link EndingRecords} of one store. */
export function createEndingRecords({ kv, secrets, now }: EndingRecordsOptions): EndingRecords {
  const shelves = secrets.map((secret) => createShelf(secret, now))
  return {
    async hasSession(id) {
      const found = await Promise.all(shelves.map(async ({ keyOf }) => kv.get(await keyOf(`session ${id}`))))
      return found.some((value) => value !== null)
    },
    async endOf(email) {
      const found = await Promise.all(
        shelves.map(async ({ keyOf, sealer }) => {
          const key = await keyOf(`person ${email}`)
          const sealed = await kv.get(key)
          return sealed === null ? [] : ((await sealer.open(sealed, key))?.content.until ?? [])
        }),
      )
      const ends = found.flat()
      return ends.length > 0 ? Math.max(...ends) : null
    },
    async putSession(id) {
      const taken = await Promise.all(
        shelves.map(async ({ keyOf }) => kv.put(await keyOf(`session ${id}`), '', { ttlSeconds })),
      )
      return taken.every(Boolean)
    },
    async putPerson(email, until) {
      const taken = await Promise.all(
        shelves.map(async ({ keyOf, sealer }) => {
          const key = await keyOf(`person ${email}`)
          const sealed = await sealer.seal({ until }, { audience: key, expiresInSeconds: ttlSeconds })
          return kv.put(key, sealed, { ttlSeconds })
        }),
      )
      return taken.every(Boolean)
    },
  }
}

/** Creates the keys and values of records under one secret. */
function createShelf(secret: Secret, now: () => number) {
  const encoder = new TextEncoder()
  let key: CryptoKey | undefined
  return {
    sealer: createSealer({ secrets: [secret], purpose: 'ended-person', schema: personSchema, now }),
    /** Caches the key and not its promise: on Workers a promise may die with the request that awaits it first. */
    async keyOf(text: string): Promise<string> {
      key ??= await deriveNamingKey(secret, 'ended')
      const mac = await crypto.subtle.sign('HMAC', key, encoder.encode(text))
      return `ended:${base64url.encode(new Uint8Array(mac))}`
    },
  }
}
