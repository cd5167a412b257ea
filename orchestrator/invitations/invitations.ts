/** Invitations: links that make a person an admin of a gallery, once. */
import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import { equalInConstantTime } from '../../src/contract/constant-time.ts'
import { isRecord, memberOf } from '../../src/contract/lenient.ts'
import { type Actor, lineBy } from '../audit/actor.ts'
import { appendAudit } from '../audit/chain.ts'
import type { Database, Tx } from '../database/database.ts'
import { withMember } from '../registry/member-change.ts'
import { configOf } from '../registry/sql/configurations.ts'
import { draftOf, publishDraft } from '../registry/sql/drafts.ts'
import { Refused } from '../registry/sql/refusals.ts'
import { tenantRow } from '../registry/sql/tenant-rows.ts'

const day = 24 * 3600_000
const lifeMs = 14 * day
/** Upper bound on open invitations of a gallery. */
const maxOpen = 20
/** Form of a link's secret: the ID of the invitation, and 256 random bits. */
const secretForm = /^(inv_[\da-f-]{36})\.[\w-]{43}$/

export interface Invitation {
  id: string
  tenant: string
  email: string
}

/** Creates an invitation within a change, and returns the secret of its link. It replaces an open invitation of the same address. */
export async function invite(
  tx: Tx,
  { tenant, email }: { tenant: string; email: string },
  actor: Actor,
  now: number,
): Promise<{ id: string; secret: string }> {
  await tenantRow(tx, tenant)
  const at = new Date(now).toISOString()
  await tx
    .updateTable('invitation')
    .set({ revoked_at: at })
    .where('tenant', '=', tenant)
    .where('email', '=', email)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .execute()
  const open = await tx
    .selectFrom('invitation')
    .select('id')
    .where('tenant', '=', tenant)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', at)
    .execute()
  if (open.length >= maxOpen)
    throw new Refused(`${tenant} has ${maxOpen} open invitations. Revoke one of them first.`)
  const id = `inv_${crypto.randomUUID()}`
  const secret = `${id}.${randomBytes(32).toString('base64url')}`
  const expires_at = new Date(now + lifeMs).toISOString()
  await tx
    .insertInto('invitation')
    .values({
      id,
      tenant,
      email,
      sha256: digestOf(secret, { tenant, email, expires_at }),
      created_by: actor.name,
      at,
      expires_at,
      accepted_at: null,
      revoked_at: null,
    })
    .execute()
  await appendAudit(tx, [
    lineBy(actor, { action: 'invitation.create', tenant, outcome: 'created', subject: id }, now),
  ])
  return { id, secret }
}

/** Revokes an open invitation of a gallery. Throws {@link Refused} for any other. */
export function revokeInvitation(
  database: Database,
  { tenant, id }: { tenant: string; id: string },
  actor: Actor,
  now: number,
): Promise<void> {
  return database.change(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('invitation')
      .set({ revoked_at: new Date(now).toISOString() })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .where('accepted_at', 'is', null)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw new Refused(`${tenant} has no open invitation of this ID.`)
    await appendAudit(tx, [
      lineBy(actor, { action: 'invitation.revoke', tenant, outcome: 'revoked', subject: id }, now),
    ])
  })
}

/** Lists the invitations of a gallery without their secrets, newest first. */
export function listInvitations({ read }: Database, tenant: string) {
  return read
    .selectFrom('invitation')
    .select(['id', 'email', 'created_by', 'at', 'expires_at', 'accepted_at', 'revoked_at'])
    .where('tenant', '=', tenant)
    .orderBy('at', 'desc')
    .orderBy('id')
    .limit(100)
    .execute()
}

/** Returns the open invitation of a link's secret, or `undefined` for an unknown, used, revoked or expired link. */
export async function openInvitation(
  read: Pick<Tx, 'selectFrom'>,
  secret: string,
  now: number,
): Promise<Invitation | undefined> {
  const [, id] = secretForm.exec(secret) ?? []
  if (id === undefined) return undefined
  const row = await read
    .selectFrom('invitation')
    .select(['id', 'tenant', 'email', 'sha256', 'expires_at'])
    .where('id', '=', id)
    .where('accepted_at', 'is', null)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', new Date(now).toISOString())
    .executeTakeFirst()
  if (!row || !equalInConstantTime(digestOf(secret, row), row.sha256)) return undefined
  const { tenant, email } = row
  return { id, tenant, email }
}

const writtenSchema = z.record(z.string(), z.unknown())

/** Uses an invitation: its address becomes an admin of the gallery. Returns `undefined`, and changes nothing, for a link that is not open. */
export function acceptInvitation(
  database: Database,
  secret: string,
  requestId: string,
  now: number,
): Promise<Invitation | undefined> {
  return database.change(async (tx) => {
    const invitation = await openInvitation(tx, secret, now)
    if (!invitation) return undefined
    const { id, tenant, email } = invitation
    const actor = { name: email, requestId }
    await tx
      .updateTable('invitation')
      .set({ accepted_at: new Date(now).toISOString() })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .execute()
    await appendAudit(tx, [
      lineBy(actor, { action: 'invitation.accept', tenant, outcome: 'accepted', subject: id }, now),
    ])
    const written = writtenSchema.parse(JSON.parse((await configOf(tx, tenant)).written))
    const draft = await draftOf(tx, tenant, withAdmin(written, email))
    // A gallery without a storage violates rules already.
    await publishDraft(tx, { ...draft, violations: draft.added }, { note: 'invitation accepted' }, actor)
    return invitation
  })
}

/** Adds an address to the admins of a configuration. */
function withAdmin(written: Record<string, unknown>, email: string): Record<string, unknown> {
  const auth = memberOf(written, 'auth')
  const listed = memberOf(auth, 'allowed_emails')
  const before = Array.isArray(listed) ? listed : []
  const isThere = before.some((address) => typeof address === 'string' && address.toLowerCase() === email)
  const emails = isThere ? before : [...before, email]
  return withMember(isRecord(auth) ? written : { ...written, auth: {} }, ['auth', 'allowed_emails'], emails)
}

/** Returns the digest of a link's secret for one gallery, address and end, so that a row that was copied to another gallery opens nothing. */
function digestOf(
  secret: string,
  { tenant, email, expires_at }: { tenant: string; email: string; expires_at: string },
): string {
  const text = JSON.stringify([secret, tenant, email, expires_at])
  return createHash('sha256').update(text).digest('hex')
}
