/** Ratings of photos: changed by admins, sent to the platforms, hidden from visitors. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost, adminRequest } from '../support/fixtures/admin.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { picture, upload } from '../support/fixtures/photographers.ts'
import { readableSidecar } from '../support/fixtures/stored-photos.ts'
import { type Studio, startStudio } from '../support/fixtures/studio.ts'

const photo = parsePhotoName('dusk.jpg')
const path = `/api/images/${photo}`

describeOnBothHosts('the rating of a photo', (kind) => {
  let studio: Studio
  beforeAll(async () => {
    studio = await startStudio(kind)
  })
  afterAll(() => studio[Symbol.asyncDispose]())

  let tenants = 0
  async function open(config: Record<string, unknown> = {}) {
    const tenant = `rated-${kind.name}-${++tenants}`
    const store = studio.tenant(tenant, config)
    await upload(store, photo, await picture(tenants * 5, 90, 60))
    const patch = (body: unknown) =>
      adminRequest(studio.fleet, tenant, path, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    const publish = async (body: object = {}) =>
      (await adminPost(studio.fleet, tenant, `${path}/publish`, { platforms: ['telegram'], ...body })).json()
    const shown = async () => (await adminRequest(studio.fleet, tenant, path)).json()
    const sidecar = async () => (await readableSidecar(store, 'root', photo))?.text ?? null
    const posts = () => studio.telegram.posts.filter(({ chat }) => chat.title === tenant)
    const lowered = () =>
      studio.fleet.host.lines
        .filter((line) => line.includes(tenant) && line.includes('rating lowered'))
        .map((line): unknown => JSON.parse(line))
    return { tenant, store, patch, publish, shown, sidecar, posts, lowered }
  }

  it('is the default until the AI or a person rates the photo', async () => {
    const { store, patch, shown, sidecar } = await open()
    expect(await shown()).toMatchObject({ rating: 'nudity', rating_source: 'default' })
    await store.writeSidecar('root', photo, 'rope\n\n# ---\n# rating_generated: explicit\n# mine: stays\n')
    const saved = await patch({ rating: 'suggestive' })
    expect(await saved.json()).toMatchObject({ rating: 'suggestive', rating_source: 'person' })
    expect(await shown()).toMatchObject({ rating: 'suggestive', rating_source: 'person' })
    expect(await sidecar()).toContain('# mine: stays\n')
    expect(await (await patch({ rating: null })).json()).toMatchObject({
      rating: 'explicit',
      rating_source: 'ai',
    })
    expect(await sidecar()).not.toMatch(/^# rating:/m)
  })

  it('stays when captions are edited, and changes no caption', async () => {
    const { patch, shown } = await open({ content: { default_rating: 'general' } })
    expect(await shown()).toMatchObject({ rating: 'general', rating_source: 'default' })
    await patch({ rating: 'explicit', caption: 'By hand.' })
    await patch({ caption: 'Other words.' })
    expect(await shown()).toMatchObject({ rating: 'explicit', caption: 'Other words.' })
    await patch({ rating: 'nudity' })
    expect(await shown()).toMatchObject({ rating: 'nudity', caption: 'Other words.' })
  })

  it.each(['NUDITY ', 'adult', 2, {}])('refuses %j, which is not a rating', async (rating) => {
    const { patch, sidecar } = await open()
    expect((await patch({ rating })).status).toBe(400)
    expect(await sidecar()).toBeNull()
  })

  it('is logged when a person lowers it', async () => {
    const { tenant, patch, publish, lowered } = await open()
    await patch({ rating: 'explicit' })
    expect(lowered()).toEqual([])
    await patch({ rating: 'suggestive' })
    await publish({ rating: 'general' })
    expect(lowered()).toMatchObject([
      { tenant, photo, from: 'explicit', source: 'person', to: 'suggestive', request_id: expect.any(String) },
      { tenant, photo, from: 'suggestive', source: 'person', to: 'general' },
    ])
  })

  it('hides the photo on Telegram behind a spoiler by default', async () => {
    const { publish, posts } = await open()
    expect(await publish({ dry_run: true })).toMatchObject({
      results: { telegram: { preview: expect.stringContaining('behind a spoiler') } },
    })
    await publish()
    expect(posts()).toMatchObject([{ hasSpoiler: true }])
  })

  it('is saved from a request to publish before anything is sent', async () => {
    const { publish, shown, posts } = await open({ content: { archive: false } })
    await publish({ rating: 'general' })
    expect(posts()).toMatchObject([{ hasSpoiler: false }])
    expect(await shown()).toMatchObject({ rating: 'general', rating_source: 'person' })
  })

  it('changes nothing in a preview', async () => {
    const { publish, sidecar, lowered } = await open()
    const { results } = await publish({ rating: 'general', dry_run: true })
    expect(results.telegram.preview).not.toContain('spoiler')
    expect(await sidecar()).toBeNull()
    expect(lowered()).toEqual([])
  })

  it('is invisible to visitors', async () => {
    const { tenant, patch } = await open({ features: { auto_view_enabled: true, publish_enabled: true } })
    expect((await patch({ rating: 'explicit' })).status).toBe(200)
    const visited = await (await studio.fleet.get(tenant, path)).text()
    expect(JSON.parse(visited)).toMatchObject({ filename: photo })
    expect(visited).not.toMatch(/rating|explicit/)
  })
})
