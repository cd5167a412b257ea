import { deflateSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createMetadataReader } from '../../../src/base/metadata/embedded.ts'
import { readExifMetadata } from '../../../src/base/metadata/exif.ts'
import { readIptc } from '../../../src/base/metadata/iptc.ts'
import { photographerMetadata } from '../../../src/base/metadata/merge.ts'
import { exifOfTime } from '../../../src/base/picture/exif.ts'
import { alternatives, bytesOf, xmpOf } from '../../support/fixtures/metadata/documents.ts'
import { expectedMetadata } from '../../support/fixtures/metadata/fields.ts'
import { blocksOf, metadataFile, metadataFiles } from '../../support/fixtures/metadata/photos.ts'

const formats = ['jpg', 'png', 'webp'] as const
const alphabets = ['latin', 'unicode'] as const
const pairs = formats.flatMap((format) => alphabets.map((alphabet) => ({ format, alphabet })))

async function metadataIn(name: string) {
  return photographerMetadata({ embedded: blocksOf(await metadataFile(name)) })
}

describe('photos of exiftool', () => {
  it.each(pairs)(
    'reads all fields from the XMP of a $format in $alphabet letters',
    async ({ format, alphabet }) => {
      expect(await metadataIn(`xmp-${alphabet}.${format}`)).toEqual(expectedMetadata(alphabet))
    },
  )

  it.each(pairs)(
    'reads all fields from the EXIF of a $format in $alphabet letters',
    async ({ format, alphabet }) => {
      const expected = { ...expectedMetadata(alphabet), altText: null, usageTerms: null }
      expect(await metadataIn(`exif-${alphabet}.${format}`)).toEqual(expected)
    },
  )

  it.each(pairs.filter(({ format }) => format !== 'webp'))(
    'reads all fields from the IPTC of a $format in $alphabet letters',
    async ({ format, alphabet }) => {
      const expected = { ...expectedMetadata(alphabet), altText: null, usageTerms: null, rating: null }
      expect(await metadataIn(`iptc-${alphabet}.${format}`)).toEqual(expected)
    },
  )

  it.each(['canaries.jpg', 'canaries.png', 'canaries.webp', 'canaries-hidden.jpg'])(
    'reads the metadata of %s beside other blocks',
    async (name) => {
      expect(await metadataIn(name)).toEqual(expectedMetadata('unicode'))
    },
  )

  it('prefers XMP to IPTC unless another program changed the IPTC later', async () => {
    expect((await metadataIn('iptc-in-step.jpg'))?.title).toBe('Of the XMP')
    expect(await metadataIn('iptc-changed-later.jpg')).toMatchObject({
      title: 'Of the IPTC',
      copyright: 'Notice',
    })
  })
})

describe('the reader of passing photos', () => {
  it('finds the same blocks when the photo comes in chunks of any size', async () => {
    for (const name of (await metadataFiles()).filter((each) => !each.endsWith('.xmp'))) {
      const photo = await metadataFile(name)
      const whole = blocksOf(photo)
      for (const size of [1, 7, 1000]) {
        const reader = createMetadataReader()
        for (let at = 0; at < photo.length; at += size) reader.push(photo.subarray(at, at + size))
        reader.end()
        expect(reader.blocks()).toEqual(whole)
      }
    }
  })

  it('is done at the pixels of a JPEG', async () => {
    const photo = await metadataFile('canaries.jpg')
    const scan = Buffer.from(photo).indexOf(Buffer.from([0xff, 0xda]))
    const reader = createMetadataReader()
    reader.push(photo.subarray(0, scan))
    expect(reader.isDone()).toBe(false)
    reader.push(photo.subarray(scan, scan + 60))
    expect(reader.isDone()).toBe(true)
    expect(reader.blocks()?.xmp).not.toBeNull()
  })

  it('is done at once with a WebP that announces no metadata, and with other files', async () => {
    const reader = createMetadataReader()
    reader.push(bytesOf('RIFF\x40\0\0\0WEBPVP8 \x30\0\0\0'.padEnd(40, '\0')))
    expect(reader.blocks()).toEqual({ xmp: null, iptc: null, exif: null })
    const other = createMetadataReader()
    other.push(bytesOf('GIF89a and more bytes'))
    expect(other.blocks()).toEqual({ xmp: null, iptc: null, exif: null })
  })

  it('returns what came before the end of a truncated photo', async () => {
    const photo = await metadataFile('canaries.jpg')
    const xmpEnd = Buffer.from(photo).indexOf('<?xpacket end')
    const found = blocksOf(photo.subarray(0, xmpEnd + 40))
    expect(found.exif).not.toBeNull()
  })

  it('skips blocks over the limits', () => {
    const chunk = (kind: string, payload: Uint8Array) => {
      const head = Buffer.alloc(4)
      head.writeUInt32BE(payload.length)
      return Buffer.concat([head, Buffer.from(kind), payload, Buffer.alloc(4)])
    }
    const text = (length: number) => Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${' '.repeat(length)}`, 'latin1')
    const png = (...chunks: Buffer[]) =>
      Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', Buffer.alloc(13)), ...chunks])
    expect(blocksOf(png(chunk('iTXt', text(900_000)))).xmp).toHaveLength(900_000)
    expect(blocksOf(png(chunk('iTXt', text(1_100_000)))).xmp).toBeNull()
    expect(blocksOf(png(chunk('eXIf', Buffer.alloc(70_000)))).exif).toBeNull()
    const packed = (content: Buffer) =>
      Buffer.concat([Buffer.from('XML:com.adobe.xmp\0\x01\0\0\0', 'latin1'), deflateSync(content)])
    expect(blocksOf(png(chunk('iTXt', packed(Buffer.alloc(900_000, 'x'))))).xmp).toHaveLength(900_000)
    expect(blocksOf(png(chunk('iTXt', packed(Buffer.alloc(40_000_000))))).xmp).toBeNull()
  })
})

describe('extended XMP', () => {
  const digest = '0123456789ABCDEF0123456789ABCDEF'
  const segment = (...parts: Uint8Array[]) => {
    const payload = Buffer.concat(parts)
    return Buffer.concat([
      Buffer.from([0xff, 0xe1, (payload.length + 2) >> 8, (payload.length + 2) & 0xff]),
      payload,
    ])
  }
  const main = segment(
    bytesOf('http://ns.adobe.com/xap/1.0/\0'),
    xmpOf(
      '<dc:title>Main</dc:title>',
      ` xmlns:xmpNote="http://ns.adobe.com/xmp/note/" xmpNote:HasExtendedXMP="${digest}"`,
    ),
  )
  const rest = xmpOf(
    `<dc:title>Rest</dc:title>${alternatives('dc:rights', { 'x-default': 'n'.repeat(900) })}`,
  )
  const part = (from: number, to: number, { guid = digest, length = rest.length } = {}) => {
    const numbers = Buffer.alloc(8)
    numbers.writeUInt32BE(length)
    numbers.writeUInt32BE(from, 4)
    return segment(bytesOf(`http://ns.adobe.com/xmp/extension/\0${guid}`), numbers, rest.subarray(from, to))
  }
  const found = (...segments: Uint8Array[]) =>
    photographerMetadata({
      embedded: blocksOf(
        Buffer.concat([Buffer.from([0xff, 0xd8]), ...segments, Buffer.from([0xff, 0xda, 0, 2])]),
      ),
    })

  it('joins the parts, after what the main document says', () => {
    expect(found(main, part(0, 700), part(700, rest.length))).toMatchObject({
      title: 'Main',
      copyright: 'n'.repeat(900),
    })
  })

  it('ignores parts of another document, with gaps, in excess, or without a main document', () => {
    const nothing = { title: 'Main', copyright: null }
    expect(found(main, part(0, 700))).toMatchObject(nothing)
    expect(found(main, part(0, 700), part(800, rest.length))).toMatchObject(nothing)
    expect(found(main, part(0, rest.length, { guid: 'F'.repeat(32) }))).toMatchObject(nothing)
    expect(found(main, part(0, rest.length, { length: 2_000_000 }))).toMatchObject(nothing)
    expect(found(part(0, rest.length))).toBeNull()
  })
})

describe('IPTC', () => {
  const dataSet = (number: number, value: string | Buffer, record = 2) => {
    const bytes = Buffer.from(value as string, 'latin1')
    return Buffer.concat([Buffer.from([0x1c, record, number, bytes.length >> 8, bytes.length & 0xff]), bytes])
  }

  it('reads UTF-8 that no program announced, and Windows-1252', () => {
    const title = (bytes: Buffer) => readIptc(dataSet(5, bytes.toString('latin1')))?.title
    expect(title(Buffer.from('Änne – Seil'))).toBe('Änne – Seil')
    expect(title(Buffer.from([0xc4, 0x6e, 0x6e, 0x65, 0x20, 0x96]))).toBe('Änne –')
  })

  it('reads a value over 32 KB, and stops at a value beyond the end', () => {
    const long = Buffer.concat([
      Buffer.from([0x1c, 2, 120, 0x80, 4, 0, 0, 0x9c, 0x40]),
      Buffer.alloc(40_000, 'x'),
      dataSet(5, 'After'),
    ])
    expect(readIptc(long)).toMatchObject({ title: 'After', description: 'x'.repeat(5000) })
    expect(readIptc(Buffer.concat([dataSet(5, 'Before'), Buffer.from([0x1c, 2, 116, 9, 9])]))).toMatchObject({
      title: 'Before',
      copyright: null,
    })
  })

  it('returns nothing for resources without IPTC and for other bytes', () => {
    expect(readIptc(bytesOf('8BIM\x04\x05\0\0\0\0\0\x02ab'))).toBeNull()
    expect(readIptc(bytesOf('hello'))).toBeNull()
    expect(readIptc(new Uint8Array(0))).toBeNull()
  })

  it('restores texts that IPTC holds cut when its later values win', async () => {
    const blocks = blocksOf(await metadataFile('iptc-changed-later.jpg'))
    const whole = `${'Seil '.repeat(20)}end`
    const cut = whole.slice(0, 64)
    const resource = Buffer.from(blocks.iptc ?? []).toString('latin1')
    const digest = Buffer.from(resource.slice(resource.indexOf('8BIM\x04\x25')), 'latin1')
    const iptc = Buffer.concat([dataSet(5, cut), dataSet(25, 'new')])
    const head = Buffer.from('8BIM\x04\x04\0\0\0\0\0\0', 'latin1')
    head.writeUInt32BE(iptc.length, 8)
    const padding = Buffer.alloc(iptc.length % 2)
    const found = photographerMetadata({
      embedded: {
        xmp: xmpOf(`<dc:title>${whole}</dc:title><dc:subject>old</dc:subject>`),
        iptc: Buffer.concat([head, iptc, padding, digest]),
        exif: null,
      },
    })
    expect(found).toMatchObject({ title: whole, keywords: ['new'] })
  })
})

describe('EXIF', () => {
  it('returns nothing for other bytes, and only the time where only the time is', () => {
    expect(readExifMetadata(bytesOf('hello'))).toBeNull()
    expect(readExifMetadata(exifOfTime('2026-06-01T18:30:00'))).toMatchObject({
      takenAt: '2026-06-01T18:30:00',
      title: null,
      rating: null,
    })
  })
})

describe('the order of sources', () => {
  const dated = (title: string, date?: string) =>
    xmpOf(`<dc:title>${title}</dc:title>`, date ? ` xmp:MetadataDate="${date}"` : '')
  const embedded = (xmp: Uint8Array) => ({ xmp, iptc: null, exif: null })
  const titleOf = (...[sources, languages]: Parameters<typeof photographerMetadata>) =>
    photographerMetadata(sources, languages)?.title

  it('prefers the first XMP file, then the next, then the photo, field by field', () => {
    const found = photographerMetadata({
      beside: [xmpOf('', ' xmp:Rating="0"'), xmpOf('<dc:title>File</dc:title>', ' xmp:Rating="5"')],
      embedded: embedded(xmpOf('<dc:title>Photo</dc:title><dc:rights>Photo</dc:rights>')),
    })
    expect(found).toMatchObject({ rating: 0, title: 'File', copyright: 'Photo' })
  })

  it('prefers embedded XMP to an older file, across offsets', () => {
    const early = '2026-06-01T12:00:00+02:00'
    const late = '2026-06-01T11:00:00Z'
    expect(titleOf({ beside: [dated('File', early)], embedded: embedded(dated('Photo', late)) })).toBe(
      'Photo',
    )
    expect(titleOf({ beside: [dated('File', late)], embedded: embedded(dated('Photo', early)) })).toBe('File')
  })

  it('prefers the file if either has no date', () => {
    const date = '2026-06-01T12:00:00+02:00'
    expect(titleOf({ beside: [dated('File')], embedded: embedded(dated('Photo', date)) })).toBe('File')
    expect(titleOf({ beside: [dated('File', date)], embedded: embedded(dated('Photo')) })).toBe('File')
  })

  it('chooses the language in every source', () => {
    const bytes = xmpOf(alternatives('dc:title', { 'x-default': 'Rope', de: 'Seil' }))
    expect(titleOf({ beside: [bytes] }, ['de-CH'])).toBe('Seil')
  })

  it('ignores the texts of cameras in every source', () => {
    const camera = xmpOf(
      '<dc:description>OLYMPUS DIGITAL CAMERA         </dc:description><dc:creator>Picasa</dc:creator>',
    )
    expect(photographerMetadata({ beside: [camera] })).toBeNull()
    const words = xmpOf('<dc:description>Caption</dc:description>')
    expect(photographerMetadata({ beside: [camera], embedded: embedded(words) })?.description).toBe('Caption')
  })

  it('returns nothing where no source says anything', () => {
    expect(photographerMetadata({})).toBeNull()
    expect(photographerMetadata({ beside: [bytesOf('no XMP'), xmpOf('')], embedded: null })).toBeNull()
  })
})
