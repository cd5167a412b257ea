/** A gallery in a person's Google Drive, shared with a service account, which has no space for files of its own. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Script } from '../support/fakes/orchestrator.ts'
import { adminPost, adminRequest } from '../support/fixtures/admin.ts'
import { baseDomain } from '../support/fixtures/fleet.ts'
import { openDrive } from '../support/fixtures/gdrive.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { picture } from '../support/fixtures/photographers.ts'
import { type Studio, startStudio } from '../support/fixtures/studio.ts'

const clearWords = /service account|storage quota|storage space/i

/** Claims that are always free. */
const freeClaims: Script = ({ method, path, body: { key, holder, record } }) => {
  if (!path.startsWith('/v1/claims')) return undefined
  if (method === 'POST') return { status: 201, body: { key, holder, record, version: '1' } }
  return { status: method === 'DELETE' ? 204 : 404 }
}

describeOnBothHosts('a Google Drive of a service account', (kind) => {
  let drive: Awaited<ReturnType<typeof openDrive>>
  let studio: Studio
  beforeAll(async () => {
    drive = await openDrive()
    studio = await startStudio(kind, { GOOGLE_API_BASE_URL: drive.url })
  })
  afterAll(async () => {
    await studio[Symbol.asyncDispose]()
    await drive.close()
  })

  /** Adds a tenant whose photos are in a folder that alice has shared. */
  async function open(what: string) {
    const tenant = `${what}-${kind.name}`
    studio.tenant(tenant)
    const robot = await drive.emulator.addServiceAccount(tenant)
    const folder = drive.account.folder(tenant)
    drive.account.share(folder, robot.email, 'writer')
    drive.account.put(folder, 'dusk.jpg', await picture(7, 300, 200))
    const ref = `${tenant}-storage`
    const { orchestrator } = studio.fleet
    Object.assign(orchestrator.tenants.get(`${tenant}.${baseDomain}`)?.config ?? {}, {
      storage: { provider: 'gdrive', credentials_ref: ref, paths: { root: tenant } },
    })
    orchestrator.credentials.set(`${tenant}/${ref}`, {
      provider: 'gdrive',
      version: '1',
      service_account: JSON.stringify(robot.key),
    })
    orchestrator.script = freeClaims
    return tenant
  }

  /** Expects a refusal whose words tell the photographer what is wrong. */
  async function expectClearRefusal(answer: Response): Promise<void> {
    expect(await answer.text()).toMatch(clearWords)
    expect(answer.status).toBe(507)
  }

  it('shows the photos', async () => {
    const tenant = await open('shows')
    const list = await adminRequest(studio.fleet, tenant, '/api/images/list')
    expect(await list.json()).toMatchObject({ filenames: ['dusk.jpg'] })
    expect((await adminRequest(studio.fleet, tenant, '/api/images/dusk.jpg/thumbnail')).status).toBe(200)
  })

  it('refuses an upload in words that name the service account or its space', async () => {
    const tenant = await open('uploads')
    const data = new FormData()
    data.append('file', new Blob([new Uint8Array(await picture(10))], { type: 'image/jpeg' }), 'first.jpg')
    const form = new Request('http://localhost', { method: 'POST', body: data })
    const answer = await adminRequest(studio.fleet, tenant, '/api/library/upload', {
      method: 'POST',
      headers: { 'content-type': form.headers.get('content-type') ?? '' },
      body: new Uint8Array(await form.arrayBuffer()),
    })
    await expectClearRefusal(answer)
    expect(drive.account.paths().filter((path) => path.includes('first'))).toEqual([])
  })

  it('sends no post, because the ledger cannot be written, and says why', async () => {
    const tenant = await open('publishes')
    const before = studio.telegram.posts.length
    const path = '/api/images/dusk.jpg/publish'
    await expectClearRefusal(await adminPost(studio.fleet, tenant, path, { platforms: ['telegram'] }))
    expect(studio.telegram.posts.length).toBe(before)
    expect(drive.account.paths()).toContain(`/${tenant}/dusk.jpg`)
  })

  it('refuses to keep the captions of an analysis, and says why', async () => {
    const tenant = await open('analyzes')
    await expectClearRefusal(await adminPost(studio.fleet, tenant, '/api/images/dusk.jpg/analyze'))
  })
})
