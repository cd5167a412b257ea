import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { onRoute, rateLimited, refusedWith } from '../../../../dev/emulators/gdrive/faults.ts'
import { toHex } from '../../../../src/base/hex.ts'
import { parsePhotoName as photo } from '../../../../src/ports/photo.ts'
import type { RequestClass } from '../../../../src/ports/storage-requests.ts'
import { quickRetry, startDrive } from '../../../support/fixtures/gdrive.ts'

const name = photo('a.jpg')
const box = { width: 256, height: 256 }

async function driveWithPhoto() {
  const drive = await startDrive()
  const bytes = await sharp({ create: { width: 800, height: 400, channels: 3, background: 'teal' } })
    .jpeg()
    .toBuffer()
  drive.account.seed('Photos/a.jpg', bytes)
  return { ...drive, bytes }
}

describe('photos in a Google Drive', () => {
  it("tells Google's SHA-256, so that no download is needed", async () => {
    const { store, bytes } = await driveWithPhoto()
    const sha256 = toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(bytes))))
    expect((await store().list('root')).photos).toMatchObject([{ sha256, contentHash: sha256 }])
  })

  it('takes the MD5 as hash of an old photo without SHA-256', async () => {
    const { store, account } = await startDrive()
    account.put(account.folder('Photos'), 'old.jpg', 'old', { hasOnlyMd5: true })
    const [entry] = (await store().list('root')).photos
    expect(entry?.sha256).toBeUndefined()
    expect(entry?.contentHash).toMatch(/^[0-9a-f]{32}$/)
  })

  it('takes thumbnails from Google, and none where Google has none', async () => {
    const { store, emulator } = await driveWithPhoto()
    const thumbnail = async (...asked: [box?: typeof box, type?: 'image/webp']) =>
      store().thumbnail?.('root', name, asked[0] ?? box, asked[1] ?? 'image/jpeg')
    const made = await thumbnail()
    expect(made?.mediaType).toBe('image/jpeg')
    expect(await sharp(made?.bytes).metadata()).toMatchObject({ width: 256, height: 128 })
    expect(await thumbnail(box, 'image/webp')).toBeNull()
    expect(await thumbnail({ width: 2048, height: 1536 })).toBeNull()
    emulator.settings.hasThumbnails = false
    expect(await thumbnail()).toBeNull()
    await expect(store().thumbnail?.('root', photo('b.jpg'), box, 'image/jpeg')).rejects.toMatchObject({
      code: 'photo_not_found',
    })
  })

  it('sends the access token to no other server for a thumbnail', async () => {
    const { store } = await driveWithPhoto()
    const asked: string[] = []
    const lying: typeof fetch = async (input, init) => {
      asked.push(String(input))
      const response = await fetch(input, init)
      if (!String(input).includes('fields=thumbnailLink')) return response
      return Response.json({ thumbnailLink: 'https://evil.example/t=s220' })
    }
    expect(await store({ fetch: lying }).thumbnail?.('root', name, box, 'image/jpeg')).toBeNull()
    expect(asked.filter((url) => url.includes('evil'))).toEqual([])
  })
})

describe('refusals of Google Drive', () => {
  it('says clearly that Google refuses to hand out a file', async () => {
    const { store, account } = await startDrive()
    account.put(account.folder('Photos'), 'a.jpg', 'x', { isAbusive: true })
    await expect(store().read('root', name)).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('malware'),
    })
  })

  it('waits where Google limits requests with 403, and gives up in the end', async () => {
    const { store, emulator } = await driveWithPhoto()
    emulator.interfere(onRoute('files.list', rateLimited()))
    expect((await store().list('root')).photos).toHaveLength(1)
    emulator.interfere(onRoute('files.list', rateLimited('rateLimitExceeded'), { times: 99 }))
    await expect(store().list('root')).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('limiting requests'),
      isOutage: false,
    })
  })

  it('does not repeat a call after a refusal that no repetition changes', async () => {
    const { store, emulator, count } = await driveWithPhoto()
    emulator.interfere(
      onRoute(
        'files.list',
        refusedWith(403, 'domainPolicy', 'The domain administrators have disabled Drive apps.'),
      ),
    )
    await expect(store().list('root')).rejects.toMatchObject({
      message: expect.stringContaining('administrators'),
    })
    expect(count('files.list')).toBe(1)
  })

  it('puts a photo into the bin where the account may not delete it', async () => {
    const { store, account, emulator } = await driveWithPhoto()
    const refusal = refusedWith(
      403,
      'insufficientFilePermissions',
      'The user does not have sufficient permissions.',
    )
    emulator.interfere(onRoute('files.delete', refusal))
    expect(await store().delete('root', name)).toEqual({ deleted: true, sidecarDeleted: false })
    expect(account.paths()).toEqual([])
  })

  it('moves a photo although Google says that it is there already', async () => {
    const { store, account, emulator } = await driveWithPhoto()
    account.folder('Photos/keep')
    emulator.settings.refusesRepeatedMoves = true
    emulator.interfere(onRoute('files.update', { kind: 'answer-lost' }))
    expect(await store().move(name, 'root', 'keep')).toBe('a.jpg')
    expect(account.paths()).toEqual(['/Photos/keep/a.jpg'])
  })
})

describe('calls to Google Drive', () => {
  it('counts each request in its class', async () => {
    const { store } = await driveWithPhoto()
    const counted: RequestClass[] = []
    const ofStore = store({ onRequest: (requestClass) => counted.push(requestClass) })
    await ofStore.list('root')
    // The token, the folder and the page.
    expect(counted).toEqual(['B', 'A', 'A'])
    counted.length = 0
    await ofStore.delete('root', name)
    expect(counted.filter((requestClass) => requestClass === 'free')).toHaveLength(1)
  })

  it('reports an outage while Google does not answer', async () => {
    const { store } = await driveWithPhoto()
    const silent = store({
      fetch: async () => {
        throw new TypeError('fetch failed')
      },
      retry: { ...quickRetry, attempts: 2 },
    })
    await expect(silent.list('root')).rejects.toMatchObject({ code: 'storage_unavailable', isOutage: true })
  })
})
