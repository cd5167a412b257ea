/** Photos that are taken only where the host can make a JPEG of them: HEIC, as phones write it, and AVIF. */
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

/** Bytes of the file type box that are looked at. */
const maxBoxBytes = 256

/**
 * Tells the format by the file type box (ISO/IEC 14496-12, section 4.3), from the first bytes of a file. `null` for all other
 * files, films and animations among them.
 */
export function phoneFormat(bytes: Uint8Array): PhoneFormat | null {
  if (bytes.length < 16 || ascii(bytes, 4, 8) !== 'ftyp') return null
  const end = Math.min(bytes.length, viewOf(bytes).getUint32(0), maxBoxBytes)
  const brands = [ascii(bytes, 8, 12)]
  for (let at = 16; at + 4 <= end; at += 4) brands.push(ascii(bytes, at, at + 4))
  if (!formats.has(brands[0] ?? '')) return null
  return brands.includes('avif') ? 'AVIF' : 'HEIC'
}
