import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { openCountedGallery } from '../support/fixtures/counted-gallery.ts'
import { storageKinds } from '../support/fixtures/counted-storages.ts'

describe.each(storageKinds)('a photo that another program replaced on %s', (kind) => {
  it('shows the new picture at once, and gives no lasting answer at the address of the old photo', async () => {
    await using gallery = await openCountedGallery(kind, 2)
    await using process = await gallery.start()
    const { filenames, versions } = await (await process.look('visitor', '/api/images/list')).json()
    const portrait = sharp({ create: { width: 600, height: 900, channels: 3, background: '#06c' } })
    await gallery.storage.put('counted', filenames[0], new Uint8Array(await portrait.jpeg().toBuffer()))
    const address = `/api/images/${filenames[0]}/thumbnail?size=w256h256`
    const old = await process.look('visitor', `${address}&v=${versions[0]}`)
    expect(old.headers.get('cache-control')).toBe('public, max-age=3600')
    expect(await sharp(await old.arrayBuffer()).metadata()).toMatchObject({ width: 171, height: 256 })
    const { versions: present } = await (await process.look('visitor', '/api/images/list')).json()
    expect(present[0]).not.toBe(versions[0])
    const fresh = await process.look('visitor', `${address}&v=${present[0]}`)
    expect(fresh.headers.get('cache-control')).toContain('immutable')
    expect(fresh.headers.get('etag')).toBe(old.headers.get('etag'))
  })
})
