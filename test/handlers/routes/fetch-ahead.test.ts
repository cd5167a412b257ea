/** Preload links of the page's document, which must not reveal photos of private galleries. */
import { describe, expect, it } from 'vitest'
import { createApp } from '../../../src/handlers/routes.ts'
import { parsePhotoName } from '../../../src/ports/photo.ts'
import { photoVersion } from '../../../src/workflow/photo-version.ts'
import { testProcess } from '../../support/fixtures/test-process.ts'

const open = { features: { auto_view_enabled: true } }

interface Circumstances {
  config?: Record<string, unknown>
  headers?: Record<string, string>
  /** True when the listing with the photo of the path is in memory. */
  isListed?: boolean
}

async function linkOf(path: string, { config = open, headers = {}, isListed = true }: Circumstances = {}) {
  const { services, exchange } = testProcess(config)
  const state = await exchange()
  const photo = { name: parsePhotoName('listed.jpg'), size: 1, modifiedAt: new Date(0), contentHash: 'hash' }
  const listing = {
    listing: { photos: [photo], withSidecar: new Set<never>() },
    listedAt: 0,
    find: () => photo,
  }
  const runtime = state.runtime && { ...state.runtime, peekListing: () => (isListed ? listing : undefined) }
  const request = new Request(`https://alice.shibari.test${path}`, { headers })
  const response = await createApp(services).fetch(request, { ...state, ...(runtime && { runtime }) })
  expect([response.status, await response.text()]).toEqual([200, 'page'])
  return response.headers.get('link')
}

const version = photoVersion({ contentHash: 'hash' })
const answer = (path: string) => `<${path}>; rel=preload; as=fetch; crossorigin`

describe('the document', () => {
  it.each([
    ['/', '/api/images/random'],
    ['/?utm_source=mail', '/api/images/random'],
    ['/?photo=', '/api/images/random'],
    ['/?folder=keep&photo=a.jpg', '/api/images/a.jpg?folder=keep'],
    ['/?view=grid&folder=archive&photo=a.jpg', '/api/images/a.jpg?folder=archive'],
  ])('preloads the first API answer of %s', async (path, expected) => {
    expect(await linkOf(path)).toBe(answer(expected))
  })

  it('preloads the answer and the picture of a public photo', async () => {
    for (const path of [
      '/?photo=a%20b.jpg',
      '/?view=grid&photo=a+b.jpg',
      '/?photo=a+b.jpg&folder=nonsense',
    ]) {
      const link = await linkOf(path)
      expect(link?.split(', <')).toHaveLength(3)
      expect(link).toContain(answer('/api/images/a%20b.jpg'))
      const address = (size: string) => `/api/images/a%20b.jpg/thumbnail?size=${size}&v=${version}`
      expect(link).toContain(`<${address('w960h640')}>; rel=preload; as=image; `)
      expect(link).toContain(`${address('w2048h1536')} 2048w"`)
      expect(link).toContain('; media="(width >= 60rem)"')
      expect(link).toContain('; media="not all and (width >= 60rem)"')
    }
  })

  it('preloads no picture whose version is not in memory, because the page asks for another address', async () => {
    expect(await linkOf('/?photo=a.jpg', { isListed: false })).toBe(answer('/api/images/a.jpg'))
  })

  it('preloads no large picture with Save-Data', async () => {
    const link = await linkOf('/?photo=a.jpg', { headers: { 'save-data': 'on' } })
    expect(link).toContain(`w640h480&v=${version} 640w"`)
    expect(link).not.toMatch(/w960h640|w1024h768|w2048h1536|media/)
  })

  it('preloads no picture of a private gallery, and does not tell if a photo exists', async () => {
    const config = { features: { auto_view_enabled: false } }
    expect(await linkOf('/', { config })).toBe(answer('/api/images/random'))
    for (const name of ['a.jpg', 'never-was.jpg'])
      expect(await linkOf(`/?photo=${name}`, { config })).toBe(answer(`/api/images/${name}`))
  })

  it.each([
    '/?view=grid',
    '/?view=grid&q=x&sort=newest',
    '/?photo=..%2F..%2Fetc%2Fpasswd',
    '/?photo=a.jpg%0d%0aSet-Cookie:%20x=y',
    '/?photo=%00.jpg',
    '/?photo=a.exe',
    `/?photo=${'a'.repeat(300)}.jpg`,
    '/?photo=%ff%fe.txt',
  ])('preloads nothing for %s', async (path) => {
    expect(await linkOf(path)).toBeNull()
  })

  it.each(['a>; rel=x, <b.jpg', 'a"; as=script; x=".jpg', "a, b'c.jpg", '<script>.jpg', 'ü 50%.jpg'])(
    'lets the photo name %j inject nothing into its headers',
    async (name) => {
      const link = await linkOf(`/?photo=${encodeURIComponent(name)}`)
      expect(link).toContain(answer(`/api/images/${encodeURIComponent(name)}`))
      expect(link?.match(/rel=/g)).toHaveLength(3)
      expect(link).not.toMatch(/as=script|rel=x|<script/)
    },
  )
})
