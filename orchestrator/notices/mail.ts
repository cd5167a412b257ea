/** Mails about events: the outlet that tells a tenant's people and the operators. */

import { parseJson } from '../../src/base/json.ts'
import { memberOf } from '../../src/contract/lenient.ts'
import type { Database, Tx } from '../database/database.ts'
import { currentConfig } from '../registry/sql/configurations.ts'
import type { SendMail } from './mail-call.ts'
import { mailOf } from './mail-words.ts'
import { isMailed } from './outbox.ts'
import type { Outlet } from './pump.ts'
import { webhookDelayMs } from './retry-times.ts'

export interface MailsOptions {
  database: Database
  /** `undefined` without a mail server: rows are removed unsent. */
  send: SendMail | undefined
  /** Operators, who get each mail. */
  operators: readonly string[]
  now?: () => number
  /** Tells operators, without any secret. */
  warn(text: string): void
}

export interface LeasedMail {
  event: string
  tries: number
  lease: string
}

/** Length of a lease, longer than the time-outs of a mail server. */
const leaseMs = 120_000
/** Upper bound on recipients, as mail servers have it (RFC 5321, section 4.5.3.1.8). */
const maxRecipients = 100

/** Creates the outlet. A mail whose confirmation got lost is sent again under the same Message-ID. */
export function createMails({
  database,
  send,
  operators,
  now = Date.now,
  warn,
}: MailsOptions): Outlet<LeasedMail> {
  const time = (ms = 0) => new Date(now() + ms).toISOString()

  return {
    async lease(count) {
      if (!(await due(database.read, time()).limit(1).executeTakeFirst())) return []
      return database.change(async (tx) => {
        if (send === undefined) {
          await tx.deleteFrom('notice_mail').execute()
          return []
        }
        const rows = await due(tx, time()).limit(count).execute()
        const leased = rows.map((row) => ({ ...row, lease: crypto.randomUUID() }))
        for (const { event, lease } of leased)
          await tx
            .updateTable('notice_mail')
            .set({ lease, leased_until: time(leaseMs) })
            .where('event', '=', event)
            .execute()
        return leased
      })
    },

    async deliver(mail) {
      const found = await mailFor(database, mail.event, operators)
      if (found === undefined || send === undefined) return database.change((tx) => remove(tx, mail))
      try {
        await send({ ...found, messageId: `<${mail.event}@notices.publisher>` })
      } catch (error) {
        const delay = webhookDelayMs(Number(mail.tries) + 1)
        warn(`A notice could not be mailed${delay === undefined ? ' and is given up' : ''}: ${nameOf(error)}`)
        return database.change((tx) => (delay === undefined ? remove(tx, mail) : keep(tx, mail, time(delay))))
      }
      return database.change((tx) => remove(tx, mail))
    },
  }
}

type Reads = Pick<Tx, 'selectFrom'>

function due(reads: Reads, time: string) {
  return reads
    .selectFrom('notice_mail')
    .select(['event', 'tries'])
    .where('due_at', '<=', time)
    .where((eb) => eb.or([eb('leased_until', 'is', null), eb('leased_until', '<=', time)]))
    .orderBy('due_at')
}

/** Returns the mail of an event. Returns `undefined` if it has no recipient, or if the tenant is suspended. */
async function mailFor({ read }: Database, event: string, operators: readonly string[]) {
  const row = await read
    .selectFrom('event')
    .innerJoin('tenant', 'tenant.name', 'event.tenant')
    .select(['event.tenant', 'event.type', 'event.data', 'tenant.suspended'])
    .where('event.id', '=', event)
    .executeTakeFirst()
  if (!row || !isMailed(row.type) || Number(row.suspended) === 1) return undefined
  const host = await read
    .selectFrom('domain')
    .select('host')
    .where('tenant', '=', row.tenant)
    .orderBy('host')
    .executeTakeFirst()
  const to = [...new Set([...(await peopleOf(read, row.tenant)), ...operators])].slice(0, maxRecipients)
  if (!host || to.length === 0) return undefined
  const { tenant, type, data } = row
  return { to, ...mailOf({ type, data, tenant, host: host.host }) }
}

const address = /^[^\s@<>,;"]{1,64}@[^\s@<>,;"]{1,250}$/

/** Lists the people who may sign in to a gallery. */
async function peopleOf(read: Reads, tenant: string): Promise<string[]> {
  const current = await currentConfig(read, tenant)
  const emails = memberOf(memberOf(current && parseJson(current.config), 'auth'), 'allowed_emails')
  if (!Array.isArray(emails)) return []
  return emails.flatMap((email: unknown) =>
    typeof email === 'string' && address.test(email.trim()) ? [email.trim().toLowerCase()] : [],
  )
}

async function remove(tx: Tx, { event, lease }: LeasedMail): Promise<void> {
  await tx.deleteFrom('notice_mail').where('event', '=', event).where('lease', '=', lease).execute()
}

async function keep(tx: Tx, { event, lease, tries }: LeasedMail, due_at: string): Promise<void> {
  await tx
    .updateTable('notice_mail')
    .set({ tries: Number(tries) + 1, due_at, lease: null, leased_until: null })
    .where('event', '=', event)
    .where('lease', '=', lease)
    .execute()
}

/** Returns the kind of an error. Messages of mail servers hold addresses. */
function nameOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' && /^[A-Z_]{1,30}$/.test(code) ? code : 'the mail server failed'
}
