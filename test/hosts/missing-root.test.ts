/** A gallery whose root folder does not exist. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { adminRequest, auth, signInVariables } from '../support/fixtures/admin.ts'
import { baseDomain, startFleet } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { dropboxApp, picture, type Storages, startStorages } from '../support/fixtures/photographers.ts'

const dropboxVariables = ({ dropboxUrl }: Storages) => ({
  DROPBOX_APP_KEY: dropboxApp.key,
  DROPBOX_APP_SECRET: dropboxApp.secret,
  DROPBOX_BASE_URL: dropboxUrl,
})

describeOnBothHosts('a missing root folder', (kind) => {
  let storages: Storages
  beforeAll(async () => {
    storages = await startStorages()
  })
  afterAll(() => storages[Symbol.asyncDispose]())

  it('reports a missing Dropbox folder to admins, shows visitors an empty gallery, and creates the folder on upload', async () => {
    await using fleet = await startFleet(kind, { ...signInVariables, ...dropboxVariables(storages) })
    const tenant = `rootless-${kind.name}`
    storages.onDropbox(fleet, tenant)
    const answer = fleet.orchestrator.tenants.get(`${tenant}.${baseDomain}`)
    Object.assign(answer?.config ?? {}, { auth })

    const visitor = (path: string) => fleet.get(tenant, path)
    expect(await (await visitor('/api/images/list')).json()).toEqual({
      filenames: [],
      versions: [],
      placeholders: [],
      count: 0,
    })
    expect(await (await visitor('/api/images/random')).json()).toMatchObject({ code: 'no_photos' })

    const list = await adminRequest(fleet, tenant, '/api/images/list')
    expect(await list.json()).toEqual({
      filenames: [],
      versions: [],
      placeholders: [],
      count: 0,
      missing_folder: '/Photos',
    })
    const random = await adminRequest(fleet, tenant, '/api/images/random')
    expect([random.status, await random.json()]).toMatchObject([
      404,
      { code: 'root_missing', detail: 'The folder /Photos does not exist. Create it or change the path.' },
    ])
    const library = (prefix: string) => adminRequest(fleet, tenant, `/api/library/objects?prefix=${prefix}`)
    expect(await (await library('root/')).json()).toMatchObject({ objects: [], missing_folder: '/Photos' })
    expect(await (await library('keep/')).json()).not.toHaveProperty('missing_folder')

    const data = new FormData()
    data.append('file', new Blob([new Uint8Array(await picture(10))], { type: 'image/jpeg' }), 'first.jpg')
    const form = new Request('http://localhost', { method: 'POST', body: data })
    const uploaded = await adminRequest(fleet, tenant, '/api/library/upload', {
      method: 'POST',
      headers: { 'content-type': form.headers.get('content-type') ?? '' },
      body: new Uint8Array(await form.arrayBuffer()),
    })
    expect(await uploaded.json()).toMatchObject({ key: 'first.jpg' })
    expect(await (await adminRequest(fleet, tenant, '/api/images/list')).json()).toEqual({
      filenames: ['first.jpg'],
      versions: [expect.any(String)],
      placeholders: expect.any(Array),
      count: 1,
    })
  })

  it('does not report a missing folder for a bucket, which has no folders', async () => {
    await using fleet = await startFleet(kind, signInVariables)
    const tenant = `bucket-${kind.name}`
    storages.onS3(fleet, tenant)
    Object.assign(fleet.orchestrator.tenants.get(`${tenant}.${baseDomain}`)?.config ?? {}, { auth })
    expect(await (await adminRequest(fleet, tenant, '/api/images/list')).json()).toEqual({
      filenames: [],
      versions: [],
      placeholders: [],
      count: 0,
    })
  })
})
