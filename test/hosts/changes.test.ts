/** Requests that take posts back and correct them, on both hosts. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { serverError as mastodonError, onRoute } from '../../dev/emulators/mastodon/faults.ts'
import { type MastodonEmulator, startMastodonEmulator } from '../../dev/emulators/mastodon.ts'
import { onMethod, serverError } from '../../dev/emulators/telegram/faults.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost, adminRequest, cookieOf, eventsOf } from '../support/fixtures/admin.ts'
import { baseDomain, https } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { canary, picture, upload } from '../support/fixtures/photographers.ts'
import { botToken, chatOf, recipient, type Studio, startStudio } from '../support/fixtures/studio.ts'

const photo = parsePhotoName('dusk.jpg')
const path = `/api/images/${photo}`
const isoTime = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/)

describeOnBothHosts('changes of published posts', (kind) => {
  let studio: Studio
  let mastodon: MastodonEmulator
  beforeAll(async () => {
    studio = await startStudio(kind)
    mastodon = await startMastodonEmulator({ accounts: [] })
  })
  afterAll(async () => {
    await studio[Symbol.asyncDispose]()
    await mastodon.close()
  })

  let tenants = 0
  /** Adds a tenant with Telegram, Mastodon and mail, and a photo in its inbox. */
  async function open(config: Record<string, unknown> = {}) {
    const tenant = `changes-${kind.name}-${++tenants}`
    const token = `${canary}-token-of-${tenant}`
    const store = studio.tenant(tenant, {
      publishers: [
        {
          type: 'telegram',
          credentials_ref: `${tenant}-telegram`,
          config: { channel_id: -1_000_000_000_000 - chatOf(tenant) },
        },
        { type: 'mastodon', credentials_ref: 'toots', config: {} },
        { type: 'fetlife', config: { recipient: recipient(tenant) } },
      ],
      ...config,
    })
    studio.fleet.orchestrator.credentials.set(`${tenant}/toots`, {
      provider: 'mastodon',
      version: '1',
      instance_url: mastodon.url,
      access_token: token,
    })
    mastodon.addAccount({ username: tenant, token })
    await upload(store, photo, await picture(tenants * 9, 300, 200))
    const send = async (action: string, body: unknown = {}) => {
      const response = await adminPost(studio.fleet, tenant, `${path}/${action}`, body)
      return { status: response.status, body: await response.json() }
    }
    const publications = async () =>
      (await (await adminRequest(studio.fleet, tenant, `${path}?folder=archive`)).json()).publications
    return {
      tenant,
      store,
      send,
      publications,
      messages: () =>
        studio.telegram.posts.filter(
          ({ chat, deletedAt }) => chat.title === tenant && deletedAt === undefined,
        ),
      toots: () =>
        mastodon.posts.filter(
          ({ account, deletedAt }) => account.username === tenant && deletedAt === undefined,
        ),
    }
  }

  it('takes posts back, says what stays, and lets the photo be published again', async () => {
    const { store, send, publications, messages, toots } = await open()
    expect((await send('publish', { caption: 'Dusk.' })).body).toMatchObject({ archived: true })
    const retracted = await send('retract')
    expect(retracted).toMatchObject({
      status: 200,
      body: {
        filename: photo,
        results: {
          telegram: { success: true, type: 'telegram', post_id: expect.stringMatching(/./) },
          mastodon: { success: true, type: 'mastodon', post_id: expect.stringMatching(/./) },
          email: {
            success: false,
            skipped: 'impossible',
            error: expect.stringContaining('A mail cannot be called back.'),
          },
        },
      },
    })
    expect([messages(), toots()]).toEqual([[], []])
    expect(await publications()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ platform: 'telegram', status: 'retracted', at: isoTime }),
        expect.objectContaining({ platform: 'mastodon', status: 'retracted', at: isoTime }),
        expect.objectContaining({ platform: 'email', status: 'published' }),
      ]),
    )
    // The photo stays in the archive.
    expect((await store.list('root')).photos).toEqual([])
    const second = await send('retract', { platforms: ['telegram'] })
    expect(second).toMatchObject({
      status: 200,
      body: { results: { telegram: { success: false, skipped: 'retracted' } } },
    })

    const again = (await send('publish')).body.results
    expect(again).toMatchObject({
      telegram: { success: true, type: 'telegram' },
      mastodon: { success: true },
      email: { skipped: 'duplicate' },
    })
    expect(again.telegram).not.toHaveProperty('skipped')
    expect((await send('publish')).body.results.telegram).toMatchObject({ skipped: 'duplicate' })
    expect([messages().length, toots().length]).toEqual([1, 1])
  })

  it('corrects captions and alt texts in place, and saves them with the photo', async () => {
    const { tenant, send, messages, toots } = await open()
    await send('publish', { caption: 'Dusk.' })
    const corrected = await send('correct', {
      caption: 'Dawn.',
      captions: { mastodon: 'Dawn on Mastodon.' },
      alt_text: 'A rope at dawn.',
    })
    expect(corrected).toMatchObject({
      status: 200,
      body: {
        results: {
          telegram: { success: true, url: expect.stringContaining('t.me/') },
          mastodon: { success: true },
          email: { success: false, skipped: 'impossible' },
        },
      },
    })
    expect(messages()).toMatchObject([{ caption: 'Dawn.' }])
    expect(toots()).toMatchObject([{ text: 'Dawn on Mastodon.', edits: [{ text: 'Dusk.' }] }])
    const saved = await (await adminRequest(studio.fleet, tenant, `${path}?folder=archive`)).json()
    expect(saved).toMatchObject({ caption: 'Dawn.', alt_text: 'A rope at dawn.' })
    const same = await send('correct', { caption: 'Dawn.' })
    expect(same.body.results.telegram).toMatchObject({ success: true })
    expect(messages()).toHaveLength(1)
  })

  it('completes one platform when another platform fails', async () => {
    const { tenant, send, messages, toots } = await open()
    await send('publish', { platforms: ['telegram', 'mastodon'] })
    const end = mastodon.interfere(onRoute('DELETE /api/v1/statuses/:id', mastodonError(503), { times: 9 }))
    const { results } = (await send('retract')).body
    end()
    expect(results).toMatchObject({
      telegram: { success: true },
      mastodon: { success: false, error: expect.stringMatching(/./) },
    })
    expect([messages().length, toots().length]).toEqual([0, 1])
    const bot = botToken(tenant).split(':')[0] ?? ''
    const stop = studio.telegram.interfere(onMethod('deletemessage', serverError(500), { bot }))
    expect((await send('retract')).body.results).toMatchObject({
      telegram: { skipped: 'retracted' },
      mastodon: { success: true },
    })
    stop()
    expect(toots()).toEqual([])
  })

  it('reports the stages of each channel as they happen', async () => {
    const { tenant, send } = await open()
    await send('publish', { platforms: ['telegram'] })
    const headers = { accept: 'text/event-stream' }
    const response = await adminPost(studio.fleet, tenant, `${path}/retract`, {}, headers)
    const events = await eventsOf(response)
    expect(events.map(({ data }) => data.stage).filter(Boolean)).toEqual(['preparing', 'changing', 'changed'])
    expect(events.at(-1)).toMatchObject({
      event: 'result',
      data: { filename: photo, results: { telegram: { success: true } } },
    })
  })

  it('answers in words for a photo that was never published', async () => {
    const { send } = await open()
    const { status, body } = await send('retract')
    expect(status).toBe(200)
    for (const channel of ['telegram', 'mastodon', 'email']) {
      expect(body.results[channel]).toMatchObject({ success: false, skipped: 'nothing_there' })
    }
    expect((await send('correct', { caption: 'New.' })).body.results.telegram).toMatchObject({
      success: false,
      error: expect.stringContaining('not published'),
    })
  })

  it.each(['retract', 'correct'])('refuses %s to visitors, other admins and in review', async (action) => {
    const { tenant, send, messages } = await open()
    await send('publish', { platforms: ['telegram'] })
    const other = await open({ auth: { allowed_emails: ['other@photos.test'] } })
    const review = await open({
      features: { auto_view_enabled: true, publish_enabled: true, mode: 'review' },
    })
    const post = (name: string, headers: Record<string, string>) =>
      studio.fleet.host.request(`${name}.${baseDomain}`, `${path}/${action}`, {
        method: 'POST',
        headers: {
          ...https,
          'sec-fetch-site': 'same-origin',
          'content-type': 'application/json',
          ...headers,
        },
        body: '{}',
      })
    expect((await post(tenant, {})).status).toBe(401)
    expect((await post(other.tenant, { cookie: await cookieOf() })).status).toBe(403)
    expect((await review.send(action)).body).toMatchObject({ status: 403, code: 'feature_disabled' })
    const foreign = await post(tenant, { cookie: await cookieOf(), 'sec-fetch-site': 'same-site' })
    expect(foreign.status).toBe(403)
    const missing = await adminPost(studio.fleet, tenant, `/api/images/none.jpg/${action}`)
    expect([missing.status, (await missing.json()).code]).toEqual([404, 'photo_not_found'])
    for (const body of [{ platforms: [] }, { platforms: 'telegram' }, { platforms: ['nowhere'] }, []]) {
      expect((await send(action, body)).status).toBe(400)
    }
    expect(messages()).toHaveLength(1)
  })
})
