import sharp from 'sharp'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parsePhotoName } from '../../src/ports/photo.ts'
import { baseDomain, startFleet } from '../support/fixtures/fleet.ts'
import { describeOnBothHosts, patience } from '../support/fixtures/hosts.ts'
import { picture, type Storages, startStorages, upload } from '../support/fixtures/photographers.ts'

describeOnBothHosts('previews', (kind) => {
  let storages: Storages
  beforeAll(async () => {
    storages = await startStorages()
  })
  afterAll(() => storages[Symbol.asyncDispose]())

  const accept = { accept: 'image/webp' }

  it('keeps a thumbnail in the storage, from which the next process answers', async () => {
    const tenant = `kept-${kind.name}`
    const path = '/api/images/a.jpg/thumbnail?size=w480h320'
    await using first = await startFleet(kind)
    const store = storages.onS3(first, tenant)
    await upload(store, 'a.jpg', await picture(42))
    expect((await first.get(tenant, path, accept)).status).toBe(200)
    const folder = (await store.stat('root', parsePhotoName('a.jpg')))?.contentHash ?? ''
    await expect.poll(() => store.readPreview(folder, 'w480h320.webp'), patience).not.toBeNull()
    const index = async () => {
      const bytes = await store.readPreview('index', 'photos.json')
      return new TextDecoder().decode(bytes ?? undefined)
    }
    await expect.poll(index, patience).toContain('w480h320.webp')
    // Another picture, so that its bytes show where the answer comes from.
    const other = new Uint8Array(
      await sharp(await picture(45))
        .webp()
        .toBuffer(),
    )
    await store.writePreview(folder, 'w480h320.webp', other)
    await using second = await startFleet(kind)
    storages.onS3(second, tenant)
    const kept = await second.get(tenant, path, accept)
    expect(Buffer.from(await kept.arrayBuffer())).toEqual(Buffer.from(other))
  })

  it('sends AVIF to browsers that take it, keeps it, and lets go of a removed photo', async () => {
    const tenant = `avif-${kind.name}`
    const browser = { accept: 'image/avif,image/webp,*/*;q=0.8' }
    await using first = await startFleet(kind)
    const store = storages.onS3(first, tenant)
    await upload(store, 'a.jpg', await picture(44))
    const { versions } = await (await first.get(tenant, '/api/images/list')).json()
    const path = `/api/images/a.jpg/thumbnail?size=w480h320&v=${versions[0]}`
    const made = await first.get(tenant, path, browser)
    expect(made.headers.get('content-type')).toBe('image/avif')
    const folder = (await store.stat('root', parsePhotoName('a.jpg')))?.contentHash ?? ''
    await expect.poll(() => store.readPreview(folder, 'w480h320.avif'), patience).not.toBeNull()
    const { hasCached } = first.host
    const etag = encodeURIComponent(made.headers.get('etag') ?? '')
    const key = `https://${tenant}.${baseDomain}/pictures/a.jpg/${etag}`
    if (hasCached) await expect.poll(() => hasCached(key), patience).toBe(true)
    await using second = await startFleet(kind)
    storages.onS3(second, tenant)
    const kept = await second.get(tenant, path, browser)
    expect(Buffer.from(await kept.arrayBuffer())).toEqual(Buffer.from(await made.arrayBuffer()))
    await store.delete('root', parsePhotoName('a.jpg'))
    await using third = await startFleet(kind)
    storages.onS3(third, tenant)
    expect((await third.get(tenant, path, browser)).status).toBe(404)
  })

  it('lets browsers keep the present version for a year, and shared caches for an hour', async () => {
    const tenant = `lasting-${kind.name}`
    await using fleet = await startFleet(kind)
    await upload(storages.onS3(fleet, tenant), 'a.jpg', await picture(43))
    const { versions } = await (await fleet.get(tenant, '/api/images/list')).json()
    const cacheControl = async (v: string) =>
      (await fleet.get(tenant, `/api/images/a.jpg/thumbnail?v=${v}`, accept)).headers.get('cache-control')
    expect(await cacheControl(versions[0])).toBe('public, max-age=31536000, s-maxage=3600, immutable')
    expect(await cacheControl('outdated')).toBe('public, max-age=3600')
  })
})
