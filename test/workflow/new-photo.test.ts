import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import type { ErrorCode } from '../../src/base/error-codes.ts'
import { PublisherError } from '../../src/base/errors.ts'
import { readPictureFacts } from '../../src/base/picture/header.ts'
import { phoneFormat } from '../../src/base/picture/phone-formats.ts'
import type { ImageReducer, PictureSource } from '../../src/ports/images.ts'
import { createUnavailableReducer } from '../../src/providers/images/cloudflare.ts'
import { checkNewPhoto } from '../../src/workflow/new-photo.ts'
import { half, noise } from '../support/fixtures/pictures.ts'

function failing(code: ErrorCode): ImageReducer {
  const fail = async ({ body }: PictureSource): Promise<never> => {
    await body.cancel()
    throw new PublisherError(code, 'not now')
  }
  return { reduce: fail, reduceAll: fail }
}

/** Creates a reducer that converts every file to the same JPEG. */
const making = (jpeg: Uint8Array): ImageReducer => ({
  ...createUnavailableReducer(),
  toJpeg: async ({ body }) => {
    await body.cancel()
    return { bytes: jpeg, mediaType: 'image/jpeg', width: 200, height: 150 }
  },
})

const maxBytes = 2 ** 20

/** Checks a file that arrives in small chunks. */
async function checked(bytes: Uint8Array, images: ImageReducer, onBytes: (bytes: number) => void = () => {}) {
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += 1000) chunks.push(bytes.subarray(at, at + 1000))
  const file = { filename: 'a.jpg', chunks, size: bytes.length }
  return checkNewPhoto({ images, owner: 'alice', maxBytes, onBytes }, file)
}

/** Returns the media type, or the code of the error. */
function check(bytes: Uint8Array, images: ImageReducer): Promise<string> {
  return checked(bytes, images).then(
    ({ mediaType }) => mediaType,
    (error: PublisherError) => error.code,
  )
}

describe('a new photo', async () => {
  const jpeg = await noise(200, 150).jpeg().toBuffer()
  const png = await noise(200, 150).png().toBuffer()
  const webp = await noise(200, 150).webp().toBuffer()
  const whole = [jpeg, await noise(200, 150).jpeg({ progressive: true }).toBuffer(), png, webp]

  it('accepts a photo by its structure when the host cannot decode it', async () => {
    for (const images of [createUnavailableReducer(), failing('busy')]) {
      for (const bytes of whole) expect(await check(bytes, images)).toMatch(/^image\//)
      expect(await check(Buffer.concat([jpeg, Buffer.alloc(3000)]), images)).toBe('image/jpeg')
    }
  })

  it('refuses a photo that needs more memory than the host has', async () => {
    for (const bytes of whole) expect(await check(bytes, failing('photo_too_large'))).toBe('photo_too_large')
  })

  it('refuses an incomplete photo when the host cannot decode it', async () => {
    for (const bytes of whole) {
      expect(await check(half(bytes), createUnavailableReducer())).toBe('photo_unreadable')
    }
    expect(await check(jpeg.subarray(0, -2), createUnavailableReducer())).toBe('photo_unreadable')
  })

  it('answers busy for a photo without its end while the host is busy', async () => {
    expect(await check(jpeg.subarray(0, -2), failing('busy'))).toBe('busy')
  })

  it('refuses AVIF and HEIC when the host can decode neither', async () => {
    const avif = await noise(20, 10).avif().toBuffer()
    expect(await check(avif, createUnavailableReducer())).toBe('unsupported_photo')
  })

  it.each(['+02:00', ''])(
    'keeps the date with offset "%s" when the host makes a JPEG without metadata',
    async (zone) => {
      const taken = { DateTimeOriginal: '2024:05:06 07:08:09', ...(zone && { OffsetTimeOriginal: zone }) }
      const avif = await noise(200, 150).withExif({ IFD2: taken }).avif().toBuffer()
      const { chunks, size, mediaType } = await checked(avif, making(jpeg))
      const made = Buffer.concat(chunks)
      expect([size, mediaType]).toEqual([made.length, 'image/jpeg'])
      expect(readPictureFacts(made)).toMatchObject({ orientation: 1, takenAt: `2024-05-06T07:08:09${zone}` })
      const { exif } = await sharp(made).metadata()
      expect(exif?.toString('latin1')).toContain('2024:05:06 07:08:09')
      expect(await sharp(made).raw().toBuffer()).toEqual(await sharp(jpeg).raw().toBuffer())
    },
  )

  it('stores the host’s JPEG unchanged when the JPEG has a date or the file has none', async () => {
    const dated = await noise(200, 150)
      .withExif({ IFD2: { DateTimeOriginal: '2020:01:02 03:04:05' } })
      .jpeg()
      .toBuffer()
    const taken = { DateTimeOriginal: '2024:05:06 07:08:09' }
    const avif = await noise(200, 150).withExif({ IFD2: taken }).avif().toBuffer()
    expect(Buffer.concat((await checked(avif, making(dated))).chunks)).toEqual(dated)
    const plain = await noise(200, 150).avif().toBuffer()
    expect(Buffer.concat((await checked(plain, making(jpeg))).chunks)).toEqual(jpeg)
  })

  it('refuses a photo that is too large as a JPEG, and counts its bytes', async () => {
    const avif = await noise(20, 10).avif().toBuffer()
    const large = Buffer.concat([jpeg, Buffer.alloc(maxBytes)])
    const counted: number[] = []
    await expect(checked(avif, making(large), (bytes) => void counted.push(bytes))).rejects.toMatchObject({
      code: 'photo_too_large',
    })
    expect(counted).toEqual([large.length])
  })

  it('recognises AVIF and HEIC by the brands of the first box', () => {
    const box = (...brands: string[]) => {
      const [major = '', ...compatible] = brands
      const size = String.fromCharCode(16 + 4 * compatible.length)
      return Buffer.from(`\0\0\0${size}ftyp${major}\0\0\0\0${compatible.join('')}`.padEnd(64, '\0'), 'latin1')
    }
    expect(phoneFormat(box('avif', 'mif1', 'miaf'))).toBe('AVIF')
    expect(phoneFormat(box('mif1', 'avif'))).toBe('AVIF')
    expect(phoneFormat(box('heic', 'mif1', 'heic'))).toBe('HEIC')
    expect(phoneFormat(box('mif1', 'heic'))).toBe('HEIC')
    expect(phoneFormat(box('isom', 'avif'))).toBeNull()
    expect(phoneFormat(box('qt  '))).toBeNull()
    expect(phoneFormat(jpeg)).toBeNull()
    expect(phoneFormat(new Uint8Array(0))).toBeNull()
  })
})
