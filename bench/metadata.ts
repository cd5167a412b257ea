/** Time to read the photographer's metadata of a 24-megapixel photo: `node bench/metadata.ts`. */
import { createMetadataReader } from '../src/base/metadata/embedded.ts'
import { photographerMetadata } from '../src/base/metadata/merge.ts'
import { withAltText } from '../src/base/metadata/xmp-alt-text.ts'
import { bytesOf, darktableFile, xmpText } from '../test/support/fixtures/metadata/documents.ts'
import { blocksOf, metadataFile } from '../test/support/fixtures/metadata/photos.ts'
import { noisyPhoto } from './noisy-photo.ts'
import { median, renderTable, type Table } from './table.ts'

const runs = 41
const chunkBytes = 65_536
const targetMs = 5

export async function measureMetadata(): Promise<Table[]> {
  const photo = await noisyPhoto(6000, 4000)
  const small = await metadataFile('canaries.jpg')
  const { xmp, iptc, exif } = blocksOf(small)
  // The segments of the small photo up to its tables.
  const segments = small.subarray(2, Buffer.from(small).indexOf(Buffer.from([0xff, 0xdb])))
  const usual = joined(photo, segments)
  const extended = joined(photo, segments, extendedSegments(xmpOfLength(990_000)))
  const sidecars = { usual: bytesOf(darktableFile), large: xmpOfLength(990_000) }
  const rows = [
    measured('JPEG without metadata', () => readPhoto(photo)),
    measured(`JPEG with XMP (${xmp?.length} B), IPTC (${iptc?.length} B) and EXIF (${exif?.length} B)`, () =>
      readPhoto(usual),
    ),
    measured('the same JPEG with 1 MB of extended XMP', () => readPhoto(extended)),
    measured('the usual JPEG and an XMP file of darktable', () => readPhoto(usual, sidecars.usual)),
    measured('an XMP file of 1 MB', () => photographerMetadata({ beside: [sidecars.large] })),
    measured('alt text into an XMP file of 1 MB', () => withAltText(sidecars.large, 'Alt text')),
  ]
  return [
    {
      title: 'Metadata of a 24-megapixel photo',
      columns: ['what', 'median, ms', 'slowest, ms', `at most ${targetMs} ms`],
      rows,
      note: `${runs} runs each, over bytes in memory in chunks of 64 KB. The large XMP holds ${countOf(sidecars.large)} settings of an editor.`,
    },
  ]
}

/** Reads a photo as it passes, until the reader is done. */
function readPhoto(photo: Uint8Array, ...beside: Uint8Array[]): unknown {
  const reader = createMetadataReader()
  for (let at = 0; at < photo.length && !reader.isDone(); at += chunkBytes) {
    reader.push(photo.subarray(at, at + chunkBytes))
  }
  reader.end()
  return photographerMetadata({ beside, embedded: reader.blocks() ?? null })
}

function measured(what: string, work: () => unknown): string[] {
  const times: number[] = []
  for (let run = 0; run < runs; run++) {
    const start = performance.now()
    work()
    times.push(performance.now() - start)
  }
  const middle = median(times)
  return [what, middle.toFixed(2), Math.max(...times).toFixed(2), middle <= targetMs ? 'yes' : 'no']
}

/** Puts segments after the start of a JPEG. */
function joined(photo: Uint8Array, ...segments: Uint8Array[]): Buffer {
  return Buffer.concat([photo.subarray(0, 2), ...segments, photo.subarray(2)])
}

const setting =
  '<rdf:li darktable:num="1" darktable:params="gz02eJxjYGBgsJfYAsZkzOYZfGRmoA0123456789abcdef"/>'

/** Builds a document with so many settings of an editor. */
function xmpOfLength(bytes: number): Uint8Array<ArrayBuffer> {
  const settings = setting.repeat(Math.floor((bytes - 3000) / setting.length))
  return bytesOf(
    xmpText(
      `<rdf:Description rdf:about="" xmp:Rating="3"><darktable:history><rdf:Seq>${settings}</rdf:Seq></darktable:history></rdf:Description>`,
    ),
  )
}

function countOf(document: Uint8Array): number {
  return new TextDecoder().decode(document).split('<rdf:li').length - 1
}

/** Splits a document into segments of extended XMP. The digest is not that of the main document, so it is read but not parsed. */
function extendedSegments(document: Uint8Array): Buffer {
  const partBytes = 65_000
  const segments: Buffer[] = []
  for (let at = 0; at < document.length; at += partBytes) {
    const part = document.subarray(at, at + partBytes)
    const head = Buffer.alloc(4 + 35 + 32 + 8)
    head.writeUInt16BE(0xffe1)
    head.writeUInt16BE(head.length - 2 + part.length, 2)
    head.write(`http://ns.adobe.com/xmp/extension/\0${'0'.repeat(32)}`, 4, 'latin1')
    head.writeUInt32BE(document.length, 71)
    head.writeUInt32BE(at, 75)
    segments.push(head, Buffer.from(part))
  }
  return Buffer.concat(segments)
}

if (import.meta.main) for (const table of await measureMetadata()) console.log(renderTable(table))
