/** A folder of 10,000 photos: a listing costs its pages and no more. */
import { expect, it } from 'vitest'
import { parsePhotoName } from '../../../../src/ports/photo.ts'
import { startDrive } from '../../../support/fixtures/gdrive.ts'

const count = 10_000

it('lists 10,000 photos with one call for each thousand, and finds a single photo without a listing', async () => {
  const drive = await startDrive()
  const folder = drive.account.folder('Photos')
  for (let index = 0; index < count; index += 1) {
    drive.account.put(folder, `photo-${String(index).padStart(5, '0')}.jpg`, `photo ${index}`)
    if (index % 4 === 0) drive.account.put(folder, `photo-${String(index).padStart(5, '0')}.txt`, 'words')
  }
  const store = drive.store()
  const { photos, withSidecar } = await store.list('root')
  expect([photos.length, withSidecar.size]).toEqual([count, count / 4])
  // The folder, and 12,500 files in pages of 1,000.
  expect(drive.count('files.list')).toBeLessThanOrEqual(1 + 13)
  expect(photos.every(({ sha256 }) => sha256 !== undefined)).toBe(true)

  const before = drive.emulator.calls.length
  await store.list('root')
  expect(drive.emulator.calls.length - before).toBe(13)

  const again = drive.emulator.calls.length
  const { body } = await store.read('root', parsePhotoName('photo-04999.jpg'))
  expect(await new Response(body).text()).toBe('photo 4999')
  expect(drive.emulator.calls.length - again).toBeLessThanOrEqual(3)
}, 240_000)
