import { afterAll, beforeAll, expect, it } from 'vitest'
import { onMethod } from '../../dev/peers/pds/faults.ts'
import type { PdsProxy } from '../../dev/peers/pds/proxy.ts'
import { type BlueskyServer, startBluesky } from '../../dev/peers/pds.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost, cookieOf, signInVariables } from '../support/fixtures/admin.ts'
import { openBlueskyReader } from '../support/fixtures/bluesky.ts'
import { connectByOAuth, vendorAt } from '../support/fixtures/bluesky-session.ts'
import { endSessionsAt } from '../support/fixtures/bluesky-sign-in.ts'
import { baseDomain, fleetVariables, https } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts, nodeHost } from '../support/fixtures/hosts.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { type Studio, startStudio } from '../support/fixtures/studio.ts'

const photo = parsePhotoName('dusk.jpg')
const path = (action: string) => `/api/images/${photo}/${action}`

describeOnBothHosts('a photographer with a Bluesky account', (kind) => {
  let server: BlueskyServer
  let studio: Studio
  beforeAll(async () => {
    server = await startBluesky({ accounts: ['carol'] })
    studio = await startStudio(kind, { BLUESKY_SERVICE_URL: server.url })
  })
  afterAll(async () => {
    await studio[Symbol.asyncDispose]()
    await server.close()
  })

  let tenants = 0
  async function open({ proxy, isSession = false }: { proxy?: PdsProxy; isSession?: boolean } = {}) {
    const tenant = `bluesky-${kind.name}-${++tenants}`
    const account = await server.open(tenant, proxy?.url)
    const ref = `${tenant}-bluesky`
    const entry = { id: 'sky', type: 'bluesky', credentials_ref: ref, config: { langs: ['en', 'de'] } }
    const store = studio.tenant(tenant, { publishers: [entry], content: { archive: false } })
    const password = { provider: 'bluesky', handle: account.handle, app_password: account.appPassword }
    const session = isSession ? (await connectByOAuth(vendorAt(server), account)).credentials : undefined
    const written = { version: '1', ...(session ?? password) }
    studio.fleet.orchestrator.credentials.set(`${tenant}/${ref}`, written)
    await upload(store, photo, await picture(tenants * 9, 3000, 2000))
    const publish = async (body: object = {}) =>
      (await adminPost(studio.fleet, tenant, path('publish'), body)).json()
    const reader = openBlueskyReader(server, account)
    return { tenant, account, store, publish, reader }
  }

  it("posts a photo that the vendor's own client reads back with alt text, links and label", async () => {
    const { store, account, publish, reader } = await open()
    const sidecar = 'training\n\n# ---\n# alt_text: Hemp on skin.\n# rating: explicit\n'
    await store.writeSidecar('root', photo, sidecar, null)
    const caption = 'Naïve 縄 by @carol.test and @nobody.test, https://example.org/a. #rope #緊縛'
    const { results } = await publish({ captions: { bluesky: caption } })
    expect(results.bluesky).toMatchObject({
      success: true,
      post_id: expect.stringContaining(`at://${account.did}/app.bsky.feed.post/`),
      url: expect.stringContaining(`https://bsky.app/profile/${account.did}/post/`),
      retract: { possible: true },
      correct: { possible: false },
    })

    const [record] = await reader.records()
    expect(record).toMatchObject({
      text: caption,
      langs: ['en', 'de'],
      labels: { values: [{ val: 'porn' }] },
      embed: { images: [{ alt: 'Hemp on skin.', aspectRatio: { width: 2000, height: 1333 } }] },
    })
    expect(reader.segmentsOf(record)).toEqual([
      ['mention', '@carol.test', server.account('carol').did],
      ['link', 'https://example.org/a', 'https://example.org/a'],
      ['tag', '#rope', 'rope'],
      ['tag', '#緊縛', '緊縛'],
    ])
    const [post] = await reader.posts()
    expect(post?.bytes.length).toBeLessThanOrEqual(1_000_000)
    expect(new TextDecoder('latin1').decode(post?.bytes)).not.toMatch(/canary|Exif/)
  })

  it('reports a post whose answer was lost as a success, and the next attempt as a duplicate', async () => {
    const proxy = await server.openProxy()
    const { publish, reader } = await open({ proxy })
    proxy.interfere(onMethod('putRecord', { kind: 'answer-lost' }))
    const { results } = await publish()
    expect(results.bluesky).toMatchObject({ success: true, post_id: expect.stringMatching(/^at:/) })
    expect((await publish()).results.bluesky).toMatchObject({ skipped: 'duplicate' })
    expect(await reader.records()).toHaveLength(1)
    await proxy.close()
  })

  it('posts once when two processes publish the photo twenty times at once', async () => {
    const { tenant, publish, reader } = await open()
    const other = await nodeHost.start({
      ...fleetVariables(studio.fleet.orchestrator),
      ...signInVariables,
      BLUESKY_SERVICE_URL: server.url,
    })
    const cookie = await cookieOf()
    const publishThere = async () => {
      const response = await other.request(`${tenant}.${baseDomain}`, path('publish'), {
        method: 'POST',
        headers: { ...https, 'sec-fetch-site': 'same-origin', 'content-type': 'application/json', cookie },
        body: '{}',
      })
      return response.json()
    }
    const answers = await Promise.all(Array.from({ length: 10 }, () => [publish(), publishThere()]).flat())
    expect(await reader.records()).toHaveLength(1)
    const sent = answers.filter(({ results }) => results?.bluesky.success && !results.bluesky.skipped)
    expect(sent).toHaveLength(1)
    await other.close()
  })

  it('takes a post back once or twice, explains why it cannot change a post, and publishes again', async () => {
    const { tenant, publish, reader } = await open()
    const change = async (action: string, body: object = {}) =>
      (await (await adminPost(studio.fleet, tenant, path(action), body)).json()).results.bluesky
    const { results } = await publish()
    const correction = await change('correct', { captions: { bluesky: 'Other words.' } })
    expect(correction).toMatchObject({
      success: false,
      error: expect.stringContaining('cannot change a post'),
    })

    expect(await change('retract')).toMatchObject({ success: true })
    expect(await reader.records()).toEqual([])
    await change('retract')

    const again = (await publish()).results.bluesky
    expect(again).toMatchObject({ success: true, post_id: expect.stringMatching(/^at:/) })
    expect(again.post_id).not.toBe(results.bluesky.post_id)
    expect((await publish()).results.bluesky).toMatchObject({ skipped: 'duplicate' })
    expect(await reader.records()).toHaveLength(1)
  })

  it('signs in once for several posts at once', async () => {
    const proxy = await server.openProxy()
    const { store, tenant, reader } = await open({ proxy })
    const names = ['one.jpg', 'two.jpg', 'three.jpg']
    for (const [index, name] of names.entries()) {
      await upload(store, name, await picture(200 + index, 60, 40))
    }
    const logins = () => server.calls.filter(({ method }) => method.endsWith('.createSession')).length
    const before = logins()
    await Promise.all(names.map((name) => adminPost(studio.fleet, tenant, `/api/images/${name}/publish`)))
    expect(await reader.records()).toHaveLength(3)
    expect(logins() - before).toBe(1)
    await proxy.close()
  })

  it('posts and takes back with a session of OAuth, and says what to do once the session has ended', async () => {
    const { tenant, account, publish, reader } = await open({ isSession: true })
    expect((await publish()).results.bluesky).toMatchObject({ success: true })
    expect(await reader.records()).toHaveLength(1)
    await adminPost(studio.fleet, tenant, path('retract'))
    expect(await reader.records()).toEqual([])
    await endSessionsAt(server.url, account)
    expect((await publish()).results.bluesky).toMatchObject({
      success: false,
      code: 'credentials_rejected',
      error: expect.stringContaining('Connect Bluesky again'),
    })
  })

  it('says what to do when the app password was removed', async () => {
    const { account, publish, reader } = await open()
    await account.revokeAppPassword()
    const { results } = await publish()
    expect(results.bluesky).toMatchObject({
      success: false,
      code: 'credentials_rejected',
      error: expect.stringContaining('App passwords'),
    })
    expect(JSON.stringify(results) + studio.fleet.host.lines.join()).not.toContain(account.appPassword)
    expect(await reader.records()).toEqual([])
  })
})
