import { describe, expect, it } from 'vitest'
import { type ErrorCode, PublisherError } from '../../src/errors.ts'
import { createUnavailableReducer } from '../../src/providers/images/cloudflare.ts'
import { checkNewPhoto } from '../../src/workflow/new-photo.ts'
import { phoneFormat } from '../../src/workflow/picture/phone-formats.ts'
import type { ImageReducer } from '../../src/workflow/ports/images.ts'
import { half, noise } from '../images/pictures.ts'

const failing = (code: ErrorCode): ImageReducer => ({
  async reduce({ body }) {
    await body.cancel()
    throw new PublisherError(code, 'not now')
  },
})

/** Checks a file that arrives in small chunks. Gives its type, or the code of the error. */
async function check(bytes: Uint8Array, images: ImageReducer): Promise<string> {
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; at += 1000) chunks.push(bytes.subarray(at, at + 1000))
  const file = { filename: 'a.jpg', chunks, size: bytes.length }
  return checkNewPhoto({ images, owner: 'alice' }, file).then(
    ({ mediaType }) => mediaType,
    (error: PublisherError) => error.code,
  )
}

describe('a new photo', async () => {
  const jpeg = await noise(200, 150).jpeg().toBuffer()
  const png = await noise(200, 150).png().toBuffer()
  const webp = await noise(200, 150).webp().toBuffer()
  const whole = [jpeg, await noise(200, 150).jpeg({ progressive: true }).toBuffer(), png, webp]

  it('is taken by its structure when the host cannot decode it', async () => {
    for (const images of [createUnavailableReducer(), failing('busy')]) {
      for (const bytes of whole) expect(await check(bytes, images)).toMatch(/^image\//)
      expect(await check(Buffer.concat([jpeg, Buffer.alloc(3000)]), images)).toBe('image/jpeg')
    }
  })

  it('is refused when opening it needs more memory than the host has', async () => {
    for (const bytes of whole) expect(await check(bytes, failing('photo_too_large'))).toBe('photo_too_large')
  })

  it('is refused when a part is missing and the host cannot decode it', async () => {
    for (const bytes of whole) {
      expect(await check(half(bytes), createUnavailableReducer())).toBe('photo_unreadable')
    }
    expect(await check(jpeg.subarray(0, -2), createUnavailableReducer())).toBe('photo_unreadable')
  })

  it('is to be sent again when it lacks its end and the host is busy', async () => {
    expect(await check(jpeg.subarray(0, -2), failing('busy'))).toBe('busy')
  })

  it('is refused as AVIF or HEIC when the host cannot decode any', async () => {
    const avif = await noise(20, 10).avif().toBuffer()
    expect(await check(avif, createUnavailableReducer())).toBe('unsupported_photo')
  })

  it('is known as AVIF or HEIC by the brands of its first box', () => {
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
