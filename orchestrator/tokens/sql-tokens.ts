/** Service tokens in the database, by the SHA-256 of their text. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { PlaneUnavailable, type ServiceToken, type ServiceTokens } from '../contract/ports.ts'
import { scopes } from '../contract/scopes.ts'
import type { Database } from '../database/database.ts'
import { createRefresher } from '../database/refresher.ts'

export interface SqlTokensOptions {
  database: Database
  now?: () => number
  /** Age at which the remembered tokens are read again, and so the longest life of a revoked token. Default 1000. */
  maxAgeMs?: number
  /** Called if the times of last use cannot be written. */
  onError?(error: unknown): void
}

interface KnownToken extends ServiceToken {
  expiresAt: number
}

/** Shortest interval between two reads because of an unknown token, so that a flood of them costs few reads. */
const strangerMs = 100
/** Shortest interval between two notes of a token's last use. */
const usedMs = 60_000

const scopesSchema = z.array(z.enum(scopes))

export interface SqlTokens extends ServiceTokens {
  /** Resolves when running notes of last use are written. Later uses are not noted. */
  close(): Promise<void>
}

/** Creates the tokens. One read of all tokens serves many calls. */
export function createSqlTokens(options: SqlTokensOptions): SqlTokens {
  const { database, now = Date.now, maxAgeMs = 1000, onError } = options
  let known: ReadonlyMap<string, KnownToken> = new Map()
  const usedAt = new Map<string, number>()
  const notes = new Set<Promise<unknown>>()
  let isClosed = false
  const reads = createRefresher({ read, now })

  async function read(): Promise<void> {
    const rows = await database.read
      .selectFrom('service_token')
      .select(['name', 'sha256', 'scopes', 'expires_at'])
      .where('revoked_at', 'is', null)
      .execute()
    known = new Map(rows.map((row) => [row.sha256, knownToken(row)]))
  }

  function noteUse(name: string): void {
    const time = now()
    if (isClosed || time - (usedAt.get(name) ?? 0) < usedMs) return
    usedAt.set(name, time)
    const last_used_at = new Date(time).toISOString()
    const note = database
      .change((tx) =>
        tx.updateTable('service_token').set({ last_used_at }).where('name', '=', name).execute(),
      )
      .catch(onError)
      .finally(() => notes.delete(note))
    notes.add(note)
  }

  return {
    async find(token) {
      const digest = tokenDigest(token)
      await reads.refresh(known.has(digest) ? maxAgeMs : Math.min(maxAgeMs, strangerMs))
      const found = known.get(digest)
      // An unknown token may have been created during the outage.
      if (!found && reads.isAway()) throw new PlaneUnavailable('The service tokens cannot be read.')
      if (!found || found.expiresAt <= now()) return undefined
      noteUse(found.name)
      return found
    },

    async close() {
      isClosed = true
      await Promise.all(notes)
    },
  }
}

/** Returns the SHA-256 of a token in hex. Tokens have 256 random bits, so a slow hash would add nothing. */
export function tokenDigest(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

function knownToken(row: { name: string; scopes: string; expires_at: string | null }): KnownToken {
  return {
    name: row.name,
    scopes: new Set(scopesSchema.parse(row.scopes.split(','))),
    expiresAt: row.expires_at === null ? Number.POSITIVE_INFINITY : Date.parse(row.expires_at),
  }
}
