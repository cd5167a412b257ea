import { inspect } from 'node:util'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { malformed, onCall, refusedWith, serverError } from '../../../../dev/emulators/dropbox/faults.ts'
import { quickRetry, startDropbox } from '../../../support/fixtures/dropbox.ts'
import { rejection } from '../../../support/fixtures/rejections.ts'
import { photo } from '../../../support/fixtures/stored-photos.ts'

const portrait = () => picture(800, 1200)
const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'teal' } })
    .jpeg()
    .withExif({ IFD0: { Artist: 'canary' }, IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '51/1 30/1 0/1' } })
    .toBuffer()

describe('an original in Dropbox', () => {
  it('streams the first bytes while the last bytes are still missing', async () => {
    const dropbox = await startDropbox()
    const tail = Promise.withResolvers<void>()
    const bytes = new Uint8Array(20 * 1024 * 1024).fill(7)
    await dropbox.account.seed('/Photos/large.jpg', bytes)
    const fault = { kind: 'hold-tail', afterBytes: 100_000, until: tail.promise } as const
    dropbox.emulator.interfere(onCall('files/download', fault))
    const { entry, body } = await dropbox.store().read('root', photo('large.jpg'))
    const reader = body.getReader()
    const first = await reader.read()
    expect(first.value?.length).toBeGreaterThan(0)
    tail.resolve()
    let size = first.value?.length ?? 0
    for (let part = await reader.read(); !part.done; part = await reader.read()) size += part.value.length
    expect(size).toBe(bytes.length)
    expect(entry.size).toBe(bytes.length)
  })

  it('sets no time limit on the body of an original, only on the start of the answer', async () => {
    const dropbox = await startDropbox()
    const tail = Promise.withResolvers<void>()
    await dropbox.account.seed('/Photos/a.jpg', 'head and tail')
    dropbox.emulator.interfere(
      onCall('files/download', { kind: 'hold-tail', afterBytes: 4, until: tail.promise }),
    )
    const store = dropbox.store({ retry: { ...quickRetry, attemptTimeoutMs: 2500, deadlineMs: 2500 } })
    const { body } = await store.read('root', photo('a.jpg'))
    const text = new Response(body).text()
    // Meanwhile, another call begins and times out.
    dropbox.emulator.interfere(
      onCall('files/get_metadata', { kind: 'hold', until: new Promise(() => {}) }, { times: 9 }),
    )
    await rejection(store.stat('root', photo('a.jpg')))
    tail.resolve()
    expect(await text).toBe('head and tail')
  })

  it('opens originals by names in any script and any case', async () => {
    const dropbox = await startDropbox()
    const names = [
      'Żółć 写真 🎏.jpg',
      "it's (1) & 50% + #3.jpg",
      'a\u007fb.jpg'.replace('\u007f', ' '),
      'Ünïcode.JPG',
    ]
    for (const name of names) await dropbox.account.seed(`/Photos/${name}`, name)
    const store = dropbox.store()
    for (const name of names) {
      const { entry, body } = await store.read('root', photo(name))
      expect(await new Response(body).text()).toBe(name)
      expect(entry.name).toBe(name)
    }
    expect((await store.stat('root', photo("IT'S (1) & 50% + #3.JPG")))?.name).toBe(names[1])
  })

  it('returns the same file id and revision, for sidecars, from stat, list and read', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', 'a')
    const store = dropbox.store()
    const found = await store.stat('root', photo('a.jpg'))
    const ofDropbox = { fileId: expect.stringMatching(/^id:./), rev: expect.stringMatching(/^[0-9a-f]{9,}$/) }
    expect(found).toMatchObject({ ofDropbox })
    expect((await store.list('root')).photos).toEqual([found])
    const { entry, body } = await store.read('root', photo('a.jpg'))
    await body.cancel()
    expect(entry).toEqual(found)
  })

  it('reads an original despite a brief outage, and reports a missing original', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', 'a')
    await dropbox.account.seed('/Photos/folder.jpg/inner.jpg', 'a')
    const store = dropbox.store()
    dropbox.emulator.interfere(onCall('files/download', serverError(502)))
    dropbox.emulator.interfere(onCall('files/download', { kind: 'reset' }, { nth: 2 }))
    const { body } = await store.read('root', photo('a.jpg'))
    expect(await new Response(body).text()).toBe('a')
    for (const name of ['missing.jpg', 'folder.jpg']) {
      await expect(store.read('root', photo(name))).rejects.toMatchObject({ code: 'photo_not_found' })
      await expect(store.temporaryLink('root', photo(name))).rejects.toMatchObject({
        code: 'photo_not_found',
      })
      expect(await store.stat('root', photo(name))).toBeNull()
    }
  })

  it('reports an unavailable storage when the bytes come without metadata', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', 'a')
    dropbox.emulator.interfere(onCall('files/download', malformed(), { times: 9 }))
    await expect(dropbox.store().read('root', photo('a.jpg'))).rejects.toMatchObject({
      code: 'storage_unavailable',
    })
  })

  it('does not follow a redirect with the token', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', 'a')
    const headers = { location: `${dropbox.url}/elsewhere` }
    const redirect = { kind: 'answer', status: 307, body: '', headers } as const
    dropbox.emulator.interfere(onCall('files/download', redirect, { times: 9 }))
    await expect(dropbox.store().read('root', photo('a.jpg'))).rejects.toMatchObject({
      code: 'storage_unavailable',
    })
    expect(dropbox.count('elsewhere')).toBe(0)
  })
})

describe('an error of the Dropbox store', () => {
  it.each([400, 403, 409, 429, 500])(
    'keeps secrets out of an error, even when an answer of %d quotes the header',
    async (status) => {
      const dropbox = await startDropbox()
      let token = ''
      const spy: typeof fetch = async (input, init) => {
        const response = await fetch(input, init)
        if (!String(input).endsWith('/oauth2/token')) return response
        token = (await response.clone().json()).access_token
        return response
      }
      const store = dropbox.store({ fetch: spy })
      await store.list('root')
      const body = `Invalid header "Authorization": "Bearer ${token}"`
      dropbox.emulator.interfere((call) =>
        call.route === 'files/list_folder' ? { kind: 'answer', status, body } : undefined,
      )
      const error = await rejection(store.list('root'))
      expect(error).toMatchObject({ code: 'storage_unavailable' })
      expect(token).not.toBe('')
      const printed = inspect(error, { depth: null, showHidden: true })
      expect(printed).not.toContain(token)
      expect(printed).not.toContain('canary')
      expect(String((error as Error).message)).not.toContain('Authorization')
    },
  )

  it('keeps secrets out of an error when the connection breaks, but keeps the cause for the log', async () => {
    const dropbox = await startDropbox()
    dropbox.emulator.interfere(() => ({ kind: 'reset' }))
    const error = await rejection(dropbox.store().list('root'))
    const printed = inspect(error, { depth: null, showHidden: true })
    expect(printed).not.toContain('canary')
    expect(printed).toMatch(/other side closed|ECONNRESET/)
  })
})

describe('a temporary link', () => {
  it('opens the original without a token for four hours and returns the expiry', async () => {
    let time = Date.parse('2026-01-01T00:00:00Z')
    const now = () => time
    const dropbox = await startDropbox({ now })
    await dropbox.account.seed('/Photos/a.jpg', 'a')
    const { url, expiresAt } = await dropbox.store({ now }).temporaryLink('root', photo('a.jpg'))
    expect(expiresAt).toEqual(new Date('2026-01-01T04:00:00Z'))
    const response = await fetch(url)
    expect(await response.text()).toBe('a')
    expect(response.headers.get('content-type')).toBe('image/jpeg')
    time += 4 * 60 * 60_000
    expect((await fetch(url)).status).toBe(410)
  })

  it('reports an unavailable storage when Dropbox answers without a usable link', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', 'a')
    const fault = malformed('{"link":"javascript:alert(1)"}')
    dropbox.emulator.interfere(onCall('files/get_temporary_link', fault, { times: 9 }))
    await expect(dropbox.store().temporaryLink('root', photo('a.jpg'))).rejects.toMatchObject({
      code: 'storage_unavailable',
    })
  })
})

describe('a thumbnail made by Dropbox', () => {
  it.each([
    { name: 'landscape', width: 1200, height: 800, expected: { width: 960, height: 640 } },
    { name: 'portrait', width: 800, height: 1200, expected: { width: 640, height: 960 } },
    { name: 'small', width: 100, height: 50, expected: { width: 100, height: 50 } },
  ])(
    'fits a thumbnail into the box, turned if needed, for a $name photo',
    async ({ width, height, expected }) => {
      const dropbox = await startDropbox()
      await dropbox.account.seed('/Photos/a.jpg', await picture(width, height))
      const box = { width: 960, height: 640 }
      const thumbnail = await dropbox.store().thumbnail?.('root', photo('a.jpg'), box, 'image/jpeg')
      expect(thumbnail?.mediaType).toBe('image/jpeg')
      expect(await sharp(thumbnail?.bytes).metadata()).toMatchObject({ format: 'jpeg', ...expected })
    },
  )

  it.each([
    [{ width: 256, height: 256 }, 256],
    [{ width: 300, height: 300 }, 480],
    [{ width: 1000, height: 640 }, 1024],
    [{ width: 2048, height: 1536 }, 2048],
  ])('requests the best available thumbnail size for the box %j', async (box, longer) => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', await picture(3000, 2000))
    const thumbnail = await dropbox.store().thumbnail?.('root', photo('a.jpg'), box, 'image/webp')
    expect(await sharp(thumbnail?.bytes).metadata()).toMatchObject({ format: 'webp', width: longer })
  })

  it('returns null without a call for a box larger than every size of Dropbox', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', await picture(3000, 2000))
    const before = dropbox.emulator.calls.length
    const box = { width: 4096, height: 4096 }
    expect(await dropbox.store().thumbnail?.('root', photo('a.jpg'), box, 'image/jpeg')).toBeNull()
    expect(dropbox.emulator.calls.length).toBe(before)
  })

  it('returns null when Dropbox cannot make the thumbnail', async () => {
    const dropbox = await startDropbox()
    const large = new Uint8Array(20 * 1024 * 1024 + 1)
    large.set(await portrait())
    await dropbox.account.seed('/Photos/large.jpg', large)
    await dropbox.account.seed('/Photos/lying.jpg', 'not a picture')
    const store = dropbox.store()
    const box = { width: 256, height: 256 }
    expect(await store.thumbnail?.('root', photo('large.jpg'), box, 'image/jpeg')).toBeNull()
    expect(await store.thumbnail?.('root', photo('lying.jpg'), box, 'image/jpeg')).toBeNull()
    for (const tag of ['encrypted_content', 'unsupported_extension', 'something_new'] as const) {
      dropbox.emulator.interfere(onCall('files/get_thumbnail_v2', refusedWith(tag)))
      expect(await store.thumbnail?.('root', photo('lying.jpg'), box, 'image/jpeg')).toBeNull()
    }
  })

  it('returns null when Dropbox left EXIF or GPS in the thumbnail', async () => {
    const dropbox = await startDropbox({ keepThumbnailMetadata: true })
    await dropbox.account.seed('/Photos/a.jpg', await portrait())
    const store = dropbox.store()
    const box = { width: 256, height: 256 }
    expect(await store.thumbnail?.('root', photo('a.jpg'), box, 'image/jpeg')).toBeNull()
    expect(await store.thumbnail?.('root', photo('a.jpg'), box, 'image/webp')).toBeNull()
  })

  it('reports a missing photo, and an unavailable storage for HTML instead of a picture', async () => {
    const dropbox = await startDropbox()
    await dropbox.account.seed('/Photos/a.jpg', await portrait())
    const store = dropbox.store()
    const box = { width: 256, height: 256 }
    const missing = store.thumbnail?.('root', photo('missing.jpg'), box, 'image/jpeg') ?? Promise.resolve()
    expect(await rejection(missing)).toMatchObject({ code: 'photo_not_found' })
    dropbox.emulator.interfere(onCall('files/get_thumbnail_v2', malformed(), { times: 9 }))
    const spoiled = store.thumbnail?.('root', photo('a.jpg'), box, 'image/jpeg') ?? Promise.resolve()
    expect(await rejection(spoiled)).toMatchObject({ code: 'storage_unavailable' })
  })
})
