import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { lineBy } from '../../../orchestrator/audit/actor.ts'
import { appendAudit } from '../../../orchestrator/audit/chain.ts'
import type { Database } from '../../../orchestrator/database/database.ts'
import { changeTenant } from '../../../orchestrator/registry/sql/tenant-changes.ts'
import { operator, startConsole } from '../../support/fixtures/console.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'

const actor = { name: 'test', requestId: 'test' }
/** More than the galleries of one change. */
const names = Array.from({ length: 55 }, (_, index) => `m${String(index).padStart(2, '0')}`)
const setting = { path: 'content.hashtag_string', value: '#rope', every: { search: 'm', filter: 'all' } }

describe.each(databaseKinds)('an act on several galleries on %s', (kind) => {
  const databases = databasesOf(kind)
  beforeAll(async () => (await databases.createMigrated())[Symbol.asyncDispose]())
  afterAll(databases.close)

  async function start(
    added: readonly string[],
    afterSnapshot: (real: Database) => Promise<void> = async () => {},
  ) {
    const own = await databases.createMigrated()
    onTestFinished(() => own[Symbol.asyncDispose]())
    const real = await own.opened()
    const hook = { isOn: false }
    const database: Database = {
      ...real,
      async snapshot(act) {
        const result = await real.snapshot(act)
        if (hook.isOn) await afterSnapshot(real)
        return result
      },
    }
    const { browser } = await startConsole(database)
    const olga = browser()
    await olga.signIn()
    const api = async (path: string, json: unknown) => {
      const { status, text } = await olga.send(`/api${path}`, { json })
      return { status, body: JSON.parse(text) }
    }
    for (const name of added) await api('/galleries', { name, title: name, email: 'a@photos.test' })
    return { api, database: real, hook }
  }

  it('lets other changes happen between its galleries', async () => {
    const { api, database } = await start(names)
    const { plan } = (await api('/settings/plan', setting)).body
    let isOver = false
    const act = api('/settings', { ...setting, plan }).finally(() => {
      isOver = true
    })
    const line = lineBy(actor, { action: 'token.revoke', tenant: null, outcome: 'revoked', subject: 'x' })
    for (let turn = 0; !isOver && turn < 2000; turn++) {
      await database.change((tx) => appendAudit(tx, [line]))
      // SQLite answers without leaving the turn of the event loop.
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect((await act).body.changed).toEqual(names)
    const rows = await database.read
      .selectFrom('audit')
      .select(['seq', 'action', 'actor'])
      .orderBy('seq')
      .execute()
    const published = rows.filter((row) => row.action === 'config.publish' && row.actor === operator)
    const [first, last] = [published.at(-names.length)?.seq ?? 0, published.at(-1)?.seq ?? 0]
    const between = rows.filter(({ seq, action }) => seq > first && seq < last && action === 'token.revoke')
    expect(between).not.toEqual([])
  })

  it('publishes nothing for an old plan or an added violation', async () => {
    const { api, database } = await start(['m01', 'm02'])
    const count = () => database.read.selectFrom('config_version').select('id').execute()
    const before = await count()
    expect((await api('/settings', { ...setting, plan: 'old' })).status).toBe(409)
    const violating = { ...setting, path: 'storage.paths.root', value: '' }
    const { plan } = (await api('/settings/plan', violating)).body
    expect((await api('/settings', { ...violating, plan })).status).toBe(422)
    expect((await api('/suspension', { tenants: ['m01', 'nobody'], suspended: true })).status).toBe(404)
    expect(await count()).toEqual(before)
    expect((await api('/suspension', { tenants: ['m01'], suspended: false })).body.changed).toEqual(['m01'])
  })

  it('keeps a gallery that changes after the check, and names it', async () => {
    const publishElsewhere = async (real: Database) =>
      real.change(async (tx) => {
        const row = await tx
          .selectFrom('config_version')
          .selectAll()
          .where('tenant', '=', 'm02')
          .orderBy('id', 'desc')
          .executeTakeFirstOrThrow()
        await tx
          .insertInto('config_version')
          .values({ ...row, id: 9999, config_version: 'newer' })
          .execute()
        await tx.updateTable('tenant').set({ config: 9999 }).where('name', '=', 'm02').execute()
        await changeTenant(tx, 'm02', { suspended: false }, actor)
      })
    const { api, hook } = await start(['m01', 'm02'], publishElsewhere)
    const { plan } = (await api('/settings/plan', setting)).body
    hook.isOn = true
    const published = await api('/settings', { ...setting, plan })
    hook.isOn = false
    expect(published.body).toMatchObject({ changed: ['m01'], kept: ['m02'] })
    const undone = await api(`/settings/${published.body.change}/rollback`, {})
    expect(undone.body).toEqual({ changed: ['m01'], kept: [] })
  })
})
