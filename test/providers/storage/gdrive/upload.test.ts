import { describe, expect, it } from 'vitest'
import {
  backendError,
  type DriveFault,
  type DriveRoute,
  onRoute,
  rateLimited,
  tooManyRequests,
} from '../../../../dev/emulators/gdrive/faults.ts'
import { toHex } from '../../../../src/base/hex.ts'
import { parsePhotoName as photo } from '../../../../src/ports/photo.ts'
import { startDrive } from '../../../support/fixtures/gdrive.ts'

const mebibyte = 2 ** 20
const name = photo('a.jpg')

/** Bytes of which no two pieces are equal. */
function bytesOf(size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size)
  for (let at = 0; at + 4 <= size; at += 65_536) new DataView(bytes.buffer).setUint32(at, at + size)
  return bytes
}

const sha256 = async (bytes: Uint8Array<ArrayBuffer>) =>
  toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)))

type Started = Awaited<ReturnType<typeof startDrive>>

async function expectUploaded(drive: Started, size: number): Promise<void> {
  const bytes = bytesOf(size)
  const entry = await drive.store().upload('root', name, new Blob([bytes]).stream(), size)
  expect(entry).toMatchObject({ name, size, sha256: await sha256(bytes) })
  expect(drive.account.paths()).toEqual(['/Photos/a.jpg'])
}

describe('an upload to Google Drive', () => {
  it.each([0, 1, 5 * mebibyte])('sends %d bytes in one request', async (size) => {
    const drive = await startDrive()
    await expectUploaded(drive, size)
    expect(drive.count('upload.multipart')).toBe(1)
    expect(drive.count('upload.start')).toBe(0)
  })

  it.each([
    [5 * mebibyte + 1, 1],
    [8 * mebibyte, 1],
    [8 * mebibyte + 1, 2],
    [20 * mebibyte, 3],
  ])('sends %d bytes in %d pieces', async (size, pieces) => {
    const drive = await startDrive()
    await expectUploaded(drive, size)
    expect(drive.count('upload.chunk')).toBe(pieces)
  })
})

describe('an upload with faults', () => {
  const faults: [string, DriveFault][] = [
    ['is lost', { kind: 'answer-lost' }],
    ['breaks', { kind: 'reset' }],
    ['answers 503', backendError()],
    ['answers 500', backendError(500)],
    ['answers 403 for too many requests', rateLimited()],
    ['answers 429', tooManyRequests()],
  ]
  const routes: [DriveRoute, number, number][] = [
    ['files.generateIds', 1, 10],
    ['upload.multipart', 1, 10],
    ['upload.start', 1, 9 * mebibyte],
    ['upload.chunk', 1, 20 * mebibyte],
    ['upload.chunk', 2, 20 * mebibyte],
    ['upload.chunk', 3, 20 * mebibyte],
  ]
  const cases = routes.flatMap(([route, nth, size]) =>
    faults.map(([what, fault]) => ({ route, nth, size, what, fault })),
  )
  it.each(cases)(
    'stores the photo once when call $nth of $route $what',
    async ({ route, nth, size, fault }) => {
      const drive = await startDrive()
      drive.emulator.interfere(onRoute(route, fault, { nth }))
      await expectUploaded(drive, size)
    },
  )

  it.each([3, 6 * mebibyte, 17 * mebibyte])(
    'stores nothing when the body is not %d bytes long',
    async (size) => {
      const drive = await startDrive()
      for (const actual of [size - 1, size + 1]) {
        const body = new Blob([bytesOf(actual)]).stream()
        await expect(drive.store().upload('root', name, body, size)).rejects.toMatchObject({
          code: 'invalid_request',
        })
      }
      expect(drive.account.paths()).toEqual([])
    },
  )
})

describe('an upload that Google does not take', () => {
  it('asks for the photo again when Google has lost the upload', async () => {
    const drive = await startDrive()
    drive.emulator.interfere((call) => {
      if (call.route === 'upload.chunk') drive.emulator.expireUploads()
      return undefined
    })
    const upload = drive
      .store()
      .upload('root', name, new Blob([bytesOf(6 * mebibyte)]).stream(), 6 * mebibyte)
    await expect(upload).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.stringContaining('Send the photo again'),
    })
  })

  it('says that the Drive is full', async () => {
    const drive = await startDrive()
    drive.account.setQuota(100)
    await expect(
      drive.store().upload('root', name, new Blob([bytesOf(200)]).stream(), 200),
    ).rejects.toMatchObject({ code: 'storage_full', message: expect.stringContaining('storage quota') })
  })
})
