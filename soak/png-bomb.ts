/** A small picture whose text chunks inflate to gigabytes, for parsers that inflate chunks they skip. */
import { crc32, deflateSync } from 'node:zlib'

const side = 64
const textChunks = 200
const inflatedBytes = 55 * 2 ** 20

/** Returns a valid PNG of 64 by 64 pixels with about 11 MB of zTXt chunks. */
export function pngBomb(): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(side, 0)
  header.writeUInt32BE(side, 4)
  // 8-bit greyscale.
  header[8] = 8
  const text = Buffer.concat([Buffer.from('bomb\0\0', 'latin1'), deflateSync(Buffer.alloc(inflatedBytes))])
  const bomb = chunk('zTXt', text)
  return new Uint8Array(
    Buffer.concat([
      Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
      chunk('IHDR', header),
      ...Array.from({ length: textChunks }, () => bomb),
      chunk('IDAT', deflateSync(Buffer.alloc(side * (side + 1)))),
      chunk('IEND', Buffer.alloc(0)),
    ]),
  )
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)]
  length.writeUInt32BE(data.length)
  checksum.writeUInt32BE(crc32(body))
  return Buffer.concat([length, body, checksum])
}
