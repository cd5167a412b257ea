/** Pictures that hold metadata in every place where a file can hold it, and the byte sequences to look for. */
import { deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { chunk, noise } from './pictures.ts'

const texts = {
  artist: 'CANARY-exif-artist',
  gps: 'CANARY-exif-gps-area',
  thumbnail: 'CANARY-exif-thumbnail',
  xmp: 'CANARY-xmp exif:GPSLatitude="47,30.0N"',
  extendedXmp: 'CANARY-extended-xmp',
  iptc: 'CANARY-iptc-city',
  jfifThumbnail: 'CANARY-jfif-thumbnail',
  jfxx: 'CANARY-jfxx',
  mpf: 'CANARY-mpf',
  second: 'CANARY-second-picture',
  jumbf: 'CANARY-jumbf',
  comment: 'CANARY-comment',
  lateComment: 'CANARY-comment-between-scans',
  trailer: 'CANARY-behind-the-end',
  text: 'CANARY-png-text',
  lateText: 'CANARY-png-text-behind-pixels',
  unknown: 'CANARY-unknown-chunk',
  frame: 'CANARY-chunk-in-a-frame',
} as const

/** Latitude and longitude as three rationals each, big-endian as they stand in the file. */
const position = Buffer.from(
  [53, 33, 1_234, 10, 7, 5_678].flatMap((value) => [0, 0, value >> 8, value & 255, 0, 0, 0, 1]),
)
const packed = deflateSync(Buffer.from(`${texts.text}-compressed`))

/** Byte sequences that may not reach a visitor. */
export const canaries: readonly Buffer[] = [
  ...Object.values(texts).map((text) => Buffer.from(text)),
  position.subarray(0, 24),
  packed,
  Buffer.from('CANARY'),
]

/** Finds the canaries in the bytes. */
export function canariesIn(bytes: Uint8Array): string[] {
  const haystack = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return canaries.filter((canary) => haystack.includes(canary)).map((canary) => canary.toString('latin1'))
}

export const takenAt = '2026-06-01T18:30:05+02:00'

/** An EXIF (TIFF, big-endian) with artist, position, time and a thumbnail that has a comment of its own. */
export function tellingExif(orientation = 1): Buffer {
  const thumbnail = Buffer.concat([segment(0xfe, texts.thumbnail), Buffer.from([0xff, 0xd9])])
  const data: Buffer[] = []
  // Directories of fixed length first, values behind them.
  const directoryBytes = (entries: number) => 2 + 12 * entries + 4
  const [first, exif, gps] = [8, 8 + directoryBytes(4), 8 + directoryBytes(4) + directoryBytes(2)]
  const second = gps + directoryBytes(3)
  let free = second + directoryBytes(2)
  const store = (bytes: Buffer) => {
    data.push(bytes)
    free += bytes.length
    return free - bytes.length
  }
  const entry = (tag: number, type: number, count: number, value: number) => {
    const bytes = Buffer.alloc(12)
    bytes.writeUInt16BE(tag)
    bytes.writeUInt16BE(type, 2)
    bytes.writeUInt32BE(count, 4)
    if (type === 3) bytes.writeUInt16BE(value, 8)
    else bytes.writeUInt32BE(value, 8)
    return bytes
  }
  const text = (tag: number, value: string) => {
    const bytes = Buffer.from(`${value}\0`)
    return entry(tag, 2, bytes.length, store(bytes))
  }
  const directory = (entries: Buffer[], next: number) => {
    const count = Buffer.alloc(2)
    count.writeUInt16BE(entries.length)
    const end = Buffer.alloc(4)
    end.writeUInt32BE(next)
    return Buffer.concat([count, ...entries, end])
  }
  const directories = [
    directory(
      [
        entry(0x0112, 3, 1, orientation),
        text(0x013b, texts.artist),
        entry(0x8769, 4, 1, exif),
        entry(0x8825, 4, 1, gps),
      ],
      second,
    ),
    directory([text(0x9003, '2026:06:01 18:30:05'), text(0x9011, '+02:00')], 0),
    directory(
      [
        entry(2, 5, 3, store(position.subarray(0, 24))),
        entry(4, 5, 3, store(position.subarray(24))),
        text(0x1c, texts.gps),
      ],
      0,
    ),
    directory([entry(0x0201, 4, 1, store(thumbnail)), entry(0x0202, 4, 1, thumbnail.length)], 0),
  ]
  return Buffer.concat([Buffer.from([0x4d, 0x4d, 0, 42, 0, 0, 0, first]), ...directories, ...data])
}

/** A segment of a JPEG. */
export function segment(kind: number, payload: string | Uint8Array): Buffer {
  const bytes = Buffer.from(payload)
  const begin = Buffer.from([0xff, kind, 0, 0])
  begin.writeUInt16BE(bytes.length + 2, 2)
  return Buffer.concat([begin, bytes])
}

const jfif = Buffer.concat([
  Buffer.from('JFIF\0\x01\x02\0\0\x01\0\x01'),
  Buffer.from([7, 1]),
  Buffer.from(texts.jfifThumbnail),
])

/** The bytes with others put in before each of some positions. */
function spliced(bytes: Buffer, at: number, ...pieces: Buffer[]): Buffer {
  return Buffer.concat([bytes.subarray(0, at), ...pieces, bytes.subarray(at)])
}

export interface CanaryOptions {
  orientation?: number
  width?: number
  height?: number
}

/** A progressive JPEG. */
export async function canaryJpeg({
  orientation = 1,
  width = 90,
  height = 60,
}: CanaryOptions = {}): Promise<Buffer> {
  const plain = await noise(width, height).jpeg({ progressive: true }).toBuffer()
  const secondScan = plain.indexOf(Buffer.from([0xff, 0xda]), plain.indexOf(Buffer.from([0xff, 0xda])) + 2)
  const commented = spliced(
    plain,
    secondScan,
    segment(0xfe, texts.lateComment),
    segment(0xe1, `Exif\0\0${texts.lateComment}`),
  )
  // Encoders may begin with JFIF, which is replaced.
  const body = commented.subarray(commented[3] === 0xe0 ? 4 + commented.readUInt16BE(4) : 2)
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, jfif),
    segment(0xe0, `JFXX\0\x13${texts.jfxx}`),
    segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), tellingExif(orientation)])),
    segment(0xe1, `http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>${texts.xmp}</x:xmpmeta>`),
    segment(
      0xe1,
      `http://ns.adobe.com/xmp/extension/\0${'0'.repeat(32)}\0\0\0\x20\0\0\0\0${texts.extendedXmp}`,
    ),
    segment(0xed, `Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x20\x1c\x02\x5a\0\x10${texts.iptc}`),
    segment(0xe2, `MPF\0${texts.mpf}`),
    segment(0xeb, `JP${texts.jumbf}`),
    segment(0xfe, texts.comment),
    body,
    Buffer.from([0xff, 0xd8]),
    segment(0xe1, Buffer.concat([Buffer.from('Exif\0\0'), tellingExif()])),
    segment(0xfe, texts.second),
    Buffer.from([0xff, 0xd9]),
    Buffer.from(texts.trailer),
  ])
}

export async function canaryPng({
  orientation = 1,
  width = 90,
  height = 60,
}: CanaryOptions = {}): Promise<Buffer> {
  const plain = await noise(width, height).png({ palette: false }).toBuffer()
  const end = plain.length - 12
  const late = chunk('tEXt', Buffer.from(`Comment\0${texts.lateText}`))
  const whole = Buffer.concat([plain.subarray(0, end), late, plain.subarray(end), Buffer.from(texts.trailer)])
  return spliced(
    whole,
    33,
    ...[
      chunk('eXIf', tellingExif(orientation)),
      chunk('tEXt', Buffer.from(`Author\0${texts.text}`)),
      chunk('zTXt', Buffer.concat([Buffer.from('Raw profile type iptc\0\0'), packed])),
      chunk('iTXt', Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${texts.xmp}`)),
      chunk('tIME', Buffer.from([7, 234, 6, 1, 18, 30, 5])),
      chunk('caNv', Buffer.from(texts.unknown)),
      // Longer than its kind can be.
      chunk('gAMA', Buffer.from(`\0\0\xb1\x8f${texts.unknown}`, 'latin1')),
    ].map((bytes) => Buffer.from(bytes)),
  )
}

/** A chunk of a WebP. */
export function riffChunk(kind: string, payload: Uint8Array | string): Buffer {
  const bytes = Buffer.from(payload)
  const size = Buffer.alloc(4)
  size.writeUInt32LE(bytes.length)
  return Buffer.concat([Buffer.from(kind), size, bytes, Buffer.alloc(bytes.length % 2)])
}

function riff(...chunks: Buffer[]): Buffer {
  return riffChunk('RIFF', Buffer.concat([Buffer.from('WEBP'), ...chunks]))
}

/** Payload of VP8X. */
function extension(flags: number, width: number, height: number): Buffer {
  const bytes = Buffer.alloc(10)
  bytes.writeUInt8(flags)
  bytes.writeUIntLE(width - 1, 4, 3)
  bytes.writeUIntLE(height - 1, 7, 3)
  return bytes
}

export async function canaryWebp({
  orientation = 1,
  width = 90,
  height = 60,
}: CanaryOptions = {}): Promise<Buffer> {
  const plain = await noise(width, height).webp({ lossless: true }).toBuffer()
  const picture = plain.subarray(12, 20 + plain.readUInt32LE(16))
  const even = picture.length % 2 ? Buffer.concat([picture, Buffer.from([0])]) : picture
  return Buffer.concat([
    riff(
      riffChunk('VP8X', extension(0x0c, width, height)),
      riffChunk('canv', texts.unknown),
      even,
      riffChunk('EXIF', tellingExif(orientation)),
      riffChunk('XMP ', texts.xmp),
      riffChunk('canv', `${texts.unknown}!`),
    ),
    Buffer.from(texts.trailer),
  ])
}

/** An animation of two frames, each with a chunk that does not belong there. */
export async function canaryAnimation(): Promise<Buffer> {
  const pixels = Buffer.alloc(40 * 60 * 3, 200).fill(30, 0, 40 * 30 * 3)
  const animated = await sharp(pixels, { raw: { width: 40, height: 60, channels: 3, pageHeight: 30 } })
    .webp({ delay: [100, 100], loop: 0, lossless: true })
    .toBuffer()
  const chunks: Buffer[] = []
  for (let at = 12; at + 8 <= animated.length; ) {
    const size = animated.readUInt32LE(at + 4)
    const kind = animated.toString('latin1', at, at + 4)
    const payload = animated.subarray(at + 8, at + 8 + size)
    chunks.push(
      riffChunk(kind, kind === 'ANMF' ? Buffer.concat([payload, riffChunk('canv', texts.frame)]) : payload),
    )
    at += 8 + size + (size % 2)
  }
  return riff(...chunks)
}

/** A PNG of 64 x 64 pixels whose text or profile chunks inflate to 55 MB each. */
export async function textBomb(kind: 'zTXt' | 'iTXt' | 'iCCP', count: number): Promise<Buffer> {
  const plain = await noise(64, 64).png().toBuffer()
  const bomb = deflateSync(Buffer.alloc(55_000_000), { level: 9 })
  const keyword = { zTXt: 'k\0\0', iTXt: 'k\0\x01\0\0\0', iCCP: 'k\0\0' }[kind]
  const chunks = Array.from({ length: count }, () =>
    Buffer.from(chunk(kind, Buffer.concat([Buffer.from(keyword, 'latin1'), bomb]))),
  )
  return spliced(plain, 33, ...chunks)
}
