/** Collects the metadata before the first scan of a JPEG (ITU-T T.81, annex B; XMP specification part 3, section 1.1). */
import { ascii, viewOf } from '../../picture/blocks.ts'
import { exifIdentifier } from '../../picture/exif.ts'
import { type Input, joined, type Reading, skip } from '../../picture/input.ts'
import { maxBlocksBeforePixels, maxBytesBeforePixels } from '../../picture/limits.ts'
import { nextMarker, xmpIdentifier } from '../../picture/strip/jpeg.ts'
import { photoshopIdentifier } from '../iptc.ts'
import { maxIptcBytes, maxXmpBytes } from '../limits.ts'
import type { EmbeddedBlocks } from './blocks.ts'

const marker = { startOfImage: 0xd8, endOfImage: 0xd9, startOfScan: 0xda, app1: 0xe1, app13: 0xed } as const
const extensionIdentifier = 'http://ns.adobe.com/xmp/extension/\0'
/** Longest identifier. */
const identifierBytes = extensionIdentifier.length

export function* jpegBlocks(input: Input): Reading<EmbeddedBlocks> {
  const collected = createCollection()
  input.consume(2)
  for (let blocks = 0; blocks <= maxBlocksBeforePixels && input.position <= maxBytesBeforePixels; blocks++) {
    const kind = yield* nextMarker(input)
    if (kind === null || (kind >= marker.startOfImage && kind <= marker.startOfScan)) break
    const begin = yield* input.peek(2 + identifierBytes)
    if (begin.length < 2) break
    const length = viewOf(begin).getUint16(0)
    if (length < 2) break
    if (collected.wants(kind, begin.subarray(2))) {
      const segment = yield* input.peek(length)
      if (segment.length < length) break
      collected.add(segment.subarray(2, length))
    }
    if (!(yield* skip(input, length))) break
  }
  return collected.blocks()
}

function startsWith(bytes: Uint8Array, identifier: string): boolean {
  return ascii(bytes, 0, identifier.length) === identifier
}

interface Collection {
  wants(kind: number, begin: Uint8Array): boolean
  /** Adds the payload of a wanted segment. */
  add(payload: Uint8Array): void
  blocks(): EmbeddedBlocks
}

function createCollection(): Collection {
  let xmp: Uint8Array | null = null
  let exif: Uint8Array | null = null
  const iptc: Uint8Array[] = []
  let iptcBytes = 0
  const extension = createExtension()
  return {
    wants(kind, begin) {
      if (kind === marker.app13) return startsWith(begin, photoshopIdentifier)
      if (kind !== marker.app1) return false
      return [exifIdentifier, xmpIdentifier, extensionIdentifier].some((each) => startsWith(begin, each))
    },
    add(payload) {
      // Copies each part, so that no chunk of the photo stays in memory.
      if (startsWith(payload, exifIdentifier)) exif ??= payload.slice(exifIdentifier.length)
      else if (startsWith(payload, xmpIdentifier)) xmp ??= payload.slice(xmpIdentifier.length)
      else if (startsWith(payload, extensionIdentifier)) {
        extension.add(payload.subarray(extensionIdentifier.length))
      } else if (iptcBytes + payload.length <= maxIptcBytes) {
        // Resources that exceed a segment go on in the next.
        iptc.push(payload.slice(photoshopIdentifier.length))
        iptcBytes += payload.length
      }
    },
    blocks: () => ({
      xmp,
      extendedXmp: xmp && extension.whole(xmp),
      iptc: iptc.length > 0 ? joined(iptc) : null,
      exif,
    }),
  }
}

const digestBytes = 32
const extensionHeaderBytes = digestBytes + 8

interface Extension {
  /** Adds a part: the digest of the whole in 32 letters, its length, the part's offset, and the part. */
  add(payload: Uint8Array): void
  /** Returns the document if it is complete, and if the main document names its digest. */
  whole(main: Uint8Array): Uint8Array | null
}

/** Joins the parts of one extended XMP document. Keeps only the parts that follow each other, as all programs write them. */
function createExtension(): Extension {
  let digest = ''
  let length = 0
  let filled = 0
  let parts: Uint8Array[] = []
  return {
    add(payload) {
      if (payload.length <= extensionHeaderBytes) return
      const view = viewOf(payload)
      const part = payload.slice(extensionHeaderBytes)
      if (digest === '') {
        digest = ascii(payload, 0, digestBytes)
        length = view.getUint32(digestBytes)
      }
      const isNext = ascii(payload, 0, digestBytes) === digest && view.getUint32(digestBytes + 4) === filled
      if (!isNext || length > maxXmpBytes || filled + part.length > length) return
      parts.push(part)
      filled += part.length
    },
    whole(main) {
      const isNamed = /^[0-9A-F]{32}$/i.test(digest) && new TextDecoder().decode(main).includes(digest)
      const found = isNamed && filled > 0 && filled === length ? joined(parts) : null
      parts = []
      return found
    },
  }
}
