import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { declining, onAsk } from '../../dev/emulators/openai/faults.ts'
import { onMethod, serverError } from '../../dev/emulators/telegram/faults.ts'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost, adminRequest, eventsOf } from '../support/fixtures/admin.ts'
import { baseDomain } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts, patience } from '../support/fixtures/hosts.ts'
import { attachedTo } from '../support/fixtures/mails.ts'
import { canary, picture, upload } from '../support/fixtures/photographers.ts'
import { canariesIn, canaryJpeg, canaryPng, canaryWebp } from '../support/fixtures/pictures-with-metadata.ts'
import { readableSidecar } from '../support/fixtures/stored-photos.ts'
import { apiKey, botToken, chatOf, recipient, type Studio, startStudio } from '../support/fixtures/studio.ts'

const photo = parsePhotoName('dusk.jpg')
const telegramOnly = { platforms: ['telegram'] }

describeOnBothHosts('the photo workflow', (kind) => {
  let studio: Studio
  beforeAll(async () => {
    studio = await startStudio(kind)
  })
  afterAll(() => studio[Symbol.asyncDispose]())

  let tenants = 0
  async function open(config: Record<string, unknown> = {}) {
    const tenant = `studio-${kind.name}-${++tenants}`
    const store = studio.tenant(tenant, config)
    await upload(store, photo, await picture(tenants * 7, 300, 200))
    const post = (action: string, body?: unknown, headers?: Record<string, string>) =>
      adminPost(studio.fleet, tenant, `/api/images/${photo}/${action}`, body, headers)
    const posts = () => studio.telegram.posts.filter(({ chat }) => chat.title === tenant)
    const mails = () => studio.mail.mails.filter(({ to }) => to.includes(recipient(tenant)))
    const calls = () => studio.openai.calls.filter(({ key }) => key === apiKey(tenant))
    return { tenant, store, post, posts, mails, calls }
  }

  describe('analyze', () => {
    it('sends the AI a reduced photo without metadata and saves its captions in the sidecar', async () => {
      const { store, post, calls } = await open({ captionfile: { extended_metadata_enabled: true } })
      const response = await post('analyze')
      expect(response.status).toBe(200)
      const analysis = await response.json()
      expect(analysis).toEqual({
        filename: photo,
        description: expect.stringMatching(/./),
        mood: expect.any(String),
        tags: expect.arrayContaining([expect.any(String)]),
        nsfw: expect.any(Boolean),
        caption: expect.stringMatching(/./),
        sd_caption: expect.stringMatching(/./),
        alt_text: expect.any(String),
        rating: expect.stringMatching(/^(general|suggestive|nudity|explicit)$/),
        platform_captions: { telegram: expect.stringMatching(/./), email: expect.stringMatching(/./) },
        sidecar_written: true,
      })
      const [vision] = calls()
      expect(vision?.picture).toMatchObject({ width: 300, height: 200, hasMetadata: false })
      expect(vision?.store).toBe(false)
      const sidecar = await readableSidecar(store, 'root', photo)
      expect(sidecar?.text).toContain(analysis.sd_caption)
      expect(sidecar?.text).toContain('# caption: ')
      expect(sidecar?.text).toContain('# alt_text: ')
    })

    it('calls the AI once, and again only on request, keeping a person’s edits', async () => {
      const { store, post, calls } = await open()
      await post('analyze')
      const asked = calls().length
      for (const query of ['', '?force_refresh=', '?force_refresh=False']) {
        expect(await (await post(`analyze${query}`)).json()).toMatchObject({ sidecar_written: false })
      }
      expect(calls()).toHaveLength(asked)
      const edited = '\n\n# ---\n# caption: My own words.\n# caption_edited: True\n# mine: stays\n'
      await store.writeSidecar('root', photo, edited)
      const again = await (await post('analyze?force_refresh=True')).json()
      expect(calls().length).toBeGreaterThan(asked)
      expect(again.caption).toBe('My own words.')
      const sidecar = await readableSidecar(store, 'root', photo)
      expect(sidecar?.text).toContain('# caption: My own words.')
      expect(sidecar?.text).toContain('# mine: stays')
    })

    it('reports the usage of each AI call to billing without waiting for it', async () => {
      const { tenant, post, calls } = await open()
      const { orchestrator } = studio.fleet
      const usual = orchestrator.script
      orchestrator.script = ({ path }) => (path === '/v1/billing/usage' ? { status: 400 } : undefined)
      expect((await post('analyze')).status).toBe(200)
      const reports = () =>
        orchestrator.calls.filter(
          ({ path, body }) => path === '/v1/billing/usage' && body.tenant_id === tenant,
        )
      await vi.waitFor(() => expect(reports()).toHaveLength(calls().length), patience)
      orchestrator.script = usual
      for (const { body } of reports()) {
        expect(body).toEqual({
          tenant_id: tenant,
          source: 'publisher',
          idempotency_key: expect.stringMatching(/^[0-9a-f-]{36}$/),
          metric: 'ai_tokens',
          quantity: expect.any(Number),
          unit: 'tokens',
          occurred_at: expect.stringMatching(/^\d{4}-.*Z$/),
        })
        expect(body.quantity).toBeGreaterThan(0)
      }
      expect(new Set(reports().map(({ body }) => body.idempotency_key)).size).toBe(reports().length)
    })

    it('streams its stages and its end', async () => {
      const { post } = await open()
      const response = await post('analyze', {}, { accept: 'text/event-stream' })
      expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/)
      const events = await eventsOf(response)
      const stages = events.map(({ event, data }) => (event === 'progress' ? data.stage : event))
      expect(stages).toEqual(['reading', 'looking', 'writing_captions', 'saving', 'result'])
      expect(events.at(-1)?.data).toMatchObject({ filename: photo, sidecar_written: true })
    })

    it('writes nothing and reports it when the AI declines', async () => {
      const { store, tenant, post } = await open()
      const end = studio.openai.interfere(onAsk(declining, { key: apiKey(tenant), times: 10 }))
      const plain = await post('analyze')
      expect([plain.status, (await plain.json()).code]).toEqual([422, 'ai_refused'])
      const events = await eventsOf(await post('analyze', {}, { accept: 'text/event-stream' }))
      expect(events.at(-1)).toMatchObject({ event: 'error', data: { status: 422, code: 'ai_refused' } })
      end()
      expect(await readableSidecar(store, 'root', photo)).toBeNull()
    })

    it('refuses with a problem document before any stream begins', async () => {
      const { tenant } = await open({ features: { auto_view_enabled: true } })
      const path = `/api/images/${photo}/analyze`
      const off = await adminPost(studio.fleet, tenant, path, {}, { accept: 'text/event-stream' })
      expect([off.status, (await off.json()).code]).toEqual([403, 'feature_disabled'])
      const on = await open()
      for (const action of ['analyze', 'publish']) {
        const none = `/api/images/none.jpg/${action}`
        const missing = await adminPost(studio.fleet, on.tenant, none, {}, { accept: 'text/event-stream' })
        expect([missing.status, (await missing.json()).code]).toEqual([404, 'photo_not_found'])
      }
    })

    it('disables analysis without AI credentials', async () => {
      const { post } = await open({ ai: {} })
      const response = await post('analyze')
      expect([response.status, (await response.json()).code]).toEqual([403, 'feature_disabled'])
    })

    it('checks the tenant’s rate limit for a whole analysis, so that no paid call is wasted', async () => {
      const { tenant, post } = await open({
        ai: { credentials_ref: 'ai', rate_per_minute: 1 },
      })
      studio.fleet.orchestrator.credentials.set(`${tenant}/ai`, {
        provider: 'openai',
        api_key: apiKey(tenant),
      })
      expect((await post('analyze')).status).toBe(200)
      const asked = studio.openai.calls.length
      const response = await post('analyze?force_refresh=true')
      expect([response.status, (await response.json()).code]).toEqual([429, 'rate_limited'])
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(10)
      expect(studio.openai.calls).toHaveLength(asked)
    })
  })

  describe('publish', () => {
    it('publishes to all platforms, archives photo and sidecar, and sends nothing twice', async () => {
      const { tenant, store, post, posts, mails } = await open()
      await store.writeSidecar(
        'root',
        photo,
        'rope\n\n# ---\n# caption: Dusk. 🌅\n# tags: ["rope", "dusk"]\n',
      )
      const response = await post('publish')
      expect(response.status).toBe(200)
      const published = await response.json()
      expect(published).toMatchObject({ filename: photo, any_success: true, archived: true })
      expect(published.results.telegram).toMatchObject({
        success: true,
        post_id: expect.stringMatching(/./),
        url: expect.stringContaining(`t.me/channel_${chatOf(tenant)}`),
      })
      const [sent] = posts()
      expect(posts()).toHaveLength(1)
      expect(sent?.caption).toBe('Dusk. 🌅')
      expect(Buffer.from(sent?.photo.bytes ?? []).includes(canary)).toBe(false)
      expect(published.results.email).toMatchObject({ success: true })
      expect(mails()).toHaveLength(1)
      expect(mails()[0]?.headers).toMatch(/^Subject: .*Dusk/m)
      expect((await store.list('root')).photos).toEqual([])
      expect((await readableSidecar(store, 'archive', photo))?.text).toContain('Dusk')

      const again = await (await post('publish', telegramOnly)).json()
      expect(again).toMatchObject({ archived: true, any_success: true })
      expect(again.results.telegram).toMatchObject({
        skipped: 'duplicate',
        post_id: published.results.telegram.post_id,
      })
      expect(posts()).toHaveLength(1)
    })

    it('sends no file metadata to platforms or the AI', async () => {
      const { tenant, store, posts, mails, calls } = await open()
      const files = {
        'telling.jpg': await canaryJpeg({ orientation: 6 }),
        'telling.png': await canaryPng({ orientation: 6 }),
        'telling.webp': await canaryWebp({ orientation: 6 }),
      }
      for (const [name, bytes] of Object.entries(files)) {
        await upload(store, name, bytes)
        for (const action of ['analyze', 'publish']) {
          const response = await adminPost(studio.fleet, tenant, `/api/images/${name}/${action}`)
          expect([name, action, response.status]).toEqual([name, action, 200])
        }
      }
      const sent = posts().map(({ photo: { bytes } }) => bytes)
      expect(sent.flatMap(canariesIn)).toEqual([])
      expect(sent).toHaveLength(3)
      const letters = mails().map(({ raw }) => Buffer.from(raw, 'latin1'))
      expect(letters.flatMap((letter) => [...canariesIn(letter), ...canariesIn(attachedTo(letter))])).toEqual(
        [],
      )
      expect(letters).toHaveLength(3)
      const shown = calls().flatMap(({ picture: seen }) => (seen ? [seen.hasMetadata] : []))
      expect(shown).toEqual([false, false, false])
    })

    it('publishes once for twenty concurrent clicks', async () => {
      const { post, posts } = await open()
      const answers = await Promise.all(Array.from({ length: 20 }, () => post('publish', telegramOnly)))
      const bodies = await Promise.all(answers.map((answer) => answer.json()))
      // Four attempts run at once. On a slow machine, the last in the queue time out with `busy`.
      expect(bodies.filter(({ code = 'busy' }) => code !== 'busy')).toEqual([])
      const results = bodies.flatMap((body) => (body.results ? [body.results.telegram] : []))
      expect(results.filter(({ skipped }) => skipped === undefined)).toHaveLength(1)
      expect(posts()).toHaveLength(1)
    })

    it('recognizes the same photo under another name', async () => {
      const { tenant, store, post, posts } = await open()
      await post('publish', telegramOnly)
      const { body } = await store.read('archive', photo)
      await upload(store, 'copy.jpg', new Uint8Array(await new Response(body).arrayBuffer()))
      const copy = await adminPost(studio.fleet, tenant, '/api/images/copy.jpg/publish', telegramOnly)
      expect((await copy.json()).results.telegram).toMatchObject({ skipped: 'duplicate' })
      expect(posts()).toHaveLength(1)
    })

    it('does not retry an unknown outcome unless forced', async () => {
      const { tenant, post, posts } = await open()
      const bot = botToken(tenant).split(':')[0] ?? ''
      const end = studio.telegram.interfere(onMethod('sendphoto', serverError(500), { bot }))
      const lost = await (await post('publish', telegramOnly)).json()
      end()
      expect(lost).toMatchObject({ any_success: false, archived: false })
      expect(lost.results.telegram).toMatchObject({ success: false, code: 'publish_outcome_unknown' })
      const careful = await (await post('publish', telegramOnly)).json()
      expect(careful.results.telegram).toMatchObject({ success: false, skipped: 'unknown' })
      expect(posts()).toHaveLength(0)
      const insisting = await (await post('publish', { ...telegramOnly, force: true })).json()
      expect(insisting.results.telegram).toMatchObject({ success: true })
      expect(posts()).toHaveLength(1)
    })

    it('refuses to publish when the photo’s hash differs from the request’s', async () => {
      const { post, posts } = await open()
      const other = await post('publish', { ...telegramOnly, sha256: '0'.repeat(64) })
      expect([other.status, (await other.json()).code]).toEqual([409, 'photo_changed'])
      const broken = await post('publish', { ...telegramOnly, sha256: 'one' })
      expect([broken.status, (await broken.json()).code]).toEqual([400, 'invalid_request'])
      expect(posts()).toEqual([])
    })

    it('refuses to publish when the photo’s version differs from the request’s', async () => {
      const { tenant, post, posts } = await open()
      const { version } = await (await adminRequest(studio.fleet, tenant, `/api/images/${photo}`)).json()
      const other = await post('publish', { ...telegramOnly, version: 'A'.repeat(11) })
      expect([other.status, (await other.json()).code]).toEqual([409, 'photo_changed'])
      const broken = await post('publish', { ...telegramOnly, version: 'one' })
      expect([broken.status, (await broken.json()).code]).toEqual([400, 'invalid_request'])
      expect(posts()).toEqual([])
      const meant = await (await post('publish', { ...telegramOnly, version })).json()
      expect(meant).toMatchObject({ any_success: true, archived: true })
    })

    it('sends and writes nothing in a dry run or in debug mode', async () => {
      const dry = await open()
      const debugging = await open({ content: { debug: true } })
      const answers = [
        await dry.post('publish', { dry_run: true, caption: 'Mine.' }),
        await debugging.post('publish'),
      ]
      for (const answer of answers) {
        const { results, any_success, archived } = await answer.json()
        expect([any_success, archived]).toEqual([false, false])
        expect(results.telegram).toMatchObject({
          success: false,
          skipped: 'dry_run',
          preview: expect.stringMatching(/./),
        })
      }
      expect([...dry.posts(), ...debugging.posts(), ...dry.mails()]).toEqual([])
      expect(await readableSidecar(dry.store, 'root', photo)).toBeNull()
    })

    it('treats an absent body, an empty body and null as omitted fields', async () => {
      const { tenant, post } = await open({ content: { debug: true } })
      const path = `/api/images/${photo}/publish`
      const send = (body: string, headers: Record<string, string>) =>
        adminRequest(studio.fleet, tenant, path, { method: 'POST', headers, body })
      const nothing = {
        platforms: null,
        caption: null,
        captions: { email: null },
        dry_run: null,
        force: null,
      }
      const answers = [
        await send('', {}),
        await send('', { 'content-type': 'application/json' }),
        await send('null', { 'content-type': 'application/json' }),
        await send('{"more":1}', { 'content-type': 'Application/JSON; charset=utf-8' }),
        await post('publish', nothing),
      ]
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
      // A non-JSON body is an error, not an empty body: it may have requested a dry run.
      const silent = await send('{"dry_run":true}', { 'content-type': 'text/plain' })
      expect([silent.status, (await silent.json()).code]).toEqual([415, 'unsupported_media_type'])
    })

    it('refuses bodies larger than any captions, with or without Content-Length', async () => {
      const { tenant, posts } = await open({ content: { debug: true } })
      const filler = 'x'.repeat(2 ** 20)
      const send = (body: string | string[]) =>
        adminRequest(studio.fleet, tenant, `/api/images/${photo}/publish`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body,
        })
      for (const body of [`{"filler":"${filler}"}`, ['{"filler":"', filler, '"}']]) {
        const response = await send(body)
        expect([response.status, (await response.json()).code]).toEqual([413, 'request_too_large'])
      }
      const pieces = await send(['{"platforms":["tele', 'gram"],', '"caption":null}'])
      expect(Object.keys((await pieces.json()).results)).toEqual(['telegram'])
      expect(posts()).toEqual([])
    })

    it('saves a typed caption even when sending fails', async () => {
      const { tenant, store, post, posts } = await open()
      const bot = botToken(tenant).split(':')[0] ?? ''
      const end = studio.telegram.interfere(onMethod('sendphoto', serverError(500), { bot }))
      await post('publish', { ...telegramOnly, caption: 'Written on a train.' })
      end()
      expect((await readableSidecar(store, 'root', photo))?.text).toContain('# caption: Written on a train.')
      await post('publish', { ...telegramOnly, force: true })
      expect(posts()[0]?.caption).toBe('Written on a train.')
    })

    it('streams the stages of each platform', async () => {
      const { post } = await open()
      const events = await eventsOf(await post('publish', telegramOnly, { accept: 'text/event-stream' }))
      expect(events.map(({ event, data }) => (event === 'progress' ? data.stage : event))).toEqual([
        'preparing',
        'sending',
        'sent',
        'archiving',
        'result',
      ])
    })

    it('refuses to publish in review mode, when disabled, and to unknown platforms', async () => {
      const review = await open({
        features: { auto_view_enabled: true, publish_enabled: true, mode: 'review' },
      })
      const off = await open({ features: { auto_view_enabled: true } })
      for (const { post } of [review, off]) {
        const response = await post('publish')
        expect([response.status, (await response.json()).code]).toEqual([403, 'feature_disabled'])
      }
      const { post, posts } = await open({
        publishers: { telegram: { credentials_ref: 'x', channel_id: 1 } },
      })
      const bodies: [unknown, number, string][] = [
        [{ platforms: ['email'] }, 400, 'invalid_request'],
        [{ platforms: ['myspace'] }, 400, 'invalid_request'],
        [{ platforms: [] }, 400, 'invalid_request'],
        [{ captions: { myspace: 'x' } }, 400, 'invalid_request'],
        [{ caption: 7 }, 400, 'invalid_request'],
      ]
      for (const [body, status, code] of bodies) {
        const response = await post('publish', body)
        expect([body, response.status, (await response.json()).code]).toEqual([body, status, code])
      }
      expect(posts()).toEqual([])
    })
  })

  describe('curation', () => {
    it('keeps, removes and restores a photo with its sidecar', async () => {
      const { store, post } = await open()
      await store.writeSidecar('root', photo, 'rope\n')
      for (const action of ['keep', 'remove'] as const) {
        expect(await (await post(action)).json()).toEqual({
          filename: photo,
          action,
          destination_folder: action,
          preview_only: false,
        })
        expect((await readableSidecar(store, action, photo))?.text).toBe('rope\n')
        expect((await post(action)).status).toBe(404)
        expect(await (await post('restore')).json()).toMatchObject({
          action: 'restore',
          destination_folder: 'root',
        })
      }
      expect((await readableSidecar(store, 'root', photo))?.text).toBe('rope\n')
      expect((await post('restore')).status).toBe(404)
      expect((await post('restore', { from: 'attic' })).status).toBe(400)
      await post('keep')
      expect((await post('restore', { from: null })).status).toBe(200)
    })

    it('never overwrites a photo', async () => {
      const { store, post } = await open()
      await post('keep')
      const other = await picture(99)
      await upload(store, photo, other)
      expect(await (await post('keep')).json()).toMatchObject({ filename: 'dusk (2).jpg' })
      const { body } = await store.read('keep', parsePhotoName('dusk (2).jpg'))
      const kept = Buffer.from(await new Response(body).arrayBuffer())
      const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
      expect(digest(kept)).toBe(digest(other))
    })

    it('deletes permanently, and only if enabled', async () => {
      const { store, post } = await open({ features: { auto_view_enabled: true, keep_enabled: false } })
      for (const action of ['delete', 'keep']) {
        const response = await post(action)
        expect([action, response.status, (await response.json()).code]).toEqual([
          action,
          403,
          'feature_disabled',
        ])
      }
      expect((await store.list('root')).photos).toHaveLength(1)
      const on = await open()
      expect(await (await on.post('delete')).json()).toMatchObject({
        action: 'delete',
        destination_folder: null,
      })
      expect((await on.store.list('root')).photos).toEqual([])
      expect((await on.post('delete')).status).toBe(404)
    })

    it('only reports what it would do in debug mode', async () => {
      const { store, post } = await open({ content: { debug: true } })
      expect(await (await post('keep')).json()).toMatchObject({
        preview_only: true,
        destination_folder: 'keep',
      })
      expect((await store.list('root')).photos).toHaveLength(1)
    })
  })

  it('sends nothing without valid credentials, and re-resolves rejected credentials once', async () => {
    const { tenant, post, posts } = await open()
    const key = `${tenant}/${tenant}-telegram`
    const good = studio.fleet.orchestrator.credentials.get(key) ?? {}
    studio.fleet.orchestrator.credentials.delete(key)
    const none = await (await post('publish', telegramOnly)).json()
    expect(none.results.telegram).toMatchObject({ success: false, code: 'credentials_unavailable' })
    studio.fleet.orchestrator.credentials.set(key, { ...good, bot_token: `1${botToken(tenant)}` })
    await studio.fleet.invalidate(tenant)
    const wrong = await (await post('publish', telegramOnly)).json()
    expect(wrong.results.telegram).toMatchObject({ success: false, code: 'credentials_rejected' })
    const asked = studio.fleet.orchestrator.calls.filter(({ subject }) => subject === `${tenant}-telegram`)
    expect(asked).toHaveLength(3)
    studio.fleet.orchestrator.credentials.set(key, good)
    await studio.fleet.invalidate(tenant)
    const right = await (await post('publish', telegramOnly)).json()
    expect(right.results.telegram).toMatchObject({ success: true })
    expect(posts()).toHaveLength(1)
  })

  it('logs no secret and no caption', () => {
    const log = studio.fleet.host.lines.join('\n')
    expect(log).toContain('"action":"POST /api/images/dusk.jpg/publish"')
    for (const secret of ['canary', 'upload.fetlife.test', 'Written on a train', `@sender.test`]) {
      expect([secret, log.includes(secret)]).toEqual([secret, false])
    }
    expect(log).toContain(baseDomain)
  })
})
