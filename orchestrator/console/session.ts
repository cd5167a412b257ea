/** Sessions of operators: a sealed cookie, checked against the operator's row on each request. */
import type { Context } from 'hono'
import { deleteCookie, setCookie } from 'hono/cookie'
import { z } from 'zod'
import { createSealer, type Sealer } from '../../src/base/sealing/sealed-token.ts'
import { type Actor, lineBy } from '../audit/actor.ts'
import { appendAudit } from '../audit/chain.ts'
import type { Database, Tx } from '../database/database.ts'
import type { PeopleServices } from '../people-services.ts'
import { Refused } from '../registry/sql/refusals.ts'
import type { ConsoleSettings } from './settings.ts'

export interface Sessions {
  /** Returns the operator of the request, or `undefined`. */
  operatorOf(c: Context): Promise<string | undefined>
  /** Notes the sign-in and sets the cookie. */
  begin(c: Context, email: string): Promise<void>
  forget(c: Context): void
}

const sessionSeconds = 12 * 3600
const contentSchema = z.object({ email: z.string(), at: z.string() })

/** Name and attributes of a cookie of the console. `__Host-` keeps sibling hosts from setting it. */
export function cookieOf({ isSecure }: Pick<ConsoleSettings, 'isSecure'>, name: string) {
  return {
    name: isSecure ? `__Host-${name}` : name,
    options: { path: '/', httpOnly: true, secure: isSecure, sameSite: 'Lax' } as const,
  }
}

/** Returns the only value of a cookie. Two values mean that another host set one of them, so neither counts. */
export function soleCookie(c: Context, name: string): string | undefined {
  const pairs = (c.req.header('cookie') ?? '').split(';').map((pair) => pair.trim())
  const values = pairs
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
  return values.length === 1 ? values[0] : undefined
}

/** Ends all sessions of an operator. Throws {@link Refused} if the operator never signed in. */
export function endSessions(database: Database, email: string, actor: Actor, now: number): Promise<void> {
  return database.change(async (tx) => {
    const row = await rowOf(tx, email)
    if (!row) throw new Refused('This operator never signed in.')
    // The clock of the process of the sign-in may be ahead of this clock.
    const sessions_from = latest([new Date(now).toISOString(), row.sessions_from, row.signed_in_at ?? ''])
    await tx.updateTable('operator').set({ sessions_from }).where('email', '=', email).execute()
    await appendAudit(tx, [
      lineBy(
        actor,
        { action: 'operator.sign_out', tenant: null, outcome: 'signed_out', subject: email },
        now,
      ),
    ])
  })
}

function rowOf(read: Pick<Tx, 'selectFrom'>, email: string) {
  return read
    .selectFrom('operator')
    .select(['sessions_from', 'signed_in_at'])
    .where('email', '=', email)
    .executeTakeFirst()
}

/** Returns the last of some times in ISO 8601. */
function latest(times: readonly string[]): string {
  return times.toSorted().at(-1) ?? ''
}

/** Notes a sign-in and returns its time, which is after the end of all ended sessions on any clock. */
function noteSignIn(database: Database, email: string, now: number): Promise<string> {
  return database.change(async (tx) => {
    const row = await rowOf(tx, email)
    const afterEnd = row ? Date.parse(row.sessions_from) + 1 : 0
    const at = new Date(Math.max(now, afterEnd)).toISOString()
    const signed_in_at = latest([at, row?.signed_in_at ?? ''])
    // The session must be younger than the end of the sessions before it.
    const sessions_from = new Date(now - 1).toISOString()
    await tx
      .insertInto('operator')
      .values({ email, sessions_from, signed_in_at })
      .onConflict((conflict) => conflict.column('email').doUpdateSet({ signed_in_at }))
      .execute()
    const actor = { name: email, requestId: crypto.randomUUID() }
    await appendAudit(tx, [
      lineBy(actor, { action: 'operator.sign_in', tenant: null, outcome: 'signed_in', subject: email }, now),
    ])
    return at
  })
}

/** Creates the sessions of the console. */
export function createSessions({ database, now }: PeopleServices, settings: ConsoleSettings): Sessions {
  const sealer: Sealer<z.output<typeof contentSchema>> = createSealer({
    secrets: settings.secrets,
    purpose: 'console-session',
    schema: contentSchema,
    now,
  })
  const cookie = cookieOf(settings, 'console')
  return {
    async operatorOf(c) {
      const token = soleCookie(c, cookie.name)
      const opened = token === undefined ? null : await sealer.open(token, settings.host)
      if (!opened || !settings.operators.has(opened.content.email)) return undefined
      const { email, at } = opened.content
      const row = await rowOf(database.read, email)
      return row && at > row.sessions_from ? email : undefined
    },

    async begin(c, email) {
      const at = await noteSignIn(database, email, now())
      const value = await sealer.seal(
        { email, at },
        { audience: settings.host, expiresInSeconds: sessionSeconds },
      )
      setCookie(c, cookie.name, value, { ...cookie.options, maxAge: sessionSeconds })
    },

    forget: (c) => void deleteCookie(c, cookie.name, cookie.options),
  }
}
