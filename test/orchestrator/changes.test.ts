import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { appendAudit, verifyAudit } from '../../orchestrator/audit/chain.ts'
import type { AuditLine } from '../../orchestrator/contract/audit.ts'
import { PlaneUnavailable } from '../../orchestrator/contract/ports.ts'
import type { Database, Patience, Tx } from '../../orchestrator/database/database.ts'
import { openDatabase } from '../../orchestrator/database/open.ts'
import { type DatabaseOfTest, databaseKinds, databasesOf } from '../support/fixtures/databases.ts'
import { eventually } from '../support/fixtures/eventually.ts'

const patient: Patience = { turnMs: 60_000, connectMs: 60_000, statementMs: 60_000 }
const impatient: Patience = { turnMs: 50, connectMs: 5000, statementMs: 5000 }

const line = (request_id: string): AuditLine => ({
  time: '2026-12-01T00:00:00.000Z',
  request_id,
  action: 'access',
  tenant: null,
  outcome: 'bad_token',
})
const append = (tx: Tx, id: string) => appendAudit(tx, [line(id)])
const linesOf = async ({ read }: Database) =>
  (await read.selectFrom('audit').select('request_id').orderBy('seq').execute()).map(
    ({ request_id }) => request_id,
  )

/** Opens the database once more. Closed at disposal. */
async function openedBy({ url, directory }: DatabaseOfTest, patience: Patience) {
  const database = await openDatabase({ url, directory, patience })
  return Object.assign(database, { [Symbol.asyncDispose]: () => database.close() })
}

describe.each(databaseKinds)('changes on %s', (kind) => {
  const databases = databasesOf(kind)
  afterAll(() => databases.close())

  it('rejects a change at once when it begins within another change', async () => {
    await using place = await databases.createMigrated()
    const database = await place.opened()
    const nested = database.change(async (tx) => {
      await append(tx, 'outer')
      await database.change((inner) => append(inner, 'inner'))
    })
    await expect(nested).rejects.toThrow('A change of the database began within another change.')
    await database.change((tx) => append(tx, 'next'))
    expect(await linesOf(database)).toEqual(['next'])
  })

  it('makes a change that was started by a finished change', async () => {
    await using place = await databases.createMigrated()
    const database = await place.opened()
    const outer = Promise.withResolvers<void>()
    let later: Promise<void> | undefined
    await database.change(async () => {
      later = outer.promise.then(() => database.change((tx) => append(tx, 'later')))
    })
    outer.resolve()
    await later
    expect(await linesOf(database)).toEqual(['later'])
  })

  it('makes 200 parallel changes and reads at the same time', async () => {
    await using place = await databases.createMigrated()
    await place.opened()
    await using database = await openedBy(place, patient)
    const ids = Array.from({ length: 200 }, (_, id) => String(id))
    const changes = ids.map((id) => database.change((tx) => append(tx, id)))
    const reads = ids.map(() => database.read.selectFrom('tenant').selectAll().execute())
    expect((await Promise.all(reads)).flat()).toEqual([])
    await Promise.all(changes)
    expect(await linesOf(database)).toEqual(ids)
    expect(await verifyAudit(database)).toMatchObject({ lines: 200, brokenAt: null })
  })

  it('reads within a change on other connections when many changes wait', async () => {
    await using place = await databases.createMigrated()
    await place.opened()
    await using database = await openedBy(place, patient)
    const changes = Array.from({ length: 30 }, () =>
      database.change(() => database.read.selectFrom('tenant').selectAll().execute()),
    )
    expect((await Promise.all(changes)).flat()).toEqual([])
  })

  it.each(['the same process', 'another process'])(
    'refuses waiting changes when a change of %s hangs, and continues when it ends',
    async (holder) => {
      await using place = await databases.createMigrated()
      await place.opened()
      await using database = await openedBy(place, impatient)
      await using other = await openedBy(place, impatient)
      const [held, hang] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      const hanging = (holder === 'the same process' ? database : other).change(async (tx) => {
        await append(tx, 'hanging')
        held.resolve()
        await hang.promise
      })
      await held.promise
      await expect(database.change((tx) => append(tx, 'refused'))).rejects.toThrow(PlaneUnavailable)
      hang.resolve()
      await hanging
      await eventually(() => database.change((tx) => append(tx, 'next')))
      expect(await linesOf(database)).toEqual(['hanging', 'next'])
    },
  )
})

describe('changes on a broken connection', () => {
  const databases = databasesOf('postgres')
  afterAll(() => databases.close())

  it.each(['during a statement', 'between two statements'])(
    'rejects and keeps nothing when the connection breaks %s, and the next change works',
    async (moment) => {
      await using place = await databases.createMigrated()
      const database = await place.opened()
      await using other = await openedBy(place, patient)
      const broken = database.change(async (tx) => {
        await append(tx, 'lost')
        const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
        const pid = rows[0]?.pid
        if (moment === 'during a statement') await sql`select pg_terminate_backend(${pid})`.execute(tx)
        await sql`select pg_terminate_backend(${pid})`.execute(other.read)
        await eventually(async () => {
          const alive = await sql`select 1 from pg_stat_activity where pid = ${pid}`.execute(other.read)
          expect(alive.rows).toEqual([])
        })
      })
      await expect(broken).rejects.toThrow(PlaneUnavailable)
      await database.change((tx) => append(tx, 'next'))
      expect(await linesOf(database)).toEqual(['next'])
    },
  )
})
