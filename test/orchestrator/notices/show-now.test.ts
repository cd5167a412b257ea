import { afterAll, describe, expect, it } from 'vitest'
import { createShowNow } from '../../../orchestrator/notices/show-now.ts'
import { createSqlRegistry } from '../../../orchestrator/registry/sql.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { envelopeOfTest, fillDatabase } from '../../support/fixtures/reference-planes.ts'

describe.each(databaseKinds)('a change that is shown at once on %s', (kind) => {
  const databases = databasesOf(kind)
  afterAll(() => databases.close())

  async function start() {
    const place = await databases.createMigrated()
    const database = await place.opened()
    await fillDatabase(database)
    // The registry would notice changes of others only after an hour.
    const registry = createSqlRegistry({ database, envelope: envelopeOfTest(database), pollMs: 3_600_000 })
    return { place, database, registry }
  }

  it('reaches this process and every host of the tenant at the fleet', async () => {
    const { place, database, registry } = await start()
    await using _ = place
    const host =
      (await database.read.selectFrom('domain').select('host').where('tenant', '=', 'alice').execute())[0]
        ?.host ?? ''
    expect(await registry.byHost(host)).toMatchObject({ tenant: 'alice', suspended: false })
    await database.change((tx) =>
      tx.updateTable('tenant').set({ suspended: 1, revision: 999_999 }).where('name', '=', 'alice').execute(),
    )
    const told: string[] = []
    const showNow = createShowNow({ database, registry, call: async (to) => told.push(to) })
    await showNow('alice')
    expect(told).toContain(host)
    expect(told.every((to) => to.startsWith('alice'))).toBe(true)
    expect(await registry.byHost(host)).toMatchObject({ suspended: true })
  })

  it('does not fail when the fleet does not answer', async () => {
    const { place, database, registry } = await start()
    await using _ = place
    const showNow = createShowNow({ database, registry, call: () => Promise.reject(new Error('refused')) })
    await expect(showNow('alice')).resolves.toBeUndefined()
  })
})
