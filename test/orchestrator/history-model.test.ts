import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import type { Database } from '../../orchestrator/database/database.ts'
import { configOf, currentConfig } from '../../orchestrator/registry/sql/configurations.ts'
import { draftOf, publishDraft } from '../../orchestrator/registry/sql/drafts.ts'
import { history, rollback } from '../../orchestrator/registry/sql/history.ts'
import { createTenant } from '../../orchestrator/registry/sql/tenant-changes.ts'
import { databaseKinds, databasesOf } from '../support/fixtures/databases.ts'

const author = { name: 'a', requestId: 'r' }
const tenants = ['alice', 'bob'] as const
type Tenant = (typeof tenants)[number]

/** Publishes title number `title`, or rolls back to version number `back` of the model. `rivals` acts run at once. */
interface Act {
  tenant: Tenant
  rivals: number
  title: number
  back: number
  isRollback: boolean
  isStale: boolean
}

const act: fc.Arbitrary<Act> = fc.record({
  tenant: fc.constantFrom(...tenants),
  rivals: fc.integer({ min: 1, max: 4 }),
  title: fc.integer({ min: 0, max: 3 }),
  back: fc.nat(50),
  isRollback: fc.boolean(),
  isStale: fc.boolean(),
})

function documentOf(title: string): unknown {
  return { storage: { provider: 'local', paths: { root: '/x' } }, appearance: { title } }
}

/** Versions of the model, oldest first. */
type Versions = { version: string; title: string }[]

function publish(database: Database, tenant: Tenant, title: string, expect?: string) {
  return database.change(async (tx) => {
    const draft = await draftOf(tx, tenant, documentOf(title))
    await publishDraft(tx, draft, { expect }, author)
    return { version: draft.bound.configVersion, title }
  })
}

/** Runs the rivals on connections of their own. Returns the versions that the winners made current. */
async function run(
  databases: readonly Database[],
  { tenant, ...act }: Act,
  known: Versions,
): Promise<Versions> {
  const current = known.at(-1)
  const target = known[act.back % Math.max(known.length, 1)]
  const expected = act.isStale ? 'f'.repeat(64) : current?.version
  const outcomes = await Promise.allSettled(
    databases.slice(0, act.rivals).map(async (database, rival) => {
      // The first rival repeats titles, and all others differ from each other and from the current title.
      const title = rival === 0 ? `title ${act.title}` : `${known.length}-${rival}`
      if (!act.isRollback || target === undefined) return publish(database, tenant, title, expected)
      await rollback(database, { tenant, version: target.version, expect: expected }, author)
      return target
    }),
  )
  for (const outcome of outcomes)
    if (outcome.status === 'rejected') expect(['Conflict', 'Refused']).toContain(outcome.reason.name)
  const won = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []))
  // A publication of the current body succeeds and changes nothing.
  return won.filter(({ version }) => version !== current?.version)
}

describe.each(databaseKinds)('history on %s', (kind) => {
  const databases = databasesOf(kind)
  afterAll(() => databases.close())

  it('equals its model when random authors publish and roll back at once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { minLength: 1, maxLength: 12 }), async (acts) => {
        await using place = await databases.createMigrated()
        const first = await place.opened()
        const others = [await place.opened(), await place.opened(), await place.opened()]
        const model = new Map<Tenant, Versions>(tenants.map((tenant) => [tenant, []]))
        for (const tenant of tenants)
          await first.change((tx) => createTenant(tx, { tenant, hosts: [`${tenant}.test.example`] }, author))

        for (const next of acts) {
          const known = model.get(next.tenant) ?? []
          const won = await run([first, ...others], next, known)
          const hasExpectation = next.isStale || known.length > 0
          if (next.isStale) expect(won).toEqual([])
          else if (hasExpectation) expect(won.length).toBeLessThanOrEqual(1)
          if (!hasExpectation) {
            // Without a version to expect, all rivals win one after the other. Only the database knows the order.
            const order = (await history(first, next.tenant)).map(({ config_version }) => config_version)
            won.sort((a, b) => order.indexOf(b.version) - order.indexOf(a.version))
          }
          known.push(...won)
        }

        for (const [tenant, known] of model) {
          const entries = (await history(first, tenant)).toReversed()
          expect(entries.map(({ config_version }) => config_version)).toEqual(
            known.map(({ version }) => version),
          )
          expect(entries.map(({ parent }) => parent)).toEqual(
            [null, ...known.map(({ version }) => version)].slice(0, known.length),
          )
          const last = known.at(-1)
          const current = await currentConfig(first.read, tenant)
          expect(current?.config_version).toBe(last?.version)
          if (current) expect(JSON.parse(current.config).appearance).toEqual({ title: last?.title })
          for (const { version, title } of known)
            expect(JSON.parse((await configOf(first.read, tenant, version)).config).appearance).toEqual({
              title,
            })
        }
      }),
      { numRuns: 8 },
    )
  }, 60_000)

  it('accepts exactly the first of many authors when all saw the same version', async () => {
    await using place = await databases.createMigrated()
    const database = await place.opened()
    await database.change((tx) =>
      createTenant(tx, { tenant: 'alice', hosts: ['alice.test.example'] }, author),
    )
    const { version } = await publish(database, 'alice', 'first')
    const connections = await Promise.all(Array.from({ length: 4 }, () => place.opened()))
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        publish(connections[index % 4] ?? database, 'alice', `title ${index}`, version),
      ),
    )
    const winners = outcomes.filter(({ status }) => status === 'fulfilled')
    expect(winners).toHaveLength(1)
    const entries = await history(database, 'alice')
    expect(entries).toMatchObject([{ parent: version }, { config_version: version, parent: null }])
    for (const outcome of outcomes)
      if (outcome.status === 'rejected')
        expect(outcome.reason).toMatchObject({ name: 'Conflict', current: entries[0]?.config_version })
  })
})
