/** Attempts: begun connections, bound to a tenant, a person and a browser. An attempt lives for 10 minutes and works once. */
import { createHash, randomBytes } from 'node:crypto'
import type { Selectable } from 'kysely'
import { z } from 'zod'
import { parseJson } from '../../src/base/json.ts'
import { equalInConstantTime } from '../../src/contract/constant-time.ts'
import type { Actor } from '../audit/actor.ts'
import { SecretsUnavailable } from '../contract/ports.ts'
import type { Database } from '../database/database.ts'
import type { ConnectionAttemptTable } from '../database/people-tables.ts'
import type { Reads } from '../registry/sql/configurations.ts'
import type { Envelope, SealedPlace } from '../secrets/envelope.ts'
import type { Begun, ConnectionProvider, VendorRefused } from './vendor.ts'

export type Attempt = Selectable<ConnectionAttemptTable>

export interface NewAttempt {
  id: string
  tenant: string
  provider: ConnectionProvider
  actor: Actor
  replaces: boolean
  returnTo: string
}

export interface AttemptStore {
  database: Database
  envelope: Envelope
  now(): number
}

export const attemptMs = 10 * 60 * 1000
/** Time for which a refusal stays readable. */
export const keptMs = 24 * 60 * 60 * 1000
const idForm = /^[\w-]{32}$/

/** Makes an ID of 192 random bits. */
export function newAttemptId(): string {
  return randomBytes(24).toString('base64url')
}

/** Keeps what the vendor's file needs at the callback. The attempt can be used from now on. */
export async function keepBegun(
  { database, envelope }: AttemptStore,
  { id, tenant, provider }: Pick<NewAttempt, 'id' | 'tenant' | 'provider'>,
  begun: Begun,
): Promise<void> {
  await envelope.prepare([tenant])
  await database.change(async (tx) => {
    const fixed = await tx
      .selectFrom('connection_attempt')
      .select(['actor', 'replaces', 'return_to', 'at', 'expires_at'])
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    const text = JSON.stringify({ ...begun, of: fixedOf(fixed) })
    const sealed = await envelope.seal(tx, placeOf({ id, tenant, provider }), text)
    await tx
      .updateTable('connection_attempt')
      .set({ kept: sealed.value, data_key: sealed.data_key })
      .where('tenant', '=', tenant)
      .where('id', '=', id)
      .execute()
  })
}

/** Reads an attempt that can still be used. Returns `undefined` for an unknown, expired or used attempt, and for another provider. */
export async function usableAttempt(
  read: Reads,
  { id, provider, now }: { id: string; provider: string; now: number },
): Promise<Attempt | undefined> {
  if (!idForm.test(id)) return undefined
  const row = await read.selectFrom('connection_attempt').selectAll().where('id', '=', id).executeTakeFirst()
  // A clock that jumped back must not make an attempt live longer.
  const isAlive = row && Date.parse(row.expires_at) > now && Date.parse(row.at) <= now + attemptMs
  const isBegun = isAlive && row.kept !== ''
  return isBegun && row.provider === provider && row.used_at === null ? row : undefined
}

/** Binds an attempt to the browser with this cookie. Returns false if another browser has it, or if it was used. */
export function bindBrowser(database: Database, id: string, cookie: string): Promise<boolean> {
  return database.change(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('connection_attempt')
      .set({ browser: digestOf(cookie) })
      .where('id', '=', id)
      .where('browser', 'is', null)
      .where('used_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  })
}

/** Checks if the cookie is that of the browser that began. */
export function isBrowserOf({ browser }: Attempt, cookie: string | undefined): boolean {
  return browser !== null && cookie !== undefined && equalInConstantTime(digestOf(cookie), browser)
}

const begunSchema = z.object({
  url: z.string(),
  kept: z.record(z.string(), z.unknown()),
  of: z.string(),
})

/** Opens what the vendor's file keeps. Rejects with `SecretsUnavailable` if it does not open, or was sealed for another row. */
export async function openBegun(
  { envelope }: Pick<AttemptStore, 'envelope'>,
  attempt: Attempt,
): Promise<Begun> {
  const { kept: value, data_key } = attempt
  const text = await envelope.open({ value, data_key }, placeOf(attempt))
  const { of, ...begun } = begunSchema.parse(parseJson(text))
  if (of !== fixedOf(attempt)) throw new SecretsUnavailable('An attempt was changed.')
  return begun
}

type Fixed = Pick<Attempt, 'actor' | 'replaces' | 'return_to' | 'at' | 'expires_at'>

/** Returns the columns that never change, as one text. They are sealed, so that a change in the database ends the attempt. */
function fixedOf({ actor, replaces, return_to, at, expires_at }: Fixed): string {
  return JSON.stringify([actor, Number(replaces), return_to, at, expires_at])
}

/** Marks an attempt as used and forgets its secrets. Returns false if another request was first. */
export function useAttempt({ database, now }: AttemptStore, { id }: Attempt): Promise<boolean> {
  return database.change(async (tx) => {
    const { numUpdatedRows } = await tx
      .updateTable('connection_attempt')
      .set({ used_at: timeOf(now()), kept: '' })
      .where('id', '=', id)
      .where('used_at', 'is', null)
      .executeTakeFirst()
    return numUpdatedRows === 1n
  })
}

/** Keeps the vendor's refusal for the person's page. */
export async function noteRefusal(
  { database }: AttemptStore,
  { id }: Attempt,
  refusal: VendorRefused,
): Promise<void> {
  await database.change((tx) =>
    tx
      .updateTable('connection_attempt')
      .set({
        error_code: (refusal.code || refusal.reason).slice(0, 100),
        error_words: refusal.message.slice(0, 300),
      })
      .where('id', '=', id)
      .execute(),
  )
}

/** Removes attempts that no page shows any more. */
export async function sweepAttempts({
  database,
  now,
}: Pick<AttemptStore, 'database' | 'now'>): Promise<void> {
  const time = timeOf(now() - keptMs)
  const old = await database.read
    .selectFrom('connection_attempt')
    .select('id')
    .where('expires_at', '<', time)
    .limit(1)
    .executeTakeFirst()
  if (old)
    await database.change((tx) =>
      tx.deleteFrom('connection_attempt').where('expires_at', '<', time).execute(),
    )
}

function placeOf({ id, tenant, provider }: { id: string; tenant: string; provider: string }): SealedPlace {
  return { tenant, ref: `attempt/${id}`, provider }
}

function digestOf(cookie: string): string {
  return createHash('sha256').update(cookie).digest('hex')
}

function timeOf(ms: number): string {
  return new Date(ms).toISOString()
}
