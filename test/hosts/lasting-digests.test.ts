import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost, adminRequest, signInVariables } from '../support/fixtures/admin.ts'
import { fleetVariables } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts, type HostKind, nodeHost, patience } from '../support/fixtures/hosts.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { startStudio } from '../support/fixtures/studio.ts'

const photo = parsePhotoName('dusk.jpg')
const path = `/api/images/${photo}`

/** Opens a gallery with a photo that stays in the root, where e-mails fail and posts on Telegram succeed. */
async function open(kind: HostKind) {
  const studio = await startStudio(kind)
  const tenant = `lasting-${kind.name}`
  const store = studio.tenant(tenant, { content: { archive: false } })
  studio.fleet.orchestrator.credentials.delete(`${tenant}/${tenant}-smtp`)
  const bytes = await picture(7, 300, 200)
  await upload(store, photo, bytes)
  return {
    ...studio,
    tenant,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    publish: async (body: unknown = {}) =>
      (await adminPost(studio.fleet, tenant, `${path}/publish`, body)).json(),
    index: async () =>
      new TextDecoder().decode((await store.readPreview('index', 'photos.json')) ?? undefined),
    /** Returns the photo as an admin sees it on a process that has just started, with a memory of its own. */
    async seenByFreshProcess() {
      const variables = { ...fleetVariables(studio.fleet.orchestrator), ...signInVariables }
      const host = await kind.start({ ...variables, TELEGRAM_API_BASE_URL: studio.telegram.url })
      try {
        return await (await adminRequest({ ...studio.fleet, host }, tenant, path)).json()
      } finally {
        await host.close()
      }
    },
  }
}

const outcomes = [
  { platform: 'telegram', status: 'published' },
  { platform: 'email', status: 'failed' },
]

describeOnBothHosts('the digest of a published photo', (kind) => {
  it('lasts without a shared store, so that a fresh process shows the outcomes', async () => {
    await using scene = await open(kind)
    const { results } = await scene.publish()
    expect(results).toMatchObject({ telegram: { success: true }, email: { success: false } })
    await expect.poll(scene.index, patience).toContain(scene.sha256)
    const seen = await scene.seenByFreshProcess()
    expect(seen).toMatchObject({ sha256: scene.sha256, publications: outcomes })
  })
})

describe('the digest of a published photo', () => {
  it('reaches the storage before the process ends', async () => {
    await using scene = await open(nodeHost)
    await scene.publish()
    await scene.fleet.host.close()
    expect(await scene.seenByFreshProcess()).toMatchObject({ sha256: scene.sha256, publications: outcomes })
  })

  it('stays out of the storage in a dry run', async () => {
    await using scene = await open(nodeHost)
    await scene.publish({ dry_run: true })
    await scene.fleet.host.close()
    expect(await scene.index()).toBe('')
  })
})
