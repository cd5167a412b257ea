/** Checks a reduced AVIF that was kept: ISO/IEC 14496-12, section 8.11, and the AVIF specification, section 2. */
import { ascii, viewOf } from './blocks.ts'
import { boxesIn } from './container.ts'
import type { Size } from './fit.ts'

const fileBoxes = new Set(['ftyp', 'meta', 'mdat'])
const metaBoxes = new Set(['hdlr', 'pitm', 'iloc', 'iinf', 'iprp', 'iref'])
/** Properties of upright pictures. Excludes rotation, mirroring and cropping. */
const properties = new Set(['ispe', 'pixi', 'av1C', 'colr', 'auxC'])
/** Upper bound on everything but the pixels. Our encoders write 400 bytes. */
const maxMetaBytes = 4096
/** Upper bound on the description of an item. Its name may have some 20 characters. */
const maxItemBytes = 32

/**
 * Returns the size of a complete and upright AVIF that consists only of pictures, in pixels. Returns `null` for any other file, such as
 * a truncated file, a sequence, and a file with Exif, XMP or unknown boxes. Does not look into the pixels. Never throws.
 */
export function cleanAvifSize(bytes: Uint8Array): Size | null {
  const parts = boxesOf(bytes, 0, fileBoxes)
  const [type, meta, pixels] = [parts?.get('ftyp'), parts?.get('meta'), parts?.get('mdat')]
  if (!type || !meta || !pixels || ascii(type, 0, 4) !== 'avif') return null
  if (type.length + meta.length > maxMetaBytes) return null
  const described = boxesOf(meta, 4, metaBoxes)
  const [items, list] = [described?.get('iinf'), described?.get('iprp')]
  if (!items || !list || !areAllPictures(items)) return null
  const container = boxesOf(list, 0, new Set(['ipco', 'ipma']))?.get('ipco')
  return container ? sizeIn(container) : null
}

/** Returns the payloads of consecutive boxes; `null` if a box is repeated, malformed or not allowed. */
function boxesOf(
  bytes: Uint8Array,
  begin: number,
  allowed: ReadonlySet<string>,
): Map<string, Uint8Array> | null {
  const found = new Map<string, Uint8Array>()
  let at = begin
  for (const { kind, start, end } of boxesIn(
    (from, length) => bytes.subarray(from, from + length),
    begin,
    bytes.length,
  )) {
    if (!allowed.has(kind) || found.has(kind)) return null
    found.set(kind, bytes.subarray(start, end))
    at = end
  }
  return at === bytes.length ? found : null
}

/** Checks if every item is a picture, with a name of a few characters at most. */
function areAllPictures(items: Uint8Array): boolean {
  let count = 0
  let at = items[0] === 0 ? 6 : 8
  const read = (from: number, length: number) => items.subarray(from, from + length)
  for (const { kind, start, end } of boxesIn(read, at, items.length)) {
    if (kind !== 'infe' || items[start] !== 2 || end - start > maxItemBytes) return false
    if (ascii(items, start + 8, start + 12) !== 'av01') return false
    count++
    at = end
  }
  return count > 0 && at === items.length
}

/** Returns the largest width and height of the pictures; transparency is a picture of its own. */
function sizeIn(container: Uint8Array): Size | null {
  const size = { width: 0, height: 0 }
  let at = 0
  const read = (from: number, length: number) => container.subarray(from, from + length)
  for (const { kind, start, end } of boxesIn(read, 0, container.length)) {
    if (!properties.has(kind)) return null
    if (kind === 'ispe') {
      if (end - start !== 12) return null
      const view = viewOf(container)
      size.width = Math.max(size.width, view.getUint32(start + 4))
      size.height = Math.max(size.height, view.getUint32(start + 8))
    }
    at = end
  }
  return at === container.length && size.width > 0 && size.height > 0 ? size : null
}
