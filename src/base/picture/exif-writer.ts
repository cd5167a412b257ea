/** Writes small EXIF structures in big-endian TIFF (EXIF 2.32, section 4.6.2). */
import { viewOf } from './blocks.ts'

/** Tags of the first directory (EXIF 2.32, section 4.6.4). */
export const exifTag = { orientation: 0x0112, artist: 0x013b, copyright: 0x8298 } as const

export interface ExifText {
  tag: number
  text: string
}

interface Entry {
  tag: number
  type: number
  count: number
  /** Bytes of the value. Up to four bytes lie inside the entry. */
  value: Uint8Array
}

const fieldType = { ascii: 2, short: 3 } as const
const directoryAt = 8

/** Returns a structure with the orientation, unless it is 1, and the texts in UTF-8. `texts` are in the order of their tags. */
export function exifOf(orientation: number, texts: readonly ExifText[]): Uint8Array<ArrayBuffer> {
  const entries = [...(orientation === 1 ? [] : [orientationEntry(orientation)]), ...texts.map(textEntry)]
  const valuesAt = directoryAt + 2 + 12 * entries.length + 4
  const tiff = new Uint8Array(valuesAt + entries.reduce((sum, { value }) => sum + outside(value), 0))
  const view = viewOf(tiff)
  tiff.set([0x4d, 0x4d, 0, 42, 0, 0, 0, directoryAt])
  view.setUint16(directoryAt, entries.length)
  let free = valuesAt
  for (const [index, { tag, type, count, value }] of entries.entries()) {
    const at = directoryAt + 2 + 12 * index
    view.setUint16(at, tag)
    view.setUint16(at + 2, type)
    view.setUint32(at + 4, count)
    if (outside(value) === 0) tiff.set(value, at + 8)
    else {
      view.setUint32(at + 8, free)
      tiff.set(value, free)
      free += outside(value)
    }
  }
  return tiff
}

/** Returns the bytes that a value takes behind the directory, which begins each value at an even place. */
function outside({ length }: Uint8Array): number {
  return length <= 4 ? 0 : length + (length % 2)
}

function orientationEntry(orientation: number): Entry {
  return {
    tag: exifTag.orientation,
    type: fieldType.short,
    count: 1,
    value: Uint8Array.of(0, orientation, 0, 0),
  }
}

function textEntry({ tag, text }: ExifText): Entry {
  const value = new TextEncoder().encode(`${text}\0`)
  return { tag, type: fieldType.ascii, count: value.length, value }
}
