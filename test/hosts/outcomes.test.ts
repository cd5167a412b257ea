import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { onMethod, serverError } from '../../dev/emulators/telegram/faults.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost, adminRequest, eventsOf } from '../support/fixtures/admin.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { botToken, chatOf, type Studio, startStudio } from '../support/fixtures/studio.ts'

const photo = parsePhotoName('dusk.jpg')
const telegramOnly = { platforms: ['telegram'] }
const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)

describeOnBothHosts('stored publishing outcomes', (kind) => {
  let studio: Studio
  beforeAll(async () => {
    studio = await startStudio(kind)
  })
  afterAll(() => studio[Symbol.asyncDispose]())

  let tenants = 0
  async function open(config: Record<string, unknown> = {}) {
    const tenant = `outcomes-${kind.name}-${++tenants}`
    const store = studio.tenant(tenant, config)
    const bytes = await picture(tenants * 9, 300, 200)
    await upload(store, photo, bytes)
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    const publish = async (body: unknown) =>
      (await adminPost(studio.fleet, tenant, `/api/images/${photo}/publish`, body)).json()
    const details = async (folder = 'root') =>
      (await adminRequest(studio.fleet, tenant, `/api/images/${photo}?folder=${folder}`)).json()
    const credentials = studio.fleet.orchestrator.credentials
    const key = `${tenant}/${tenant}-telegram`
    /** Removes the bot's token until the returned function is called. */
    async function withoutToken() {
      const good = credentials.get(key) ?? {}
      credentials.delete(key)
      await studio.fleet.invalidate(tenant)
      return async () => {
        credentials.set(key, good)
        await studio.fleet.invalidate(tenant)
      }
    }
    const posts = () => studio.telegram.posts.filter(({ chat }) => chat.title === tenant)
    return { tenant, store, sha256, publish, details, withoutToken, posts }
  }

  it('shows an admin no outcomes of a photo that was never published', async () => {
    const { tenant, details } = await open()
    expect(await details()).toMatchObject({ publications: [] })
    const random = await adminRequest(studio.fleet, tenant, '/api/images/random')
    expect(await random.json()).toMatchObject({ publications: [] })
  })

  it('tells clients that publishing is disabled when the tenant is in review mode', async () => {
    const publishing = { auto_view_enabled: true, publish_enabled: true }
    const { tenant } = await open({ features: { ...publishing, mode: 'review' } })
    const { tenant: other } = await open({ features: { ...publishing, mode: 'publish' } })
    const features = async (name: string) => (await studio.fleet.get(name, '/api/config/features')).json()
    expect(await features(tenant)).toMatchObject({ publish_enabled: false, mode: 'review' })
    expect(await features(other)).toMatchObject({ publish_enabled: true, mode: 'publish' })
    const publishers = await (await studio.fleet.get(tenant, '/api/config/publishers')).json()
    expect(publishers).toMatchObject({ telegram: true, email: true, instagram: false })
  })

  it('hides a published photo’s outcomes from visitors', async () => {
    const { tenant, publish } = await open({ content: { archive: false } })
    await publish(telegramOnly)
    for (const path of [`/api/images/${photo}`, '/api/images/random']) {
      const seen = await (await studio.fleet.get(tenant, path)).json()
      expect(seen).toMatchObject({ filename: photo })
      expect(seen).not.toHaveProperty('publications')
    }
  })

  it('shows when and where a photo was published when it is skipped, previewed or viewed', async () => {
    const { tenant, publish, details } = await open()
    const first = (await publish(telegramOnly)).results.telegram
    const url = expect.stringContaining(`t.me/channel_${chatOf(tenant)}`)
    expect(first).toMatchObject({ success: true, url, published_at: isoTime })
    const { published_at } = first
    const again = (await publish(telegramOnly)).results.telegram
    expect(again).toMatchObject({ success: true, skipped: 'duplicate', url: first.url, published_at })
    const preview = (await publish({ ...telegramOnly, dry_run: true })).results.telegram
    expect(preview).toMatchObject({ skipped: 'dry_run', standing: 'duplicate', url: first.url, published_at })
    expect((await details('archive')).publications).toMatchObject([
      { platform: 'telegram', status: 'published', at: published_at, post_url: first.url, error: null },
    ])
  })

  it('reports the stage skipped when a photo is already on the platform', async () => {
    const { tenant, publish } = await open()
    await publish(telegramOnly)
    const path = `/api/images/${photo}/publish`
    const headers = { accept: 'text/event-stream' }
    const events = await eventsOf(await adminPost(studio.fleet, tenant, path, telegramOnly, headers))
    expect(events.map(({ data }) => data.stage).filter(Boolean)).toEqual(['preparing', 'skipped'])
  })

  it('keeps a failure until the photo is published', async () => {
    const { publish, details, withoutToken, posts } = await open({ content: { archive: false } })
    const end = await withoutToken()
    const { error } = (await publish(telegramOnly)).results.telegram
    await end()
    expect((await details()).publications).toMatchObject([
      { platform: 'telegram', status: 'failed', at: isoTime, post_url: null, error },
    ])
    expect((await publish(telegramOnly)).results.telegram).toMatchObject({ success: true })
    expect((await details()).publications).toMatchObject([{ status: 'published', error: null }])
    expect(posts()).toHaveLength(1)
  })

  it('publishes a photo from the archive when every platform had failed before it was moved there', async () => {
    const { tenant, publish, details, withoutToken, posts } = await open()
    const end = await withoutToken()
    await publish(telegramOnly)
    await end()
    const path = `/api/library/objects/${photo}/move`
    expect((await adminPost(studio.fleet, tenant, path, { target_folder: 'archive' })).status).toBe(200)
    expect((await details('archive')).publications).toMatchObject([
      { platform: 'telegram', status: 'failed' },
    ])
    expect((await publish(telegramOnly)).results?.telegram).toMatchObject({ success: true })
    expect(posts()).toHaveLength(1)
  })

  it('shows an unknown outcome with its reason when an answer was lost', async () => {
    const { tenant, publish, details } = await open()
    const bot = botToken(tenant).split(':')[0] ?? ''
    const end = studio.telegram.interfere(onMethod('sendphoto', serverError(500), { bot }))
    const { error } = (await publish(telegramOnly)).results.telegram
    end()
    expect((await details()).publications).toMatchObject([
      { platform: 'telegram', status: 'unknown', at: isoTime, post_url: null, error },
    ])
  })

  it('shows a platform as unknown when its record is unreadable, and the other platforms unchanged', async () => {
    const { store, sha256, publish, details } = await open()
    await publish(telegramOnly)
    await store.replaceRecord(['ledger', sha256, 'email.json'], 'not a record')
    await store.replaceRecord(['ledger', sha256, 'bluesky.failed.json'], '{}')
    expect((await details('archive')).publications).toMatchObject([
      { platform: 'telegram', status: 'published' },
      { platform: 'email', status: 'unknown', at: null, error: expect.stringMatching(/./) },
      { platform: 'bluesky', status: 'unknown', at: null, error: expect.stringMatching(/./) },
    ])
  })

  it('shows the failed platforms and retries only those from the archive', async () => {
    const { store, publish, details, withoutToken, posts } = await open()
    const end = await withoutToken()
    const partly = await publish({})
    expect(partly).toMatchObject({ any_success: true, archived: true })
    expect(partly.results).toMatchObject({ email: { success: true }, telegram: { success: false } })
    await end()
    const failed = (await details('archive')).publications
    expect(failed).toMatchObject([
      { platform: 'telegram', status: 'failed', at: isoTime, error: expect.stringMatching(/./) },
      { platform: 'email', status: 'published' },
    ])
    const clicks = await Promise.all([publish(telegramOnly), publish(telegramOnly)])
    expect(clicks.filter(({ results }) => results.telegram.skipped === undefined)).toHaveLength(1)
    expect(posts()).toHaveLength(1)
    expect((await details('archive')).publications).toMatchObject([
      { platform: 'telegram', status: 'published', post_url: expect.stringContaining('t.me/'), error: null },
      { platform: 'email', status: 'published' },
    ])
    expect((await store.list('root')).photos).toEqual([])
    expect((await store.list('archive')).photos).toHaveLength(1)
  })
})
