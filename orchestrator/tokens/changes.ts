/** Creates and revokes service tokens. */
import { randomBytes } from 'node:crypto'
import { type Actor, lineBy } from '../audit/actor.ts'
import { appendAudit } from '../audit/chain.ts'
import type { Scope } from '../contract/scopes.ts'
import type { Database } from '../database/database.ts'
import { Refused } from '../registry/sql/refusals.ts'
import { tokenDigest } from './sql-tokens.ts'

export interface NewToken {
  name: string
  scopes: readonly Scope[]
  expiresAt?: Date | undefined
}

/** Creates a token and returns its text, which is stored nowhere. Throws {@link Refused} if the name is taken. */
export async function createToken(database: Database, token: NewToken, actor: Actor): Promise<string> {
  const text = `st_${randomBytes(32).toString('base64url')}`
  const { name, scopes, expiresAt } = token
  await database.change(async (tx) => {
    const taken = await tx
      .selectFrom('service_token')
      .select('name')
      .where('name', '=', name)
      .executeTakeFirst()
    if (taken) throw new Refused(`A service token has the name ${name} already.`)
    await tx
      .insertInto('service_token')
      .values({
        name,
        sha256: tokenDigest(text),
        scopes: scopes.join(','),
        created_at: new Date().toISOString(),
        expires_at: expiresAt?.toISOString() ?? null,
        revoked_at: null,
        last_used_at: null,
      })
      .execute()
    await appendAudit(tx, [
      lineBy(actor, { action: 'token.create', tenant: null, outcome: scopes.join(','), subject: name }),
    ])
  })
  return text
}

/** Revokes a token. Throws {@link Refused} if no valid token has the name. */
export async function revokeToken(database: Database, name: string, actor: Actor): Promise<void> {
  await database.change(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('service_token')
      .set({ revoked_at: new Date().toISOString() })
      .where('name', '=', name)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw new Refused(`No valid service token has the name ${name}.`)
    await appendAudit(tx, [
      lineBy(actor, { action: 'token.revoke', tenant: null, outcome: 'revoked', subject: name }),
    ])
  })
}

/** Lists all tokens without their digests, oldest first. */
export function listTokens({ read }: Database) {
  return read
    .selectFrom('service_token')
    .select(['name', 'scopes', 'created_at', 'expires_at', 'revoked_at', 'last_used_at'])
    .orderBy('created_at')
    .orderBy('name')
    .execute()
}
