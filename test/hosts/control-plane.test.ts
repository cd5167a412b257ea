import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { runProgram } from '../../orchestrator/commands/program.ts'
import { createDatabasePlane } from '../../orchestrator/control-plane.ts'
import { startNotices } from '../../orchestrator/notices/notices.ts'
import { startOrchestrator } from '../../orchestrator/server.ts'
import { type DatabaseOfTest, databaseKinds, databasesOf } from '../support/fixtures/databases.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { fleetVariables, https, markedConfig, serviceToken } from '../support/fixtures/fleet.ts'
import { nodeHost } from '../support/fixtures/hosts.ts'
import { noticesGround, testKeys } from '../support/fixtures/notices.ts'

const host = 'alice.shibari.test'

/** Imports alice's configuration, as an operator does in a process of its own. */
async function importConfig({ directory, variables }: DatabaseOfTest, mark: boolean): Promise<void> {
  const file = join(directory, 'tenants.json')
  const alice = { hosts: [host], ttl_seconds: 86_400, config: markedConfig(mark) }
  await writeFile(file, JSON.stringify({ tenants: { alice } }))
  const said: string[] = []
  const code = await runProgram(['import-yaml', file], {
    variables: { ...variables, ORCHESTRATOR_KEYS: testKeys },
    print: () => undefined,
    say: (text) => said.push(text),
  })
  expect(code, said.join('\n')).toBe(0)
}

describe.each(databaseKinds)('a publisher of a control plane on %s', (kind) => {
  const databases = databasesOf(kind)
  afterAll(() => databases.close())

  it('uses a configuration without asking again by itself when a command has published it', async () => {
    await using place = await databases.createMigrated()
    const { database, envelope } = await noticesGround(place)
    await importConfig(place, false)
    await database.change((tx) => tx.deleteFrom('invalidation').execute())
    const warnings: string[] = []
    const warn = (text: string) => void warnings.push(text)
    const plane = createDatabasePlane({ database, envelope, tokens: [serviceToken], onFailure: warn })
    const orchestrator = await startOrchestrator({ plane, port: 0, hostname: '127.0.0.1' })
    // The publisher's clock stands still, so it never asks again by itself.
    const time = Date.now()
    const publisher = await nodeHost.start(fleetVariables(orchestrator), () => time)
    const fleetUrl = `http://127.0.0.1:${publisher.port}`
    const notices = startNotices({
      database,
      envelope,
      fleetUrl,
      token: serviceToken,
      allowPrivate: true,
      warn,
    })
    const features = async () => {
      const answer = await publisher.request(host, '/api/config/features', { headers: https })
      return answer.json()
    }
    expect(await features()).toMatchObject({ delete_enabled: false })
    await importConfig(place, true)
    await eventually(async () => expect(await features()).toMatchObject({ delete_enabled: true }))
    expect(publisher.lines.join('\n')).toContain('configuration invalidated')
    expect(warnings).toEqual([])
    await notices.close()
    await publisher.close()
    await orchestrator.close()
    await plane.close()
  })
})
