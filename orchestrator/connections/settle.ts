/** Writes the outcome of a check: a renewed token always, anything else only while the lease holds. */
import { type Actor, lineBy } from '../audit/actor.ts'
import { appendAudit } from '../audit/chain.ts'
import type { Tx } from '../database/database.ts'
import { addEvent } from '../notices/outbox.ts'
import { checkCredentials, fingerprintOf } from '../registry/credentials.ts'
import { putCredentials } from '../registry/sql/credentials.ts'
import type { Envelope } from '../secrets/envelope.ts'
import { withoutFailures } from './apply.ts'
import { lineColumn, timeOf } from './columns.ts'
import { coolDownMs, isExpiring, isHopeless, nextCheckAt } from './due-times.ts'
import { type ConnectionRow, endLease, heldRow, type LeasedConnection } from './leases.ts'
import { type StoredConnection, withKeptRefreshToken } from './stored.ts'
import type { Checked, VendorRefused } from './vendor.ts'

export interface Settlement {
  leased: LeasedConnection
  /** Credentials with which the vendor was asked. */
  asked: StoredConnection
  checkEveryMs: number
  now: number
  /** Random number from 0 to 1, which spreads the next checks. */
  random: number
}

const maxWords = 300
const maxCode = 100

/**
 * Stores a success. A renewed token replaces exactly the token that it came from, also after the lease ended. Some vendors accept a refresh
 * token once, so a lost answer would end the connection. A token that a person connected meanwhile stays.
 */
export async function settleSuccess(
  tx: Tx,
  envelope: Envelope,
  settlement: Settlement,
  { renewed }: Checked,
): Promise<void> {
  const { leased, asked, checkEveryMs, now, random } = settlement
  const isCurrent = (await versionOf(tx, leased)) === asked.version
  const held = await heldRow(tx, leased)
  if (!isCurrent || (!renewed && !held)) {
    if (held) await endLease(tx, leased, { due_at: timeOf(now) })
    return
  }
  const expiresAt = renewed ? renewed.expiresAt : held?.expires_at ? Date.parse(held.expires_at) : null
  if (renewed) {
    const written = withKeptRefreshToken(asked.credentials, renewed.credentials)
    const place = { tenant: leased.tenant, ref: leased.ref }
    await putCredentials(
      tx,
      envelope,
      { ...place, ...checkCredentials(written, 'connection') },
      actorOf(leased),
    )
  }
  await endLease(tx, leased, {
    ...withoutFailures,
    ...(renewed ? { token_at: timeOf(now), expires_at: expiresAt === null ? null : timeOf(expiresAt) } : {}),
    ...(!renewed && held && { warned_of: await warned(tx, held, now) }),
    checked_at: timeOf(now),
    due_at: timeOf(nextCheckAt(now, checkEveryMs, expiresAt, random)),
  })
}

/** Stores a refusal. A refusal of an older token, or after the lease ended, says nothing about the current token. */
export async function settleRefusal(
  tx: Tx,
  { leased, asked, now, random }: Settlement,
  refusal: VendorRefused,
): Promise<void> {
  const row = await heldRow(tx, leased)
  if (!row) return
  if ((await versionOf(tx, leased)) !== asked.version) return endLease(tx, leased, { due_at: timeOf(now) })
  const failures = Number(row.failures) + 1
  const failingSince = row.failing_since === null ? now : Math.min(Date.parse(row.failing_since), now)
  const isBroken = refusal.reason === 'revoked' || isHopeless(failures, failingSince, now)
  const error_code = lineColumn(refusal.code || refusal.reason, maxCode)
  const error_words = lineColumn(refusal.message, maxWords)
  if (isBroken) await tellBroken(tx, row, { code: error_code, words: error_words }, now)
  await endLease(tx, leased, {
    failures,
    failing_since: timeOf(failingSince),
    broken_at: isBroken ? timeOf(now) : null,
    warned_of: isBroken ? row.warned_of : await warned(tx, row, now),
    ...{ error_code, error_words, checked_at: timeOf(now) },
    due_at: timeOf(now + coolDownMs(failures, random)),
  })
}

/** Postpones a check that this server could not make. */
export async function postpone(tx: Tx, leased: LeasedConnection, at: number): Promise<void> {
  if (await heldRow(tx, leased)) await endLease(tx, leased, { due_at: timeOf(at) })
}

async function versionOf(tx: Tx, { tenant, ref }: LeasedConnection): Promise<string | undefined> {
  const row = await tx
    .selectFrom('credential')
    .select('version')
    .where('tenant', '=', tenant)
    .where('ref', '=', ref)
    .executeTakeFirst()
  return row?.version
}

async function tellBroken(
  tx: Tx,
  { tenant, ref, provider, account }: ConnectionRow,
  error: { code: string; words: string },
  now: number,
): Promise<void> {
  await addEvent(tx, { tenant, type: 'connection.broken', data: { provider, account, ...error } }, now)
  const credentials = fingerprintOf(tenant, ref)
  const line = {
    action: 'connection.broken',
    tenant,
    outcome: error.code,
    subject: provider,
    credentials,
  } as const
  await appendAudit(tx, [lineBy(actorOf({ lease: crypto.randomUUID() }), line, now)])
}

/** Adds the event about a token that ends soon, once for each end. Returns the column `warned_of`. */
async function warned(tx: Tx, row: ConnectionRow, now: number): Promise<string | null> {
  const { tenant, provider, account, expires_at } = row
  if (!isExpiring(row, now) || row.warned_of === expires_at) return row.warned_of
  await addEvent(tx, { tenant, type: 'connection.expiring', data: { provider, account, expires_at } }, now)
  return expires_at
}

function actorOf({ lease }: { lease: string }): Actor {
  return { name: 'token-life', requestId: `check-${lease}` }
}
