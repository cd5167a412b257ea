/** Pictures for tests, drawn from raw pixels: sharp's loaders are restricted once a reducer exists. */
import { crc32, deflateSync } from 'node:zlib'
import sharp, { type Sharp } from 'sharp'
import { withoutMetadata } from '../../src/workflow/picture/clean.ts'

export type Colour = readonly [red: number, green: number, blue: number]
export const red: Colour = [220, 40, 40]
export const green: Colour = [40, 180, 60]
export const blue: Colour = [50, 60, 210]
export const yellow: Colour = [240, 220, 70]

type Draw = (x: number, y: number) => Colour

export function draw(width: number, height: number, colourAt: Draw): Sharp {
  const pixels = new Uint8Array(width * height * 3)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) pixels.set(colourAt(x, y), (y * width + x) * 3)
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}

export function plain(width: number, height: number, colour: Colour = green): Sharp {
  return sharp({
    create: { width, height, channels: 3, background: { r: colour[0], g: colour[1], b: colour[2] } },
  })
}

/** Red, green, blue and yellow corners: top left, top right, bottom left, bottom right. */
function corners(width: number, height: number): Draw {
  return (x, y) => {
    if (y < height / 2) return x < width / 2 ? red : green
    return x < width / 2 ? blue : yellow
  }
}

/**
 * A JPEG that is to be seen as `width` x `height` with the four corners, stored as its EXIF orientation says: the tag
 * names the side of the visible picture on which the first stored row and column lie (EXIF 2.32, section 4.6.4).
 */
export function oriented(width: number, height: number, orientation: number): Promise<Uint8Array> {
  const seen = corners(width, height)
  const right = width - 1
  const bottom = height - 1
  const stored: Readonly<Record<number, Draw>> = {
    1: (column, row) => seen(column, row),
    2: (column, row) => seen(right - column, row),
    3: (column, row) => seen(right - column, bottom - row),
    4: (column, row) => seen(column, bottom - row),
    5: (column, row) => seen(row, column),
    6: (column, row) => seen(right - row, column),
    7: (column, row) => seen(right - row, bottom - column),
    8: (column, row) => seen(row, bottom - column),
  }
  const colourAt = stored[orientation] ?? seen
  const picture = orientation < 5 ? draw(width, height, colourAt) : draw(height, width, colourAt)
  return picture.withMetadata({ orientation }).jpeg({ quality: 95 }).toBuffer()
}

/** Tells whether a finished JPEG or WebP holds anything beside its pixels and colour profile. Other files count as suspect. */
export function carriesMetadata(bytes: Uint8Array): boolean {
  try {
    const clean = withoutMetadata(bytes)
    return clean.mediaType === 'image/png' || !Buffer.from(clean.bytes).equals(bytes)
  } catch {
    return true
  }
}

export const artist = 'Canary Artist'
export const place = '53/1 33/1 0/1'

/** A picture that tells who took it, where and with what. */
export function tellTale(width = 90, height = 60): Sharp {
  return plain(width, height)
    .withExif({
      IFD0: { Artist: artist, Make: 'Canary Camera', Copyright: 'Canary Copyright' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: place },
    })
    .withXmp('<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf>Canary XMP</rdf></x:xmpmeta>')
}

/** Noise compresses badly: for originals with some weight. Deterministic. */
export function noise(width: number, height: number): Sharp {
  const pixels = new Uint8Array(width * height * 3)
  let state = 1
  for (let i = 0; i < pixels.length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    pixels[i] = state >>> 24
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } })
}

/** A small PNG that is black, and `width` x `height` pixels large when decoded. */
export function bomb(width: number, height: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(13))
  header.setUint32(0, width)
  header.setUint32(4, height)
  header.setUint8(8, 1)
  const rows = deflateSync(new Uint8Array((Math.ceil(width / 8) + 1) * height), { level: 1 })
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const chunks = [
    chunk('IHDR', new Uint8Array(header.buffer)),
    chunk('IDAT', rows),
    chunk('IEND', new Uint8Array()),
  ]
  return Buffer.concat([signature, ...chunks])
}

/** A chunk of a PNG. */
export function chunk(kind: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(kind), data])
  const length = Buffer.alloc(4)
  length.writeUInt32BE(data.length)
  const checksum = Buffer.alloc(4)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, checksum])
}

/** The first half of a file. */
export function half(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.length >> 1)
}

export interface Probe {
  body: ReadableStream<Uint8Array>
  size: number
  /** Bytes that were pulled so far. */
  pulled(): number
  isCancelled(): boolean
}

/** A source of these bytes, in chunks, that says what was done to it. */
export function sourceOf(bytes: Uint8Array, { size = bytes.length, chunk = 65_536 } = {}): Probe {
  let offset = 0
  return probe(size, (controller) => {
    if (offset >= bytes.length) return controller.close()
    const next = bytes.slice(offset, offset + chunk)
    offset += next.length
    controller.enqueue(next)
  })
}

/** A source whose every pull is up to the test. `pulled` counts what goes through the controller. */
export function probe(
  size: number,
  pull: (controller: ReadableStreamDefaultController<Uint8Array>) => void | Promise<void>,
): Probe {
  let pulled = 0
  let isCancelled = false
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        await pull({
          desiredSize: null,
          close: () => controller.close(),
          error: (reason) => controller.error(reason),
          enqueue(value) {
            pulled += value?.length ?? 0
            controller.enqueue(value)
          },
        })
      },
      cancel: () => {
        isCancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { body, size, pulled: () => pulled, isCancelled: () => isCancelled }
}

/** A source that never delivers anything and never ends. */
export function silent(size = 1000): Probe {
  return probe(size, () => new Promise(() => undefined))
}

/** The colour of one pixel of a finished picture. */
export async function colourAt(picture: Uint8Array, left: number, top: number): Promise<number[]> {
  const pixel = await sharp(picture)
    .extract({ left, top, width: 1, height: 1 })
    .removeAlpha()
    .raw()
    .toBuffer()
  return [...pixel]
}

/** Type and size of a finished picture. AVIF is read by hand, for sharp's loader of it may be blocked here. */
export async function shapeOf(
  picture: Uint8Array,
): Promise<[type: string | undefined, width: number, height: number]> {
  const bytes = Buffer.from(picture)
  if (bytes.toString('latin1', 4, 12) === 'ftypavif') {
    const size = bytes.indexOf('ispe') + 8
    return ['image/avif', bytes.readUInt32BE(size), bytes.readUInt32BE(size + 4)]
  }
  const { mediaType, width, height } = await sharp(picture).metadata()
  return [mediaType, width, height]
}
