/** Watermarks: on what is published and on what visitors see, and nowhere else. */
import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { adminPost, adminRequest } from '../support/fixtures/admin.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { upload } from '../support/fixtures/photographers.ts'
import { plain } from '../support/fixtures/pictures.ts'
import { type Studio, startStudio } from '../support/fixtures/studio.ts'

const photo = parsePhotoName('dusk.jpg')
const path = `/api/images/${photo}`
const original = await plain(900, 600).jpeg().toBuffer()
const bold = { text: 'XXXX', opacity: 1, size: 0.5 }

/** Counts the white pixels, which only the watermark has. */
async function inkOf(bytes: ArrayBuffer | Uint8Array): Promise<number> {
  const { data, info } = await sharp(new Uint8Array(bytes)).raw().toBuffer({ resolveWithObject: true })
  let ink = 0
  for (let at = 0; at < data.length; at += info.channels) {
    if (Math.min(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0) > 220) ink++
  }
  return ink
}

describeOnBothHosts('the watermark of a gallery', (kind) => {
  let studio: Studio
  beforeAll(async () => {
    studio = await startStudio(kind)
  })
  afterAll(() => studio[Symbol.asyncDispose]())

  let tenants = 0
  async function open(watermark: unknown) {
    const tenant = `marked-${kind.name}-${++tenants}`
    const store = studio.tenant(tenant, { content: { watermark } })
    await upload(store, photo, original)
    const get = (target: string) => studio.fleet.get(tenant, target)
    const copy = async () => {
      const { temp_url: link } = await (await get(path)).json()
      const { pathname, search } = new URL(link)
      return get(`${pathname}${search}`)
    }
    const publish = async () =>
      (await adminPost(studio.fleet, tenant, `${path}/publish`, { platforms: ['telegram'] })).json()
    const posts = () => studio.telegram.posts.filter(({ chat }) => chat.title === tenant)
    return { tenant, store, get, copy, publish, posts }
  }

  it('is on the published picture', async () => {
    const { publish, posts } = await open(bold)
    expect(await publish()).toMatchObject({ results: { telegram: { success: true } } })
    const [post] = posts()
    expect(await inkOf(post?.photo.bytes ?? new Uint8Array())).toBeGreaterThan(500)
  })

  it('is on thumbnails of every size and type, but the smallest of a tiny photo', async () => {
    const { get } = await open(bold)
    for (const size of ['w256h256', 'w960h640', 'w2048h1536']) {
      const thumbnail = await get(`${path}/thumbnail?size=${size}`)
      expect([thumbnail.status, (await inkOf(await thumbnail.arrayBuffer())) > 50]).toEqual([200, true])
    }
  })

  it('is on the full-size copy for visitors', async () => {
    const { copy } = await open(bold)
    const answer = await copy()
    const bytes = await answer.arrayBuffer()
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 900, height: 600 })
    expect(await inkOf(bytes)).toBeGreaterThan(500)
  })

  it('is not on the original, which admins get and which stays in the storage', async () => {
    const { tenant, store, publish } = await open(bold)
    const { temp_url: link } = await (await adminRequest(studio.fleet, tenant, path)).json()
    const bytes = await (await fetch(link)).arrayBuffer()
    expect(Buffer.from(bytes).equals(original)).toBe(true)
    await publish()
    const { body } = await store.read('archive', photo)
    expect(Buffer.from(await new Response(body).arrayBuffer()).equals(original)).toBe(true)
  })

  it('is not on the picture for the AI, whose pictures for platforms have it', async () => {
    const [bare, marked] = [await open(undefined), await open(bold)]
    const seen: unknown[] = []
    for (const { tenant } of [bare, marked]) {
      await (await adminPost(studio.fleet, tenant, `${path}/analyze`, {})).text()
      const { bytes, brightness } = studio.openai.calls.findLast(({ picture }) => picture)?.picture ?? {}
      seen.push({ bytes, brightness })
    }
    expect(seen[1]).toEqual(seen[0])
    await marked.publish()
    expect(await inkOf(marked.posts()[0]?.photo.bytes ?? new Uint8Array())).toBeGreaterThan(500)
  })

  it('changes nothing for a gallery that wants none', async () => {
    const { get, copy, publish, posts } = await open(undefined)
    expect(await inkOf(await (await get(`${path}/thumbnail`)).arrayBuffer())).toBe(0)
    const bytes = Buffer.from(await (await copy()).arrayBuffer())
    expect(bytes.equals(original)).toBe(true)
    await publish()
    expect(await inkOf(posts()[0]?.photo.bytes ?? new Uint8Array())).toBe(0)
  })

  it.each([{ image: 'missing.png' }, { text: '日本' }, ['© Alice']])(
    'lets nothing leave without it when it is %j',
    async (watermark) => {
      const { tenant, get, copy, posts } = await open(watermark)
      const refused = { code: 'watermark_unavailable', detail: expect.stringContaining('watermark') }
      expect(await (await get(`${path}/thumbnail`)).json()).toMatchObject(refused)
      expect(await (await copy()).json()).toMatchObject(refused)
      const published = await adminPost(studio.fleet, tenant, `${path}/publish`, { platforms: ['telegram'] })
      expect(await published.json()).toMatchObject(refused)
      expect(posts()).toEqual([])
    },
  )

  it('gives the thumbnail another entity tag when the watermark changes, and no lasting answer', async () => {
    const { tenant, get } = await open(bold)
    const { version } = await (await get(path)).json()
    const target = `${path}/thumbnail?v=${encodeURIComponent(version)}`
    const before = await get(target)
    expect(before.headers.get('cache-control')).toBe('public, max-age=3600')
    const answer = studio.fleet.orchestrator.tenants.get(`${tenant}.shibari.test`)
    Object.assign(answer?.config ?? {}, { content: { watermark: { ...bold, position: 'top' } } })
    await studio.fleet.invalidate(tenant)
    const after = await studio.fleet.get(tenant, target, {
      'if-none-match': before.headers.get('etag') ?? '',
    })
    expect(after.status).toBe(200)
    expect(after.headers.get('etag')).not.toBe(before.headers.get('etag'))
  })
})
