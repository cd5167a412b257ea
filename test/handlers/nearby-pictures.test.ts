import { describe, expect, it } from 'vitest'
import type { CachedPicture, PictureCache } from '../../src/ports/picture-cache.ts'
import { createSharpReducer } from '../../src/providers/images/sharp.ts'
import { startScriptedS3 } from '../support/fakes/scripted-s3.ts'
import { startDyno } from '../support/fixtures/dynos.ts'
import { plain, shapeOf } from '../support/fixtures/pictures.ts'
import { photo, streamOf } from '../support/fixtures/stored-photos.ts'

const images = createSharpReducer()
const bytes = await plain(900, 600).jpeg().toBuffer()

async function gallery(features: Record<string, unknown> = {}) {
  const s3 = await startScriptedS3()
  await s3.store().upload('root', photo('a.jpg'), streamOf(bytes), bytes.length)
  await s3.store().upload('archive', photo('old.jpg'), streamOf(bytes), bytes.length)
  const held = new Map<string, CachedPicture>()
  const cache: PictureCache = {
    match: async (key) => held.get(JSON.stringify(key)) ?? null,
    put: async (key, picture) => void held.set(JSON.stringify(key), picture),
  }
  const start = (pictureCache: PictureCache = cache) => {
    const dyno = startDyno(s3.store(), { config: { features: { auto_view_enabled: true, ...features } } })
    Object.assign(dyno.services, { images, pictureCache })
    return dyno
  }
  const calls = () => s3.calls.length
  return { s3, held, start, calls }
}

const pathOf = (version: string, more = '') => `/api/images/a.jpg/thumbnail?size=w256h256&v=${version}${more}`
const headers = { accept: 'image/avif,image/webp,*/*;q=0.8' }

describe('the cache near visitors', () => {
  it('answers another process without a call to the storage', async () => {
    const { start, held, calls } = await gallery()
    const first = start()
    const { versions } = await first.browser().get('/api/images/list')
    const made = await first.browser().send(pathOf(versions[0]), { headers })
    await first.settled()
    expect(held.size).toBe(1)
    const second = start()
    await second.browser().get('/api/images/list')
    await second.settled()
    const before = calls()
    const kept = await second.browser().send(pathOf(versions[0]), { headers })
    expect(calls()).toBe(before)
    expect(kept.headers.get('etag')).toBe(made.headers.get('etag'))
    expect(kept.headers.get('content-type')).toBe('image/avif')
    expect(await kept.arrayBuffer()).toEqual(await made.arrayBuffer())
  })

  it('serves no photo that was removed or replaced', async () => {
    const { start, s3, held } = await gallery()
    const first = start()
    const { versions } = await first.browser().get('/api/images/list')
    await first.browser().send(pathOf(versions[0]), { headers })
    await first.settled()
    const other = await plain(300, 300).jpeg().toBuffer()
    await s3.store().delete('root', photo('a.jpg'))
    expect((await start().browser().send(pathOf(versions[0]), { headers })).status).toBe(404)
    await s3.store().upload('root', photo('a.jpg'), streamOf(other), other.length)
    const answer = await start().browser().send(pathOf(versions[0]), { headers })
    expect(await shapeOf(new Uint8Array(await answer.arrayBuffer()))).toEqual(['image/avif', 256, 256])
    expect(held.size).toBe(1)
  })

  it('keeps nothing without the present version, of a private gallery or of another folder', async () => {
    const open = await gallery()
    const dyno = open.start()
    const admin = dyno.browser({ isAdmin: true })
    const { versions } = await admin.get('/api/images/list')
    for (const path of [pathOf('outdated'), '/api/images/a.jpg/thumbnail']) await admin.send(path)
    const archived = await admin.send(`/api/images/old.jpg/thumbnail?folder=archive&v=${versions[0]}`)
    expect(archived.status).toBe(200)
    const closed = await gallery({ auto_view_enabled: false })
    const hidden = closed.start()
    const owner = hidden.browser({ isAdmin: true })
    const list = await owner.get('/api/images/list')
    expect((await owner.send(pathOf(list.versions[0]))).status).toBe(200)
    await Promise.all([dyno.settled(), hidden.settled()])
    expect([open.held.size, closed.held.size]).toEqual([0, 0])
  })

  it('answers while the cache fails', async () => {
    const { start } = await gallery()
    const fail = () => Promise.reject(new Error('The cache is away.'))
    const dyno = start({ match: fail, put: fail })
    const { versions } = await dyno.browser().get('/api/images/list')
    expect((await dyno.browser().send(pathOf(versions[0]), { headers })).status).toBe(200)
    await dyno.settled()
  })
})
