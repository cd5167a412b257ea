import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { applyConnection } from '../../../orchestrator/connections/apply.ts'
import type { LeasedConnection } from '../../../orchestrator/connections/leases.ts'
import { createTokenChecks } from '../../../orchestrator/connections/token-life.ts'
import { type Checked, VendorRefused } from '../../../orchestrator/connections/vendor.ts'
import type { Outlet } from '../../../orchestrator/notices/pump.ts'
import {
  connectionServices,
  createGalleries,
  personOfTest,
  scriptedVendor,
  secretsOf,
} from '../../support/fixtures/connections.ts'
import { type DatabaseOfTest, databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'

const processes = 2
const begin = Date.parse('2026-12-01T12:00:00Z')
const life = 2 * 3_600_000

type Act =
  /** A process leases due connections, and begins their checks. */
  | { kind: 'look'; process: number }
  /** The vendor receives the oldest call that is on its way, and answers. */
  | { kind: 'answer'; process: number; how: 'ok' | 'down' }
  /** A process dies. Answers that are on their way to it are lost. */
  | { kind: 'kill'; process: number }
  | { kind: 'clock'; ms: number }
  /** The person connects the account anew. */
  | { kind: 'connect' }
  /** The person ends the access at the vendor. */
  | { kind: 'revoke' }

const process = fc.nat(processes - 1)
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('look' as const), process }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('answer' as const),
      process,
      how: fc.constantFrom('ok' as const, 'ok' as const, 'down' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('kill' as const), process }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('clock' as const),
      ms: fc.constantFrom(45_000, 61_000, 61_000, 61_000, 86_400_000, 86_400_000, -864_000_000),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('connect' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke' as const) }) },
)

/** Call that is on its way to the vendor. */
interface Call {
  token: string
  answer(how: 'ok' | 'down'): void
  done: Promise<void>
}

interface Session {
  /** Token that works. */
  current: string
  isEnded: boolean
}

/**
 * Vendor whose refresh tokens work once. A token that is used twice ends its session, as at servers of Bluesky. A new sign-in leaves older
 * sessions alone.
 */
function strictVendor() {
  const sessions: Session[] = []
  let last = 0
  return {
    newest: () => sessions.at(-1) ?? { current: '', isEnded: true },
    signIn(): string {
      const current = `${sessions.length}/${++last}`
      sessions.push({ current, isEnded: false })
      return current
    },
    /** Renews the token. */
    renew(token: string): string {
      const index = Number(token.split('/')[0])
      const session = sessions[index]
      if (!session || session.isEnded || token !== session.current) {
        if (session) session.isEnded = true
        throw new VendorRefused('revoked', 'The token was used before.', 'invalid_grant')
      }
      session.current = `${index}/${++last}`
      return session.current
    },
  }
}

describe.each(databaseKinds)('a model of token life on %s', (kind) => {
  const databases = databasesOf(kind)
  let own: DatabaseOfTest
  beforeAll(async () => {
    own = await databases.createMigrated()
  })
  afterAll(async () => {
    await own[Symbol.asyncDispose]()
    await databases.close()
  })

  it('never loses a renewed token while its process lives, and never breaks a connection without a reason', async () => {
    const database = await own.opened()
    let round = 0
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 10, maxLength: 40 }), async (acts) => {
        const tenant = `t${++round}`
        await createGalleries(database, [tenant])
        const clock = { now: begin }
        const vendor = strictVendor()
        const calls: Call[][] = Array.from({ length: processes }, () => [])
        /** True if a lease may have ended during a call, an answer got lost, or the person ended the access, until the next sign-in. */
        let mayEnd = false
        /** True if the answer with the newest token reached no process. */
        let isLost = false

        const outletOf = (index: number): Outlet<LeasedConnection> => {
          const scripted = scriptedVendor('dropbox')
          scripted.onCheck = (credentials) => {
            const pending = Promise.withResolvers<Checked>()
            const token = String(credentials.refresh_token)
            if (calls.some((own) => own.some((call) => call.token === token))) expect(mayEnd).toBe(true)
            calls[index]?.push({
              token,
              done: Promise.resolve(),
              answer(how) {
                try {
                  if (how === 'down') throw new VendorRefused('unavailable', 'Down.')
                  const refresh_token = vendor.renew(token)
                  const renewed = {
                    credentials: { provider: 'dropbox', refresh_token },
                    expiresAt: clock.now + life,
                  }
                  pending.resolve({ renewed })
                } catch (error) {
                  pending.reject(error)
                }
              },
            })
            return pending.promise
          }
          const { services } = connectionServices(database, { vendors: [scripted], now: () => clock.now })
          return createTokenChecks(services, () => 0)
        }
        const outlets = Array.from({ length: processes }, (_, index) => outletOf(index))
        const { services } = connectionServices(database, { now: () => clock.now })

        async function connect(): Promise<void> {
          const credentials = { provider: 'dropbox', refresh_token: vendor.signIn() }
          const connected = {
            credentials,
            account: 'ann',
            accountId: 'ann',
            expiresAt: clock.now + life,
            settings: {},
          }
          await applyConnection(
            { ...services, now: clock.now },
            {
              tenant,
              provider: 'dropbox',
              connected,
              actor: personOfTest,
              replaces: false,
              checkEveryMs: life,
            },
          )
          mayEnd = calls.some((own) => own.length > 0)
          isLost = false
        }

        async function check(): Promise<void> {
          const row = await rowOf(tenant)
          const stored = String((await secretsOf(database, tenant, 'storage'))?.refresh_token)
          const { current, isEnded } = vendor.newest()
          expect(stored.split('/')[0]).toBe(current.split('/')[0])
          if (!isLost) expect(stored).toBe(current)
          if (isEnded || row.broken_at !== null) expect(mayEnd).toBe(true)
          if (row.broken_at !== null) expect(isEnded).toBe(true)
        }

        async function look(index: number): Promise<void> {
          const outlet = outlets[index]
          const rows = (await outlet?.lease(8)) ?? []
          for (const row of rows) {
            const before = calls[index]?.length ?? 0
            const done = outlet?.deliver(row, new AbortController().signal) ?? Promise.resolve()
            const called = Promise.withResolvers<void>()
            const timer = setInterval(() => {
              if ((calls[index]?.length ?? 0) > before) called.resolve()
            }, 1)
            await Promise.race([called.promise, done])
            clearInterval(timer)
            const call = calls[index]?.at(-1)
            if (call && (calls[index]?.length ?? 0) > before) call.done = done
          }
        }

        await connect()
        for (const step of acts) {
          if (step.kind === 'clock') {
            clock.now += step.ms
            mayEnd ||= calls.some((own) => own.length > 0)
          } else if (step.kind === 'connect') await connect()
          else if (step.kind === 'revoke') {
            vendor.newest().isEnded = true
            mayEnd = true
          } else if (step.kind === 'look') await look(step.process)
          else if (step.kind === 'kill') {
            const lost = calls[step.process]?.splice(0) ?? []
            // The vendor receives the calls of the dead process, and its answers reach no process.
            for (const { token } of lost) {
              isLost ||= token === vendor.newest().current && !vendor.newest().isEnded
              await Promise.resolve(token)
                .then(vendor.renew)
                .catch(() => undefined)
              mayEnd = true
            }
            outlets[step.process] = outletOf(step.process)
          } else {
            const call = calls[step.process]?.shift()
            call?.answer(step.how)
            await call?.done
          }
          await check()
        }

        // All processes that live finish, and time passes: the stored token works, or the person is told.
        for (const own of calls)
          for (const call of own.splice(0)) {
            call.answer('ok')
            await call.done
          }
        // The clock may have been set back by more than that, while no process looked.
        clock.now = Math.max(clock.now, begin) + 30 * 86_400_000
        await look(0)
        for (const call of calls[0]?.splice(0) ?? []) {
          call.answer('ok')
          await call.done
        }
        await check()
        const { isEnded } = vendor.newest()
        const events = await database.read
          .selectFrom('event')
          .select('type')
          .where('tenant', '=', tenant)
          .execute()
        if (isEnded || isLost) expect(events.map(({ type }) => type)).toContain('connection.broken')
        // Other rounds must not see this connection as due.
        await database.change((tx) => tx.deleteFrom('connection').where('tenant', '=', tenant).execute())
        await database.change((tx) => tx.deleteFrom('credential').where('tenant', '=', tenant).execute())
      }),
      { numRuns: 100 },
    )

    function rowOf(tenant: string) {
      return database.read
        .selectFrom('connection')
        .select(['broken_at'])
        .where('tenant', '=', tenant)
        .executeTakeFirstOrThrow()
    }
  }, 120_000)
})
