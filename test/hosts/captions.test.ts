/** Captions and alt texts written by admins are saved without publishing. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost, adminRequest, cookieOf } from '../support/fixtures/admin.ts'
import { baseDomain, https } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { readableSidecar } from '../support/fixtures/stored-photos.ts'
import { type Studio, startStudio } from '../support/fixtures/studio.ts'

const photo = parsePhotoName('dusk.jpg')
const path = `/api/images/${photo}`

describeOnBothHosts('captions and alt texts of a photo', (kind) => {
  let studio: Studio
  beforeAll(async () => {
    studio = await startStudio(kind)
  })
  afterAll(() => studio[Symbol.asyncDispose]())

  let tenants = 0
  async function open(config: Record<string, unknown> = {}) {
    const tenant = `words-${kind.name}-${++tenants}`
    const store = studio.tenant(tenant, config)
    await upload(store, photo, await picture(tenants * 5, 90, 60))
    const patch = (body: unknown, headers: Record<string, string> = {}, address = path) =>
      adminRequest(studio.fleet, tenant, address, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
    const sidecar = async () => (await readableSidecar(store, 'root', photo))?.text ?? null
    return { tenant, store, patch, sidecar }
  }

  it('saves edits beside other programs’ fields, marks them as a person’s and shows them at once', async () => {
    const { tenant, store, patch, sidecar } = await open()
    await store.writeSidecar('root', photo, 'rope\n\n# ---\n# caption: From the AI.\n# mine: stays\n')
    const response = await patch({
      caption: 'By hand.',
      captions: { email: 'By hand, for FetLife.' },
      alt_text: 'A rope\nat dusk. ',
    })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      filename: photo,
      caption: 'By hand.',
      alt_text: 'A rope at dusk.',
      rating: 'nudity',
      rating_source: 'default',
      captions: {
        source: 'person',
        by_platform: { telegram: 'By hand.', email: 'By hand, for FetLife.' },
      },
      metadata: expect.objectContaining({ caption_edited: 'True', alt_text_edited: 'True', mine: 'stays' }),
    })
    const text = await sidecar()
    for (const line of [
      'rope\n',
      '# caption: By hand.\n',
      '# mine: stays\n',
      '# alt_text: A rope at dusk.\n',
    ])
      expect(text).toContain(line)
    const shown = await adminRequest(studio.fleet, tenant, path)
    expect(await shown.json()).toMatchObject({
      caption: 'By hand.',
      sd_caption: 'rope',
      metadata: { alt_text: 'A rope at dusk.', caption_submitted: { email: 'By hand, for FetLife.' } },
    })
  })

  it('skips unchanged writes and preserves omitted fields', async () => {
    const { store, patch, sidecar } = await open()
    await patch({ caption: 'By hand.', alt_text: 'A rope.' })
    const first = await readableSidecar(store, 'root', photo)
    expect((await patch({ caption: 'By hand.', alt_text: 'A rope.' })).status).toBe(200)
    expect((await patch({})).status).toBe(200)
    expect((await readableSidecar(store, 'root', photo))?.revision).toBe(first?.revision)
    expect(await (await patch({ alt_text: '' })).json()).toMatchObject({
      caption: 'By hand.',
      alt_text: null,
    })
    expect(await sidecar()).not.toContain('alt_text')
  })

  it('keeps a person’s texts when the AI runs again, and returns them', async () => {
    const { tenant, patch, sidecar } = await open({ captionfile: { extended_metadata_enabled: true } })
    await patch({ caption: 'By hand.', alt_text: 'Seen by a person.' })
    const analysis = await adminPost(studio.fleet, tenant, `${path}/analyze?force_refresh=true`)
    expect(await analysis.json()).toMatchObject({ caption: 'By hand.', alt_text: 'Seen by a person.' })
    expect(await sidecar()).toContain('# alt_text: Seen by a person.\n')
    expect(await sidecar()).toContain('# subject: ')
  })

  it('leaves other platforms’ captions unchanged when a platform’s caption is edited', async () => {
    const { store, patch } = await open()
    const generated = '{"telegram": "Generated.", "email": "Generated for mail."}'
    await store.writeSidecar(
      'root',
      photo,
      `rope\n\n# ---\n# caption: Generated.\n# caption_generated: ${generated}\n`,
    )
    const captions = { telegram: 'By hand.', email: 'Generated for mail.' }
    expect(await (await patch({ captions })).json()).toMatchObject({
      caption: 'Generated.',
      metadata: { caption_submitted: captions },
    })
  })

  it('keeps both edits of two concurrent PATCHes', async () => {
    const { patch, sidecar } = await open()
    const answers = await Promise.all([
      patch({ captions: { telegram: 'For the channel.' } }),
      patch({ alt_text: 'A rope.' }),
    ])
    expect(answers.map(({ status }) => status)).toEqual([200, 200])
    expect(await sidecar()).toContain('For the channel.')
    expect(await sidecar()).toContain('# alt_text: A rope.\n')
  })

  it('saves edits in review mode and previews final captions', async () => {
    const review = await open({
      features: { auto_view_enabled: true, publish_enabled: true, mode: 'review' },
    })
    expect((await review.patch({ caption: 'For later.' })).status).toBe(200)
    const { tenant, sidecar } = await open()
    const dry = await adminPost(studio.fleet, tenant, `${path}/publish`, {
      dry_run: true,
      captions: { email: 'A — line.', telegram: 'A line.' },
    })
    const { results } = await dry.json()
    expect(results.telegram).toMatchObject({ skipped: 'dry_run', caption: 'A line.' })
    expect(results.telegram).not.toHaveProperty('subject')
    expect(results.email).toMatchObject({ caption: 'A - line.', subject: 'A - line.' })
    expect(await sidecar()).toBeNull()
    await adminPost(studio.fleet, tenant, `${path}/publish`, { platforms: ['telegram'] })
    const again = await adminPost(studio.fleet, tenant, `${path}/publish`, {
      platforms: ['telegram'],
      dry_run: true,
    })
    expect((await again.json()).results.telegram).toMatchObject({
      standing: 'duplicate',
      url: expect.stringContaining('t.me/'),
    })
  })

  it.each([
    ['everywhere', { caption: '' }],
    ['with blanks only', { caption: ' \n' }],
    ['for each platform', { captions: { telegram: '', email: '' } }],
  ])('keeps the caption empty when a person empties it %s', async (_, emptied) => {
    const { tenant, store, patch, sidecar } = await open()
    const generated = '{"telegram": "Generated.", "email": "Generated for mail."}'
    await store.writeSidecar(
      'root',
      photo,
      `rope\n\n# ---\n# caption: Generated.\n# caption_generated: ${generated}\n`,
    )
    const nothing = { source: 'person', by_platform: { telegram: '', email: '' } }
    expect(await (await patch({ caption: '', ...emptied })).json()).toMatchObject({
      caption: '',
      captions: nothing,
    })
    const emptiedText = await sidecar()
    const shown = await adminRequest(studio.fleet, tenant, path)
    expect(await shown.json()).toMatchObject({ caption: '', captions: nothing })
    const calls = studio.openai.calls.length
    const analysis = await adminPost(studio.fleet, tenant, `${path}/analyze`)
    expect(await analysis.json()).toMatchObject({ caption: '', sidecar_written: false })
    expect(studio.openai.calls.length).toBe(calls)
    expect(await sidecar()).toBe(emptiedText)
    await adminPost(studio.fleet, tenant, `${path}/publish`, { platforms: ['telegram'] })
    const posts = studio.telegram.posts.filter(({ chat }) => chat.title === tenant)
    expect(posts.map(({ caption }) => caption ?? '')).toEqual([''])
  })

  it('keeps a platform’s caption empty when a person emptied only that caption', async () => {
    const { patch } = await open()
    await patch({ captions: { telegram: '', email: 'By mail.' } })
    expect(await (await patch({ alt_text: 'A rope.' })).json()).toMatchObject({
      captions: { source: 'person', by_platform: { telegram: '', email: 'By mail.' } },
    })
  })

  it('writes a new caption by AI on request after a person emptied the caption', async () => {
    const { tenant, patch } = await open()
    await patch({ caption: '' })
    const analysis = await adminPost(studio.fleet, tenant, `${path}/analyze?force_refresh=true`)
    expect((await analysis.json()).caption).not.toBe('')
    const shown = await adminRequest(studio.fleet, tenant, path)
    expect(await shown.json()).toMatchObject({ captions: { source: 'ai' } })
  })

  it('reports no caption when the photo has no sidecar', async () => {
    const { tenant } = await open()
    const shown = await adminRequest(studio.fleet, tenant, path)
    expect(await shown.json()).toMatchObject({
      caption: null,
      alt_text: null,
      captions: { source: null, by_platform: { telegram: '', email: '' } },
    })
    const visited = await (await studio.fleet.get(tenant, path)).json()
    expect(visited).toMatchObject({ caption: null, alt_text: null })
    expect(visited).not.toHaveProperty('captions')
  })

  it('refuses edits by non-admins, of missing photos, with invalid bodies and of disabled fields', async () => {
    const { tenant, patch, sidecar } = await open()
    const off = await open({ features: { auto_view_enabled: true } })
    const silent = await open({
      features: { auto_view_enabled: true, analyze_caption_enabled: true, alt_text_enabled: false },
    })
    const edit = { caption: 'X' }
    const attempts: [attempt: string, response: Promise<Response>, status: number, code: string][] = [
      ['signed out', patch(edit, { cookie: 'none=1' }), 401, 'not_signed_in'],
      ['another’s admin', patch(edit, { cookie: await cookieOf('bob@example.org') }), 403, 'not_admin'],
      ['a sibling’s page', patch(edit, { 'sec-fetch-site': 'same-site' }), 403, 'cross_origin'],
      ['no such photo', patch(edit, {}, '/api/images/none.jpg'), 404, 'photo_not_found'],
      ['a path', patch(edit, {}, '/api/images/..%2Fdusk.jpg'), 404, 'photo_not_found'],
      ['an unknown platform', patch({ captions: { myspace: 'X' } }), 400, 'invalid_request'],
      ['too much', patch({ alt_text: 'x'.repeat(2001) }), 400, 'invalid_request'],
      ['nothing is on', off.patch(edit), 403, 'feature_disabled'],
      ['no alternative texts', silent.patch({ alt_text: 'X' }), 403, 'feature_disabled'],
      [
        'no JSON',
        studio.fleet.host.request(`${tenant}.${baseDomain}`, path, {
          method: 'PATCH',
          headers: {
            ...https,
            'sec-fetch-site': 'same-origin',
            cookie: await cookieOf(),
            'content-type': 'text/plain',
          },
          body: 'caption=X',
        }),
        415,
        'unsupported_media_type',
      ],
    ]
    for (const [attempt, response, status, code] of attempts) {
      const answer = await response
      expect([attempt, answer.status, (await answer.json()).code]).toEqual([attempt, status, code])
    }
    expect([await sidecar(), await off.sidecar(), await silent.sidecar()]).toEqual([null, null, null])
  })

  it('logs edits in the audit log without their text', async () => {
    const { tenant, patch } = await open()
    await patch({ caption: 'Nobody’s business.' })
    const lines = studio.fleet.host.lines.filter((line) => line.includes(tenant))
    expect(lines.filter((line) => line.includes('"audit"') && line.includes(`PATCH ${path}`))).toHaveLength(1)
    expect(lines.join('\n')).not.toContain('business')
  })
})
