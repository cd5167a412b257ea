import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { applyConnection } from '../../../orchestrator/connections/apply.ts'
import { listConnections } from '../../../orchestrator/connections/connect.ts'
import { due } from '../../../orchestrator/connections/leases.ts'
import { createTokenChecks } from '../../../orchestrator/connections/token-life.ts'
import { type Checked, type Connected, VendorRefused } from '../../../orchestrator/connections/vendor.ts'
import type { PeopleServices } from '../../../orchestrator/people-services.ts'
import { checkCredentials } from '../../../orchestrator/registry/credentials.ts'
import { putCredentials } from '../../../orchestrator/registry/sql/credentials.ts'
import { renewDataKeys } from '../../../orchestrator/secrets/renewal.ts'
import {
  connectionServices,
  createGalleries,
  personOfTest,
  scriptedVendor,
  secretsOf,
} from '../../support/fixtures/connections.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { sendDue } from '../../support/fixtures/notices.ts'

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000]
const begin = Date.parse('2026-12-01T12:00:00Z')

/** Adds connections of alice that are due at a time. Only the first 20 have credentials. */
async function fillConnections({ database, envelope }: PeopleServices, count: number, due: number) {
  const refs = Array.from({ length: count }, (_, index) => `ref-${index}`)
  await envelope.prepare(['alice'])
  await database.change(async (tx) => {
    const row = await tx.selectFrom('connection').selectAll().executeTakeFirstOrThrow()
    const due_at = new Date(due).toISOString()
    for (const ref of refs.slice(0, 20)) {
      const checked = checkCredentials({ provider: 'dropbox', refresh_token: ref }, 'x')
      await putCredentials(tx, envelope, { tenant: 'alice', ref, ...checked }, personOfTest)
    }
    for (let from = 0; from < count; from += 100) {
      const values = refs.slice(from, from + 100).map((ref) => ({ ...row, ref, due_at }))
      await tx.insertInto('connection').values(values).execute()
    }
  })
}

describe.each(databaseKinds)('the life of tokens on %s', (kind) => {
  const databases = databasesOf(kind)
  beforeAll(async () => (await databases.create())[Symbol.asyncDispose]())
  afterAll(databases.close)

  async function start(connected: Partial<Connected> = {}) {
    const own = await databases.createMigrated()
    onTestFinished(() => own[Symbol.asyncDispose]())
    const database = await own.opened()
    await createGalleries(database, ['alice'])
    const clock = { now: begin }
    const vendor = scriptedVendor('dropbox')
    const { services } = connectionServices(database, { vendors: [vendor], now: () => clock.now })
    const token = (name: string) => ({ provider: 'dropbox', refresh_token: name })
    const apply = (name: string) =>
      applyConnection(
        { ...services, now: clock.now },
        {
          ...{
            tenant: 'alice',
            provider: 'dropbox',
            actor: personOfTest,
            replaces: false,
            checkEveryMs: hour,
          },
          connected: {
            ...{ credentials: token(name), account: 'ann@vendor.example', accountId: 'ann' },
            ...{ expiresAt: null, settings: {}, ...connected },
          },
        },
      )
    await apply('first')
    return {
      database,
      services,
      vendor,
      clock,
      token,
      apply,
      /** Another process. */
      process: () => createTokenChecks(services, () => 0),
      wait: async (ms: number) => {
        clock.now += ms
        return sendDue(createTokenChecks(services, () => 0))
      },
      shown: async () => (await listConnections(services, 'alice'))[0],
      stored: async () => (await secretsOf(database, 'alice', 'storage'))?.refresh_token,
      events: async (type: string) => {
        const rows = await database.read.selectFrom('event').selectAll().where('type', '=', type).execute()
        return rows.map(({ data }) => JSON.parse(data))
      },
    }
  }

  it('checks a connection at the interval of its vendor, by a single process at a time', async () => {
    const { vendor, wait, process, clock, stored } = await start()
    expect(await wait(hour - second)).toBe(0)
    clock.now += second
    const counts = await Promise.all([process(), process(), process()].map((each) => sendDue(each)))
    expect(counts.toSorted()).toEqual([0, 0, 1])
    expect(vendor.checks).toHaveLength(1)
    expect(await wait(minute)).toBe(0)
    expect(await stored()).toBe('first')
  })

  it('stores a renewed token when all data keys are replaced during the check', async () => {
    const { vendor, wait, token, stored, services, database } = await start()
    const { keys } = services.envelope
    const madeBefore = '2999-01-01T00:00:00.000Z'
    vendor.onCheck = async () => {
      const renewal = await renewDataKeys({ database, keys, actor: personOfTest, madeBefore })
      expect(renewal).toMatchObject({ values: 1, unopened: 0 })
      return { renewed: { credentials: token('second'), expiresAt: null } }
    }
    await wait(hour)
    expect(await stored()).toBe('second')
    vendor.onCheck = async () => ({})
    await wait(hour)
    expect(vendor.checks.at(-1)).toEqual(token('second'))
  })

  it('renews a token 15 minutes before its end, under a new version', async () => {
    const { vendor, wait, token, stored, database, clock } = await start({ expiresAt: begin + 50 * minute })
    const versions = () => database.read.selectFrom('credential').select('version').execute()
    const before = await versions()
    vendor.onCheck = async () => ({
      renewed: { credentials: token('second'), expiresAt: clock.now + 50 * minute },
    })
    expect(await wait(35 * minute - second)).toBe(0)
    expect(await wait(second)).toBe(1)
    expect(await stored()).toBe('second')
    expect(await versions()).not.toEqual(before)
    expect(await wait(34 * minute)).toBe(0)
  })

  it('survives an endless life, texts that no column takes, and credentials that cannot be stored', async () => {
    const { vendor, wait, shown, token, clock } = await start({
      account: 'a\0b\u202e\ud800',
      accountId: 'ann\0',
      expiresAt: 1e300,
    })
    expect(await shown()).toMatchObject({ state: 'ok', account: expect.stringMatching(/^a b/) })
    vendor.onCheck = async () => ({ renewed: { credentials: token('second'), expiresAt: 1e300 } })
    expect(await wait(hour)).toBe(1)
    expect(await wait(2 * minute)).toBe(0)
    vendor.refusal = new VendorRefused('unavailable', 'It\0is \ud800 away', '5\0')
    expect(await wait(hour)).toBe(1)
    expect(await shown()).toMatchObject({ error: { code: '5', words: expect.stringMatching(/^It is/) } })
    vendor.refusal = undefined
    vendor.onCheck = async () => ({ renewed: { credentials: { provider: 'none' }, expiresAt: clock.now } })
    expect(await wait(hour)).toBe(1)
    expect(await shown()).toMatchObject({ error: { code: 'unavailable' } })
    expect(await wait(second)).toBe(0)
  })

  it('keeps the stored refresh token when the vendor sends an empty refresh token', async () => {
    const { vendor, wait, stored } = await start()
    for (const refresh_token of ['', undefined, null]) {
      const credentials = { provider: 'dropbox', refresh_token, note: String(refresh_token) }
      vendor.onCheck = async () => ({ renewed: { credentials, expiresAt: null } })
      expect(await wait(hour)).toBe(1)
      expect(await stored()).toBe('first')
    }
  })

  it('doubles the delay after failures, from 30 s to 6 hours, and shows the last refusal', async () => {
    const { vendor, wait, shown } = await start()
    vendor.refusal = new VendorRefused('unavailable', 'Dropbox has a problem.', '503')
    expect(await wait(hour)).toBe(1)
    for (const delay of [30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15_360, 21_600, 21_600]) {
      expect(await wait(delay * second - second)).toBe(0)
      expect(await wait(second)).toBe(1)
    }
    expect(await shown()).toMatchObject({
      state: 'ok',
      error: { code: '503', words: 'Dropbox has a problem.' },
    })
    vendor.refusal = undefined
    await wait(6 * hour)
    expect(await shown()).toMatchObject({ state: 'ok', error: null })
  })

  it('breaks a revoked connection at once, tells it once, and checks it no more until the person connects again', async () => {
    const { vendor, wait, shown, events, database, apply, stored } = await start()
    vendor.refusal = new VendorRefused('revoked', 'The token was revoked.', 'invalid_grant')
    await wait(hour)
    expect(await wait(30 * day)).toBe(0)
    const error = { code: 'invalid_grant', words: 'The token was revoked.' }
    expect(await shown()).toMatchObject({ state: 'broken', since: '2026-12-01T13:00:00.000Z', error })
    expect(await events('connection.broken')).toEqual([
      { provider: 'dropbox', account: 'ann@vendor.example', ...error },
    ])
    const audit = await database.read
      .selectFrom('audit')
      .selectAll()
      .where('action', '=', 'connection.broken')
      .execute()
    expect(audit).toHaveLength(1)
    vendor.refusal = undefined
    await apply('second')
    expect(await shown()).toMatchObject({ state: 'ok', error: null })
    expect(await wait(hour)).toBe(1)
    expect(await stored()).toBe('second')
  })

  it('breaks a connection after seven failed days, but not after seven days without tries', async () => {
    const { vendor, wait, shown, events } = await start()
    vendor.refusal = new VendorRefused('unavailable', 'Dropbox has a problem.')
    await wait(hour)
    await wait(8 * day)
    expect(await shown()).toMatchObject({ state: 'ok' })
    for (let tries = 0; tries < 30; tries++) await wait(6 * hour)
    expect(await shown()).toMatchObject({ state: 'broken' })
    expect(await events('connection.broken')).toHaveLength(1)
  })

  it('warns once of a token that ends within seven days and is not renewed', async () => {
    const { wait, shown, events } = await start({ expiresAt: begin + 60 * day })
    await wait(52 * day)
    expect(await shown()).toMatchObject({ state: 'ok' })
    await wait(day)
    await wait(day)
    expect(await shown()).toMatchObject({ state: 'expiring' })
    expect(await events('connection.expiring')).toEqual([
      { provider: 'dropbox', account: 'ann@vendor.example', expires_at: '2027-01-30T12:00:00.000Z' },
    ])
  })

  it('warns of no token whose whole life is shorter', async () => {
    const { wait, events, shown } = await start({ expiresAt: begin + 5 * hour })
    await wait(4 * hour)
    expect(await shown()).toMatchObject({ state: 'ok' })
    expect(await events('connection.expiring')).toEqual([])
  })

  it('takes over from a killed process when its lease ends', async () => {
    const { vendor, wait, process, clock } = await start()
    clock.now += hour
    const dead = process()
    expect(await dead.lease(8)).toHaveLength(1)
    expect(await wait(59 * second)).toBe(0)
    expect(vendor.checks).toEqual([])
    expect(await wait(second)).toBe(1)
  })

  it('begins no check when a paused process has lost most of its lease', async () => {
    const { vendor, process, clock } = await start()
    clock.now += hour
    const paused = process()
    const [leased] = await paused.lease(8)
    clock.now += 30 * second
    if (leased) await paused.deliver(leased, new AbortController().signal)
    expect(vendor.checks).toEqual([])
  })

  it('stores a renewed token even after the lease has ended, and ignores the refusal that the old token then gets', async () => {
    const { vendor, process, clock, token, stored, shown, events } = await start()
    clock.now += hour
    const answers = [Promise.withResolvers<Checked>(), Promise.withResolvers<Checked>()]
    vendor.onCheck = () =>
      answers[vendor.checks.length - 1]?.promise ?? Promise.reject(new Error('third check'))
    const slow = sendDue(process())
    await expect.poll(() => vendor.checks.length).toBe(1)
    clock.now += minute
    const rival = sendDue(process())
    await expect.poll(() => vendor.checks.length).toBe(2)
    answers[0]?.resolve({ renewed: { credentials: token('second'), expiresAt: null } })
    await slow
    answers[1]?.reject(new VendorRefused('revoked', 'Used twice.', 'invalid_grant'))
    await rival
    expect(await stored()).toBe('second')
    expect(await shown()).toMatchObject({ state: 'ok', error: null })
    expect(await events('connection.broken')).toEqual([])
  })

  it('repairs a connection that a rival broke while the renewed token was on its way', async () => {
    const { vendor, process, clock, token, stored, shown } = await start()
    clock.now += hour
    const answers = [Promise.withResolvers<Checked>(), Promise.withResolvers<Checked>()]
    vendor.onCheck = () =>
      answers[vendor.checks.length - 1]?.promise ?? Promise.reject(new Error('third check'))
    const slow = sendDue(process())
    await expect.poll(() => vendor.checks.length).toBe(1)
    clock.now += minute
    const rival = sendDue(process())
    await expect.poll(() => vendor.checks.length).toBe(2)
    answers[1]?.reject(new VendorRefused('revoked', 'Used twice.', 'invalid_grant'))
    await rival
    expect(await shown()).toMatchObject({ state: 'broken' })
    answers[0]?.resolve({ renewed: { credentials: token('second'), expiresAt: null } })
    await slow
    expect(await stored()).toBe('second')
    expect(await shown()).toMatchObject({ state: 'ok' })
  })

  it('keeps the account that a person connected while a check was on its way', async () => {
    const { vendor, process, clock, token, stored, apply } = await start()
    clock.now += hour
    const answer = Promise.withResolvers<Checked>()
    vendor.onCheck = () => answer.promise
    const checking = sendDue(process())
    await expect.poll(() => vendor.checks.length).toBe(1)
    await apply('by hand')
    answer.resolve({ renewed: { credentials: token('second'), expiresAt: null } })
    await checking
    expect(await stored()).toBe('by hand')
  })

  it('checks again after the clock was set back by a year', async () => {
    const { vendor, process, clock, wait } = await start()
    await wait(hour)
    clock.now += hour
    await process().lease(8)
    clock.now -= 365 * day
    expect(await wait(0)).toBe(1)
    expect(vendor.checks).toHaveLength(2)
  })

  it('spreads the checks of many tenants after an outage of the vendor', async () => {
    const { vendor, services, database, clock } = await start()
    await fillConnections(services, 20, clock.now)
    vendor.refusal = new VendorRefused('unavailable', 'Dropbox has a problem.', '503')
    let calls = 0
    const life = createTokenChecks(services, () => (calls++ % 20) / 20)
    await sendDue(life)
    const dueTimes = async () => {
      const rows = await database.read.selectFrom('connection').select('due_at').execute()
      return new Set(rows.map(({ due_at }) => due_at)).size
    }
    expect(await dueTimes()).toBeGreaterThan(15)
    vendor.refusal = undefined
    clock.now += hour
    await sendDue(life)
    expect(await dueTimes()).toBeGreaterThan(15)
  })

  it('checks connections at other vendors while a vendor with many due connections hangs', async () => {
    const { vendor, services, database, clock } = await start()
    await fillConnections(services, 20, clock.now)
    const other = scriptedVendor('telegram')
    const vendors = new Map([...services.vendors, ['telegram' as const, other]])
    const life = createTokenChecks({ ...services, vendors }, () => 0)
    const hanging = Promise.withResolvers<Checked>()
    vendor.onCheck = () => hanging.promise
    await database.change((tx) =>
      tx.updateTable('connection').set({ provider: 'telegram' }).where('ref', '=', 'storage').execute(),
    )
    const { signal } = new AbortController()
    const deliver = async (rows: Awaited<ReturnType<typeof life.lease>>) =>
      Promise.all(rows.map((row) => life.deliver(row, signal)))
    clock.now += hour
    const first = await life.lease(16)
    const running = deliver(first)
    await expect.poll(() => vendor.checks.length).toBe(4)
    const second = await life.lease(16)
    expect([...first, ...second].map(({ provider }) => provider).toSorted()).toEqual([
      ...['dropbox', 'dropbox', 'dropbox', 'dropbox', 'telegram'],
    ])
    await deliver(second)
    expect(other.checks).toHaveLength(1)
    hanging.resolve({})
    await running
    expect(await life.lease(16)).toHaveLength(4)
  })

  it('finds due connections by an index', async () => {
    const { services, database, clock } = await start()
    // The planner of PostgreSQL would scan a small table.
    await fillConnections(services, 5000, clock.now + day)
    if (kind === 'postgres') await sql`analyze connection`.execute(database.read)
    const query = due(database.read, ['dropbox'], clock.now).limit(16).compile()
    const explain = kind === 'sqlite' ? 'explain query plan' : 'explain'
    const plan = database.read.executeQuery({ ...query, sql: `${explain} ${query.sql}` })
    expect(JSON.stringify((await plan).rows)).toContain('connection_due')
  })

  it('adopts credentials that were stored without the pages', async () => {
    const { database, services, clock, vendor, token, process } = await start()
    const actor = { name: 'import', requestId: 'import' }
    await services.envelope.prepare(['alice'])
    await database.change((tx) =>
      putCredentials(
        tx,
        services.envelope,
        { tenant: 'alice', ref: 'imported', ...checkCredentials(token('imported'), 'x') },
        actor,
      ),
    )
    const life = process()
    clock.now += 2 * minute
    expect(await sendDue(life)).toBe(1)
    expect(vendor.checks).toEqual([token('imported')])
    const rows = await database.read
      .selectFrom('connection')
      .select(['ref', 'account'])
      .orderBy('ref')
      .execute()
    expect(rows).toEqual([
      { ref: 'imported', account: '' },
      { ref: 'storage', account: 'ann@vendor.example' },
    ])
  })
})
