import { afterAll, describe, expect, it } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost } from '../support/fixtures/admin.ts'
import { databaseKinds, databasesOf } from '../support/fixtures/databases.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { nodeHost } from '../support/fixtures/hosts.ts'
import { picture } from '../support/fixtures/photographers.ts'
import { openStoredOrchestrator } from '../support/fixtures/stored-orchestrator.ts'
import { startStudio } from '../support/fixtures/studio.ts'

describe.each(databaseKinds)('an orchestrator on %s that is killed', (kind) => {
  const databases = databasesOf(kind)
  afterAll(() => databases.close())

  it('leaves the fleet serving and publishing, and serves new galleries when it is back', async () => {
    await using own = await databases.createMigrated()
    await using studio = await startStudio(nodeHost)
    const { fleet, telegram } = studio
    const alice = `alice-${kind}`
    const bob = `bob-${kind}`
    const store = studio.tenant(alice)
    studio.tenant(bob)
    for (const [name, width] of [
      ['one.jpg', 300],
      ['two.jpg', 320],
    ] as const) {
      const bytes = new Uint8Array(await picture(7, width, 200))
      await store.upload('root', parsePhotoName(name), new Blob([bytes]).stream(), bytes.byteLength)
    }
    const orchestrator = await openStoredOrchestrator(own.variables)
    try {
      await orchestrator.store(fleet.orchestrator)
      await orchestrator.start()
      fleet.orchestrator.script = orchestrator.forward
      const publish = (name: string) =>
        adminPost(fleet, alice, `/api/images/${name}/publish`, { platforms: ['telegram'] })
      expect(await (await publish('one.jpg')).json()).toMatchObject({
        results: { telegram: { success: true } },
      })

      await orchestrator.kill()
      expect((await fleet.get(alice, '/api/images/list')).status).toBe(200)
      expect(await (await publish('two.jpg')).json()).toMatchObject({
        results: { telegram: { success: true } },
      })
      expect(telegram.posts).toHaveLength(2)
      expect((await fleet.get(bob, '/api/images/list')).status).toBe(503)

      await orchestrator.start()
      await eventually(async () => expect((await fleet.get(bob, '/api/images/list')).status).toBe(200))
    } finally {
      await orchestrator.close()
    }
  }, 120_000)
})
