import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { verifyAudit } from '../../orchestrator/audit/chain.ts'
import { PlaneUnavailable } from '../../orchestrator/contract/ports.ts'
import type { Database } from '../../orchestrator/database/database.ts'
import { openDatabase } from '../../orchestrator/database/open.ts'
import { bind, tenantSchema } from '../../orchestrator/registry/binding.ts'
import { history, publish } from '../../orchestrator/registry/sql/history.ts'
import { Conflict } from '../../orchestrator/registry/sql/refusals.ts'
import { putTenant } from '../../orchestrator/registry/sql/tenants.ts'
import { compare, startWriter } from '../support/fixtures/control-plane/crashes.ts'
import { databaseKinds, databasesOf } from '../support/fixtures/databases.ts'
import { eventually } from '../support/fixtures/eventually.ts'

const actor = { name: 'olga@shibari.test', requestId: 'r' }
const holder = fileURLToPath(new URL('../support/fixtures/control-plane/holder.ts', import.meta.url))
const hosts = ['alice.shibari.test']

function boundTo(root: string) {
  const storage = { provider: 'dropbox', credentials_ref: 'ref', paths: { root } }
  return bind('alice', tenantSchema.parse({ hosts, config: { storage } }))
}

/** Publishes on top of a version. Returns if this publication won. */
async function tryPublish(database: Database, root: string, expected: string): Promise<boolean> {
  const bound = await boundTo(root)
  const publication = {
    tenant: 'alice',
    written: JSON.stringify(bound.entry.config),
    bound,
    expect: expected,
  }
  return publish(database, publication, actor).catch((error: unknown) => {
    if (error instanceof Conflict) return false
    throw error
  })
}

describe.each(databaseKinds)('several processes on %s', (kind) => {
  const databases = databasesOf(kind)
  afterAll(() => databases.close())

  it('keeps all changes of four processes when they write at once', async () => {
    await using place = await databases.createMigrated()
    const database = await place.opened()
    const writers = ['w1', 'w2', 'w3', 'w4'].map((WRITER) =>
      startWriter({ ...place.variables, WRITER, ACTS: '20' }),
    )
    const ends = await Promise.all(writers.map(({ ended }) => ended))
    expect(ends).toEqual(writers.map(() => ({ code: 0, errors: '' })))
    for (const { told } of writers) {
      expect(told.begun).toBeUndefined()
      expect(await compare(database, told)).toEqual([])
    }
  }, 90_000)

  it('lets one of eight publications win when they expect the same version', async () => {
    await using place = await databases.createMigrated()
    const database = await place.opened()
    const others = [await place.open(), await place.open(), await place.open()]
    const first = await boundTo('/Photos')
    await database.change((tx) => putTenant(tx, first, actor))
    let current = first.configVersion
    for (let round = 0; round < 5; round++) {
      const tries = Array.from({ length: 8 }, (_, index) =>
        tryPublish([database, ...others][index % 4] ?? database, `/Photos/${round}-${index}`, current),
      )
      expect((await Promise.all(tries)).filter((won) => won)).toHaveLength(1)
      const [newest] = await history(database, 'alice')
      expect(newest?.parent).toBe(current)
      current = newest?.config_version ?? ''
    }
    expect(await history(database, 'alice')).toHaveLength(6)
    expect((await verifyAudit(database)).brokenAt).toBeNull()
    for (const other of others) await other.close()
  })

  it('refuses a change in words when a stopped process holds the lock, and continues when it is gone', async () => {
    await using place = await databases.createMigrated()
    await place.opened()
    const child = spawn(process.execPath, [holder], {
      env: place.variables,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    child.kill('SIGSTOP')
    const patience = { turnMs: 100, connectMs: 5000, statementMs: 5000 }
    const { url, directory } = place
    const database = await openDatabase({ url, directory, patience })
    const refused = database.change(async () => {})
    await expect(refused).rejects.toThrow(PlaneUnavailable)
    await expect(refused).rejects.toThrow(
      /^(Another process holds the database|The database does not answer)/,
    )
    expect(await database.read.selectFrom('tenant').selectAll().execute()).toEqual([])
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
    await eventually(() => database.change(async () => {}))
    await database.close()
  })
})
