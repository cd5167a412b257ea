/** Alt texts in XMP files beside photos, through the product. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readXmp } from '../../src/base/metadata/xmp.ts'
import { parsePhotoName, type XmpForm } from '../../src/ports/photo.ts'
import type { PhotoStore } from '../../src/ports/storage.ts'
import { adminPost, adminRequest } from '../support/fixtures/admin.ts'
import { describeOnBothHosts } from '../support/fixtures/hosts.ts'
import { upload } from '../support/fixtures/photographers.ts'
import { telling, xmpBytes } from '../support/fixtures/photographers-words.ts'
import { type Studio, startStudio } from '../support/fixtures/studio.ts'

const photo = parsePhotoName('dusk.jpg')
const path = `/api/images/${photo}`
const extended = { captionfile: { extended_metadata_enabled: true } }

describeOnBothHosts('an alt text in an XMP file', (kind) => {
  let studio: Studio
  beforeAll(async () => {
    studio = await startStudio(kind)
  })
  afterAll(() => studio[Symbol.asyncDispose]())

  let tenants = 0
  async function open(config: Record<string, unknown> = {}) {
    const tenant = `xmp-${kind.name}-${++tenants}`
    const store = studio.tenant(tenant, { ...extended, content: { write_xmp: true }, ...config })
    await upload(store, photo, await telling(null))
    const analyze = async (query = '') => {
      const answer = await adminPost(studio.fleet, tenant, `${path}/analyze${query}`)
      expect(answer.status).toBe(200)
      return answer.json()
    }
    const edit = (body: unknown) =>
      adminRequest(studio.fleet, tenant, path, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
    return { tenant, store, analyze, edit }
  }

  it('writes the alt text into a new file after an analysis, and follows a person', async () => {
    const { store, analyze, edit } = await open()
    const { alt_text: altText } = await analyze()
    expect(altText).toMatch(/./)
    expect(await altTextIn(store, 'stem')).toBe(altText)
    expect(await store.readXmp('root', photo, 'full')).toBeNull()
    expect((await edit({ alt_text: 'Seen by a person.' })).status).toBe(200)
    expect(await altTextIn(store, 'stem')).toBe('Seen by a person.')
    await analyze('?force_refresh=true')
    expect(await altTextIn(store, 'stem')).toBe('Seen by a person.')
  })

  it('follows a person and the AI where the sidecar keeps no other details', async () => {
    const { store, analyze, edit } = await open({ captionfile: {} })
    const { alt_text: altText } = await analyze()
    const before = studio.openai.calls.length
    await analyze('?force_refresh=true')
    const prompts = studio.openai.calls.slice(before).map(({ prompt }) => prompt)
    expect(prompts.filter((prompt) => prompt.includes(altText))).toEqual([])
    expect((await edit({ alt_text: 'Seen by a person.' })).status).toBe(200)
    expect(await altTextIn(store, 'stem')).toBe('Seen by a person.')
  })

  it('inserts the alt text into an existing file without another change', async () => {
    const { store, analyze } = await open()
    const before = xmpBytes({ title: 'Dusk', keywords: ['rope'], rating: 4 })
    await store.writeXmp('root', photo, 'full', before, null)
    const { alt_text: altText } = await analyze()
    expect(await store.readXmp('root', photo, 'stem')).toBeNull()
    const after = await bytesIn(store, 'full')
    expect(readXmp(after)).toMatchObject({ altText, title: 'Dusk', rating: 4 })
    const same = Math.max(
      0,
      after.findIndex((byte, index) => byte !== before[index]),
    )
    const rest = before.length - same
    expect(Buffer.from(after.subarray(0, same)).equals(before.subarray(0, same))).toBe(true)
    expect(Buffer.from(after.subarray(after.length - rest)).equals(before.subarray(same))).toBe(true)
  })

  it.each([
    ['in the XMP file', true],
    ['inside the photo', false],
  ])('keeps the alt text of the photographer %s', async (_, isBeside) => {
    const { store, analyze, edit } = await open()
    const said = { altText: 'By the photographer.' }
    if (isBeside) await store.writeXmp('root', photo, 'stem', xmpBytes(said), null)
    else {
      await store.delete('root', photo)
      await upload(store, photo, await telling(said))
    }
    await analyze()
    await edit({ alt_text: 'Seen by a person.' })
    const file = await store.readXmp('root', photo, 'stem')
    if (isBeside) expect(await bytesIn(store, 'stem')).toEqual(xmpBytes(said))
    else expect(file).toBeNull()
  })

  it('writes into a file of the full name if another photo has the stem', async () => {
    const { store, analyze } = await open()
    await upload(store, 'dusk.png', await telling(null, { format: 'png' }))
    await store.writeXmp('root', photo, 'stem', xmpBytes({ title: 'Whose?' }), null)
    const { alt_text: altText } = await analyze()
    expect(await bytesIn(store, 'stem')).toEqual(xmpBytes({ title: 'Whose?' }))
    expect(await altTextIn(store, 'full')).toBe(altText)
  })

  it.each([
    ['the tenant did not ask for it', { content: {} }],
    [
      'alt texts are off',
      {
        features: { analyze_caption_enabled: true, alt_text_enabled: false },
        content: { write_xmp: true },
      },
    ],
  ])('writes no file when %s', async (_, config) => {
    const { store, analyze } = await open(config)
    await analyze()
    expect((await store.list('root')).xmp?.get(photo)).toBeUndefined()
  })

  it('leaves a file that cannot be edited safely, and finishes the analysis', async () => {
    const { store, analyze } = await open()
    const damaged = new TextEncoder().encode('<!DOCTYPE x><x:xmpmeta>')
    await store.writeXmp('root', photo, 'stem', damaged, null)
    expect((await analyze()).alt_text).toMatch(/./)
    expect(await bytesIn(store, 'stem')).toEqual(damaged)
  })

  it('archives the XMP files together with a published photo', async () => {
    const { tenant, store, analyze } = await open()
    await store.writeXmp('root', photo, 'full', xmpBytes({ title: 'Full' }), null)
    await store.writeXmp('root', photo, 'stem', xmpBytes({ title: 'Stem' }), null)
    const { alt_text: altText } = await analyze()
    await adminPost(studio.fleet, tenant, `${path}/publish`, { platforms: ['telegram'] })
    expect((await store.list('root')).strayXmp).toEqual(new Set())
    const archived = await store.readXmp('archive', photo, 'stem')
    expect(archived && archived !== 'too_large' && readXmp(archived.bytes)).toMatchObject({
      altText,
      title: 'Stem',
    })
    expect(await store.readXmp('archive', photo, 'full')).not.toBeNull()
  })
})

async function bytesIn(store: PhotoStore, form: XmpForm): Promise<Uint8Array> {
  const file = await store.readXmp('root', photo, form)
  if (!file || file === 'too_large') throw new Error('There is no such XMP file.')
  return new Uint8Array(file.bytes)
}

async function altTextIn(store: PhotoStore, form: XmpForm): Promise<string | null | undefined> {
  return readXmp(await bytesIn(store, form))?.altText
}
