import { afterAll, beforeAll, expect, it } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost, adminRequest } from '../support/fixtures/admin.ts'
import { baseDomain } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { botToken, chatOf, type Studio, startStudio } from '../support/fixtures/studio.ts'

const photo = parsePhotoName('dusk.jpg')
const chatId = (name: string) => -1_000_000_000_000 - chatOf(name)

describeOnBothHosts('two Telegram channels of one tenant', (kind) => {
  let studio: Studio
  beforeAll(async () => {
    studio = await startStudio(kind)
  })
  afterAll(() => studio[Symbol.asyncDispose]())

  let tenants = 0
  async function open() {
    const tenant = `channels-${kind.name}-${++tenants}`
    const second = `${tenant}-friends`
    const entryOf = (id: string, name: string) => ({
      id,
      type: 'telegram',
      credentials_ref: `${name}-telegram`,
      config: { channel_id: chatId(name) },
    })
    const entries = [entryOf('news', tenant), entryOf('friends', second)]
    const store = studio.tenant(tenant, { publishers: entries })
    studio.telegram.addBot({
      token: botToken(second),
      chats: [{ id: chatId(second), title: second, username: `channel_${chatOf(second)}` }],
    })
    const { credentials } = studio.fleet.orchestrator
    const secret = { provider: 'telegram', version: '1', bot_token: botToken(second) }
    credentials.set(`${tenant}/${second}-telegram`, secret)
    await upload(store, photo, await picture(7, 300, 200))
    const path = `/api/images/${photo}`
    const captionsIn = (name: string) =>
      studio.telegram.posts.filter(({ chat }) => chat.title === name).map(({ caption }) => caption)
    return {
      publish: (body: unknown) => adminPost(studio.fleet, tenant, `${path}/publish`, body),
      details: async () => (await adminRequest(studio.fleet, tenant, `${path}?folder=archive`)).json(),
      rules: async () => (await adminRequest(studio.fleet, tenant, '/api/config/captions')).json(),
      async reorder() {
        const answer = studio.fleet.orchestrator.tenants.get(`${tenant}.${baseDomain}`)
        Object.assign(answer?.config ?? {}, { publishers: entries.toReversed() })
        Object.assign(answer ?? {}, { config_version: 'reordered' })
        await studio.fleet.invalidate(tenant)
      },
      captions: () => ({ news: captionsIn(tenant), friends: captionsIn(second) }),
    }
  }

  it('sends each channel one post, with captions of their own and results by name', async () => {
    const { publish, captions, details } = await open()
    const body = { platforms: ['news', 'friends'], captions: { friends: 'For friends.', news: 'For all.' } }
    const { results } = await (await publish(body)).json()
    expect(results).toMatchObject({
      telegram: { success: true, type: 'telegram', post_id: expect.any(String) },
      friends: { success: true, type: 'telegram', retract: expect.any(Object), correct: expect.any(Object) },
    })
    expect(Object.keys(results)).toEqual(['telegram', 'friends'])
    expect(captions()).toEqual({ news: ['For all.'], friends: ['For friends.'] })
    const { publications, captions: saved } = await details()
    expect(publications).toMatchObject([
      { platform: 'telegram', type: 'telegram', status: 'published' },
      { platform: 'friends', type: 'telegram', status: 'published' },
    ])
    expect(saved.by_platform).toEqual({ telegram: 'For all.', friends: 'For friends.' })
  })

  it('keeps posts apart when the entries change places', async () => {
    const { publish, captions, details, reorder } = await open()
    await publish({ platforms: ['telegram'], caption: 'First.' })
    await reorder()
    const { results } = await (await publish({ caption: 'Then.' })).json()
    expect(results).toMatchObject({
      telegram: { success: true },
      news: { success: true, skipped: 'duplicate' },
    })
    expect(results.telegram).not.toHaveProperty('skipped')
    expect(captions()).toEqual({ news: ['First.'], friends: ['Then.'] })
    expect((await details()).publications).toMatchObject([
      { platform: 'telegram', status: 'published' },
      { platform: 'news', status: 'published' },
    ])
  })

  it('lists rules, effects of ratings and possible changes of each channel', async () => {
    const { rules } = await open()
    const effects = { general: {}, suggestive: {}, nudity: expect.any(Object), explicit: expect.any(Object) }
    const changes = { retract: expect.any(Object), correct: expect.any(Object) }
    expect((await rules()).platforms).toMatchObject([
      { platform: 'telegram', type: 'telegram', id: 'news', max_length: 1024, ratings: effects, changes },
      { platform: 'friends', type: 'telegram', id: 'friends', max_length: 1024, ratings: effects, changes },
    ])
  })

  it.each([
    [{ platforms: ['telegram', 'myspace'] }],
    [{ captions: { myspace: 'Tied.' } }],
    [{ platforms: [''] }],
    [{ captions: { constructor: 'Tied.' } }],
  ])('refuses the request %j without sending', async (body) => {
    const { publish, captions } = await open()
    const response = await publish(body)
    expect([response.status, (await response.json()).code]).toEqual([400, 'invalid_request'])
    expect(captions()).toEqual({ news: [], friends: [] })
  })
})
