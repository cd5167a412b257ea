import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { ActContext } from '../../../orchestrator/console/acts/act.ts'
import { acts } from '../../../orchestrator/console/acts/all.ts'
import { acceptInvitation } from '../../../orchestrator/invitations/invitations.ts'
import { operator, startConsole } from '../../support/fixtures/console.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import {
  isOfSingleTenant,
  recordStatements,
  tenantTablesIn,
} from '../../support/fixtures/tenant-statements.ts'

/** Statements of an act on a single gallery that number a change among all. */
const numbers = [
  /^select max\("revision"\) as "last" from "tenant"$/,
  /^select max\("id"\) as "id" from "config_version"$/,
]

describe.each(databaseKinds)('the acts on a gallery on %s', (kind) => {
  const databases = databasesOf(kind)
  beforeAll(async () => (await databases.createMigrated())[Symbol.asyncDispose]())
  afterAll(databases.close)

  it('names the gallery in each statement', async () => {
    const own = await databases.createMigrated()
    onTestFinished(() => own[Symbol.asyncDispose]())
    const { services } = await startConsole(await own.opened())
    const context: ActContext = {
      services,
      actor: { name: operator, requestId: 'test' },
      operators: new Set([operator]),
    }
    const call = async (id: string, input: Record<string, unknown>) => {
      const found = acts.find((act) => act.id === id) ?? expect.unreachable(id)
      return JSON.parse(JSON.stringify(await found.call(context, input)))
    }
    const seen = recordStatements()
    const tenant = 'mia'
    const added = await call('addGallery', { name: tenant, title: 'Mia', email: 'mia@photos.test' })
    await acceptInvitation(services.database, added.link.split('/').at(-1), 'test', Date.now())
    const { config_version } = await call('readGallery', { tenant })
    const { invitation } = await call('invite', { tenant, email: 'second@photos.test' })
    const changes = [{ path: 'appearance.title', value: 'New' }]
    const inputs: Record<string, Record<string, unknown>> = {
      changeGallery: { suspended: false, ai_budget: 5, hosts: ['mia.shibari.test'] },
      lockSettings: { paths: ['appearance.title'] },
      revokeInvitation: { id: invitation },
      draftSettings: { changes },
      publishSettings: { changes, expect: config_version },
      compareVersions: { version: config_version },
      rollBack: { version: config_version },
    }
    const ofGallery = acts.filter(({ path, id }) => path.includes('{tenant}') && id !== 'invite')
    for (const { id } of ofGallery) await call(id, { tenant, ...inputs[id] })
    const others = [...seen].filter((sql) => !isOfSingleTenant(sql))
    expect(others.filter((sql) => !numbers.some((pattern) => pattern.test(sql)))).toEqual([])
    const tables = new Set([...seen].flatMap(tenantTablesIn))
    expect(tables).toContain('invitation')
    expect(tables).toContain('config_served')
  })
})
