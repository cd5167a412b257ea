/** The first line of a V2 sidecar is a training prompt, which must never be published as a caption. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost, adminRequest } from '../support/fixtures/admin.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { trainingPromptOnly } from '../support/fixtures/sidecar-examples.ts'
import { type Studio, startStudio } from '../support/fixtures/studio.ts'

const photo = parsePhotoName('dusk.jpg')
const path = `/api/images/${photo}`
const prompt = 'seated figure, hemp rope'

describeOnBothHosts('a photo with only a training prompt', (kind) => {
  let studio: Studio
  beforeAll(async () => {
    studio = await startStudio(kind)
  })
  afterAll(() => studio[Symbol.asyncDispose]())

  let tenants = 0
  async function open(config: Record<string, unknown> = {}) {
    const tenant = `prompt-${kind.name}-${++tenants}`
    const store = studio.tenant(tenant, config)
    await upload(store, photo, await picture(tenants * 11, 90, 60))
    await store.writeSidecar('root', photo, trainingPromptOnly)
    const posts = () => studio.telegram.posts.filter(({ chat }) => chat.title === tenant)
    return { tenant, posts }
  }

  it('shows neither caption nor alt text of a photo that has only a training prompt', async () => {
    const { tenant } = await open()
    expect(await (await studio.fleet.get(tenant, path)).json()).toMatchObject({
      caption: null,
      alt_text: null,
      sd_caption: null,
    })
    expect(await (await adminRequest(studio.fleet, tenant, path)).json()).toMatchObject({
      caption: null,
      alt_text: null,
      captions: { source: 'training', by_platform: { telegram: '', email: '' } },
    })
  })

  it('returns no caption when only the alt text is saved', async () => {
    const { tenant } = await open()
    const saved = await adminRequest(studio.fleet, tenant, path, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ alt_text: 'A rope.' }),
    })
    expect(await saved.json()).toMatchObject({
      caption: null,
      alt_text: 'A rope.',
      captions: { source: 'training', by_platform: { telegram: '', email: '' } },
    })
  })

  it('sends the photo to the AI when an analysis is requested', async () => {
    const { tenant } = await open()
    const calls = studio.openai.calls.length
    const analysis = await (await adminPost(studio.fleet, tenant, `${path}/analyze`)).json()
    expect(studio.openai.calls.length).toBeGreaterThan(calls)
    expect(analysis.sidecar_written).toBe(true)
    expect(analysis.caption).not.toContain(prompt)
    expect(await (await adminRequest(studio.fleet, tenant, path)).json()).toMatchObject({
      caption: analysis.caption,
      captions: { source: 'ai', by_platform: { telegram: analysis.platform_captions.telegram } },
    })
  })

  it('publishes without a caption when no caption is typed', async () => {
    const { tenant, posts } = await open({
      features: { auto_view_enabled: true, publish_enabled: true },
    })
    const dry = await adminPost(studio.fleet, tenant, `${path}/publish`, { dry_run: true })
    expect((await dry.json()).results.telegram).toMatchObject({ skipped: 'dry_run', caption: '' })
    const published = await adminPost(studio.fleet, tenant, `${path}/publish`, { platforms: ['telegram'] })
    expect(await published.json()).toMatchObject({ any_success: true })
    expect(posts().map(({ caption }) => caption ?? '')).toEqual([''])
  })

  it('accepts the training prompt’s words as a caption when a person types them', async () => {
    const { tenant } = await open()
    const caption = 'seated figure, hemp rope, candle light, dark wooden floor'
    const saved = await adminRequest(studio.fleet, tenant, path, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ caption }),
    })
    expect(await saved.json()).toMatchObject({ caption, captions: { source: 'person' } })
  })
})
