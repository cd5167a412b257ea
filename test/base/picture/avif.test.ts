import fc from 'fast-check'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { cleanAvifSize } from '../../../src/base/picture/avif.ts'
import { noise, plain, tellTale } from '../../support/fixtures/pictures.ts'

const file = await noise(120, 80).avif({ quality: 70, effort: 1 }).toBuffer()

/** Creates a box of ISO/IEC 14496-12. */
function boxOf(kind: string, payload: Uint8Array): Buffer {
  const heading = Buffer.alloc(8)
  heading.writeUInt32BE(8 + payload.length)
  heading.write(kind, 4, 'latin1')
  return Buffer.concat([heading, payload])
}

describe('the check of an AVIF', () => {
  it('returns the size of AVIF that sharp writes, also with transparency', async () => {
    expect(cleanAvifSize(file)).toEqual({ width: 120, height: 80 })
    const clear = { r: 200, g: 20, b: 20, alpha: 0.5 }
    const picture = sharp({ create: { width: 60, height: 90, channels: 4, background: clear } })
    expect(cleanAvifSize(await picture.avif().toBuffer())).toEqual({ width: 60, height: 90 })
    expect(cleanAvifSize(await plain(2048, 1366).avif({ effort: 1 }).toBuffer())).toEqual({
      width: 2048,
      height: 1366,
    })
  })

  it('refuses metadata, other types and added boxes', async () => {
    expect(cleanAvifSize(await tellTale(120, 80).avif().toBuffer())).toBeNull()
    expect(cleanAvifSize(await noise(120, 80).webp().toBuffer())).toBeNull()
    for (const kind of ['free', 'uuid', 'moov', 'mdat', 'meta']) {
      expect(cleanAvifSize(Buffer.concat([file, boxOf(kind, Buffer.from('canary'))]))).toBeNull()
    }
  })

  it('refuses every truncated file', () => {
    for (let length = 0; length < file.length; length += 7) {
      expect(cleanAvifSize(file.subarray(0, length))).toBeNull()
    }
  })

  it('never throws for damaged files', () => {
    const changes = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 6 })
    fc.assert(
      fc.property(changes, (each) => {
        const bytes = new Uint8Array(file)
        for (const [at, value] of each) bytes[at % bytes.length] = value
        const size = cleanAvifSize(bytes)
        return size === null || (size.width > 0 && size.height > 0)
      }),
    )
  })
})
