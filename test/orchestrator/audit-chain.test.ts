import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { appendAudit, verifyAudit } from '../../orchestrator/audit/chain.ts'
import { listAudit } from '../../orchestrator/audit/list.ts'
import { createDatabaseAudit } from '../../orchestrator/audit/reads.ts'
import { runProgram } from '../../orchestrator/commands/program.ts'
import type { AuditLine } from '../../orchestrator/contract/audit.ts'
import { canonicalJson } from '../../orchestrator/contract/canonical.ts'
import type { Database } from '../../orchestrator/database/database.ts'
import { databaseKinds, databasesOf } from '../support/fixtures/databases.ts'

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('\0', '\ud800', '\u001b[31m', '"\\\n', 'x'.repeat(70_000)),
)
const lines = fc.array(
  fc.record(
    {
      time: fc.constant('2026-12-01T00:00:00.000Z'),
      request_id: text,
      action: fc.constantFrom<AuditLine['action']>('credentials.resolve', 'config.publish', 'access'),
      tenant: fc.option(text),
      outcome: text,
      token: text,
      actor: text,
      claim: text,
      count: fc.nat(),
    },
    { requiredKeys: ['time', 'request_id', 'action', 'tenant', 'outcome'] },
  ),
  { minLength: 2, maxLength: 12 },
)
const columns = [
  'at',
  'action',
  'actor',
  'tenant',
  'token',
  'request_id',
  'outcome',
  'detail',
  'hash',
] as const
const runs = { numRuns: 25 }

const line = (request_id: string, tenant: string | null = 'alice'): AuditLine => ({
  time: '2026-12-01T00:00:00.000Z',
  request_id,
  action: 'credentials.resolve',
  tenant,
  outcome: 'sent',
})

/** Replaces the whole log. */
async function write(database: Database, all: readonly AuditLine[], batch = all.length): Promise<void> {
  await database.change(async (tx) => {
    await tx.deleteFrom('audit').execute()
    await tx.deleteFrom('audit_head').execute()
    for (let at = 0; at < all.length; at += batch) await appendAudit(tx, all.slice(at, at + batch))
  })
}

const brokenAt = async (database: Database) => (await verifyAudit(database)).brokenAt

describe.each(databaseKinds)('the audit chain on %s', (kind) => {
  const databases = databasesOf(kind)
  afterAll(() => databases.close())

  it('finds any texts unchanged when they were appended in any batches', async () => {
    await using place = await databases.createMigrated()
    const database = await place.opened()
    const property = fc.asyncProperty(lines, fc.integer({ min: 1, max: 5 }), async (all, batch) => {
      await write(database, all, batch)
      expect(await verifyAudit(database)).toMatchObject({ lines: all.length, brokenAt: null })
    })
    await fc.assert(property, runs)
  })

  it('hashes the canonical JSON of the hash before, the number and the row when a line is appended', async () => {
    await using place = await databases.create()
    const database = await place.opened()
    await write(database, [line('first')])
    const { hash, seq, ...row } = await database.read
      .selectFrom('audit')
      .selectAll()
      .executeTakeFirstOrThrow()
    const text = canonicalJson(['0'.repeat(64), seq, row])
    expect(hash).toBe(createHash('sha256').update(text).digest('hex'))
  })

  it('names the first changed line when any column of it changes', async () => {
    await using place = await databases.createMigrated()
    const database = await place.opened()
    const property = fc.asyncProperty(
      lines,
      fc.nat(),
      fc.constantFrom(...columns),
      async (all, at, column) => {
        await write(database, all)
        const seq = 1 + (at % all.length)
        const row = await database.read
          .selectFrom('audit')
          .select(column)
          .where('seq', '=', seq)
          .executeTakeFirst()
        const changed = `${row?.[column] ?? ''}.`
        await database.read
          .updateTable('audit')
          .set({ [column]: changed })
          .where('seq', '=', seq)
          .execute()
        expect(await brokenAt(database)).toBe(seq)
      },
    )
    await fc.assert(property, runs)
  })

  it('names the missing line when lines are deleted in the middle or at the end', async () => {
    await using place = await databases.createMigrated()
    const database = await place.opened()
    const property = fc.asyncProperty(lines, fc.nat(), fc.boolean(), async (all, at, isTail) => {
      await write(database, all)
      const seq = 1 + (at % all.length)
      await database.read
        .deleteFrom('audit')
        .where('seq', isTail ? '>=' : '=', seq)
        .execute()
      expect(await brokenAt(database)).toBe(seq)
    })
    await fc.assert(property, runs)
  })

  it('names the wrong line when two lines change places, or when a line is added', async () => {
    await using place = await databases.createMigrated()
    const database = await place.opened()
    const property = fc.asyncProperty(lines, fc.nat(), async (all, at) => {
      const numbered = all.map((entry, index) => ({ ...entry, request_id: String(index) }))
      await write(database, numbered)
      const rows = await database.read.selectFrom('audit').selectAll().orderBy('seq').execute()
      const [first, second] = [rows[at % (rows.length - 1)], rows[(at % (rows.length - 1)) + 1]]
      if (!first || !second) throw new TypeError('unreachable')
      for (const [row, seq] of [
        [first, second.seq],
        [second, first.seq],
      ] as const)
        await database.read
          .updateTable('audit')
          .set({ ...row, seq: -seq })
          .where('seq', '=', row.seq)
          .execute()
      for (const { seq } of [first, second])
        await database.read.updateTable('audit').set({ seq }).where('seq', '=', -seq).execute()
      expect(await brokenAt(database)).toBe(first.seq)
      await write(database, numbered)
      const last = rows.at(-1)
      if (last)
        await database.read
          .insertInto('audit')
          .values({ ...last, seq: rows.length + 1 })
          .execute()
      expect(await brokenAt(database)).toBe(rows.length + 1)
    })
    await fc.assert(property, runs)
  })

  it('keeps the chain whole when four processes append at once, also more lines than fit into a statement', async () => {
    await using place = await databases.createMigrated()
    const handles = [await place.opened(), await place.open(), await place.open(), await place.open()]
    const appends = Array.from({ length: 40 }, (_, index) =>
      handles[index % 4]?.change((tx) => appendAudit(tx, [line(`a${index}`), line(`b${index}`)])),
    )
    const many = Array.from({ length: 1201 }, (_, index) => line(String(index)))
    await Promise.all([...appends, handles[0]?.change((tx) => appendAudit(tx, many))])
    for (const handle of handles)
      expect(await verifyAudit(handle)).toMatchObject({ lines: 1281, brokenAt: null })
    for (const handle of handles.slice(1)) await handle.close()
  })

  it('holds each of 10,000 reads of credentials once, in order', async () => {
    await using place = await databases.createMigrated()
    const database = await place.opened()
    const failures: string[] = []
    const audit = createDatabaseAudit(database, (reason) => failures.push(reason))
    const ids = Array.from({ length: 10_000 }, (_, id) => String(id))
    for (let at = 0; at < ids.length; at += 500)
      await Promise.all(ids.slice(at, at + 500).map((id) => audit.write(line(id))))
    await audit.close()
    const rows = await database.read.selectFrom('audit').select('request_id').orderBy('seq').execute()
    expect(rows.map(({ request_id }) => request_id)).toEqual(ids)
    expect([await brokenAt(database), failures]).toEqual([null, []])
  })

  it('lists pages with the newest line first when asked for all tenants or for a tenant', async () => {
    await using place = await databases.createMigrated()
    const database = await place.opened()
    const all = Array.from({ length: 7 }, (_, id) => line(String(id), id % 2 ? 'bob' : 'alice'))
    await write(database, [...all, { ...line('last', null), actor: 'olga', count: 3 }])
    const page = await listAudit(database, { limit: 3 })
    expect(page.map(({ seq }) => seq)).toEqual([8, 7, 6])
    expect(page[0]).toEqual({ seq: 8, ...line('last', null), actor: 'olga', count: 3 })
    const printed: string[] = []
    const context = { variables: place.variables, print: (t: string) => printed.push(t), say: () => {} }
    const args = ['audit', 'list', '--tenant', 'bob', '--limit', '2', '--before', '6']
    expect(await runProgram(args, context)).toBe(0)
    expect(printed.map((one) => JSON.parse(one))).toEqual([
      { seq: 4, ...line('3', 'bob') },
      { seq: 2, ...line('1', 'bob') },
    ])
    expect(await runProgram(['audit', 'list', '--limit', 'many'], context)).toBe(2)
  })
})
