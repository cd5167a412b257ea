/** Recognises HEIC and AVIF, which a host accepts only if it can convert them to JPEG. */
import { ascii, viewOf } from './blocks.ts'

export type PhoneFormat = 'HEIC' | 'AVIF'

const formats: ReadonlyMap<string, PhoneFormat> = new Map([
  ['avif', 'AVIF'],
  ['heic', 'HEIC'],
  ['heix', 'HEIC'],
  ['heim', 'HEIC'],
  ['heis', 'HEIC'],
  ['mif1', 'HEIC'],
])

/** Upper bound on the bytes of the file type box to read. */
const maxBoxBytes = 256

/**
 * Returns the format by the file type box (ISO/IEC 14496-12, section 4.3) in the first bytes of a file. Returns `null` for all
 * other files, including videos and animations.
 */
export function phoneFormat(bytes: Uint8Array): PhoneFormat | null {
  if (bytes.length < 16 || ascii(bytes, 4, 8) !== 'ftyp') return null
  const end = Math.min(bytes.length, viewOf(bytes).getUint32(0), maxBoxBytes)
  const brands = [ascii(bytes, 8, 12)]
  for (let at = 16; at + 4 <= end; at += 4) brands.push(ascii(bytes, at, at + 4))
  if (!formats.has(brands[0] ?? '')) return null
  return brands.includes('avif') ? 'AVIF' : 'HEIC'
}
