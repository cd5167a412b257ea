/** Checks that the document of a public gallery begins the listing that its first request needs. */
import { expect, it } from 'vitest'
import { canaries, startDropbox } from '../support/fixtures/dropbox.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import { baseDomain, type Fleet, startFleet } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts, type HostKind } from '../support/fixtures/hosts.ts'

const navigation = { 'sec-fetch-mode': 'navigate' }
const listing = 'files/list_folder'

async function startGallery(kind: HostKind, isPublic: boolean) {
  const dropbox = await startDropbox()
  await dropbox.account.seed('/Photos/a.jpg', 'x')
  const fleet = await startFleet(kind, {
    DROPBOX_BASE_URL: dropbox.url,
    DROPBOX_APP_SECRET: canaries.appSecret,
  })
  register(fleet, 'alice', isPublic)
  return { ...dropbox, fleet }
}

function register({ orchestrator }: Fleet, tenant: string, isPublic: boolean): void {
  const storage = { provider: 'dropbox', credentials_ref: 'storage', paths: { root: '/Photos' } }
  const features = { auto_view_enabled: isPublic }
  orchestrator.tenants.set(`${tenant}.${baseDomain}`, { config: { features, storage } })
  const credentials = { provider: 'dropbox', refresh_token: canaries.refreshToken }
  orchestrator.credentials.set(`${tenant}/storage`, credentials)
}

describeOnBothHosts('the document of a gallery', (kind) => {
  it('begins the listing for the navigation of a browser', async () => {
    const { fleet, count } = await startGallery(kind, true)
    await using _ = fleet
    expect((await fleet.get('alice', '/', navigation)).status).toBe(200)
    await eventually(() => expect(count(listing)).toBe(1))
  })

  it('shares the resolution of credentials and the token with the next request', async () => {
    const { fleet, count } = await startGallery(kind, true)
    await using _ = fleet
    await fleet.get('alice', '/', navigation)
    expect((await fleet.get('alice', '/api/images/list')).status).toBe(200)
    const resolutions = fleet.orchestrator.calls.filter(({ path }) => path.includes('credentials'))
    expect([resolutions.length, count('oauth2/token')]).toEqual([1, 1])
  })

  it('answers although the storage fails', async () => {
    const { fleet, account } = await startGallery(kind, true)
    await using _ = fleet
    account.disconnect()
    expect((await fleet.get('alice', '/', navigation)).status).toBe(200)
    expect((await fleet.get('alice', '/', { ...navigation, 'x-request-id': 'again' })).status).toBe(200)
  })

  it('asks no storage for a program, a private gallery or an unknown host', async () => {
    const { fleet, emulator } = await startGallery(kind, true)
    await using _ = fleet
    register(fleet, 'private', false)
    await fleet.get('alice', '/')
    await fleet.get('private', '/', navigation)
    await fleet.get('nobody', '/', navigation)
    await fleet.get('alice', '/api/config/features', navigation)
    // A later request proves that the earlier requests have run.
    await fleet.get('alice', '/api/config/features')
    expect(emulator.calls).toEqual([])
    expect(fleet.orchestrator.calls.filter(({ path }) => path.includes('credentials'))).toEqual([])
  })
})
