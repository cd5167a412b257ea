/** What the page can tell of a chosen file before it sends it. The server looks again, and closer. */

export type FileFault = 'notPhoto' | 'notPhotoYet' | 'empty' | 'tooLarge' | 'unreadable'

/** Reads the first bytes of the file. AVIF and HEIC are sent: some servers can open them. */
export async function faultOf(file: File, maxMegabytes: number): Promise<FileFault | null> {
  if (file.size === 0) return 'empty'
  if (file.size > maxMegabytes * 2 ** 20) return 'tooLarge'
  try {
    const head = await beginningOf(file)
    const isPhoto = beginnings.some((bytes) => head.startsWith(bytes)) || /^RIFF.{4}WEBP/s.test(head)
    return isPhoto || phoneFormats.test(head) ? null : 'notPhoto'
  } catch {
    // A folder, or a file that has gone from its place.
    return 'unreadable'
  }
}

/** Tells an AVIF or a phone's HEIC, which its camera can be told not to make. */
export async function isPhoneFormat(file: File): Promise<boolean> {
  return phoneFormats.test(await beginningOf(file).catch(() => ''))
}

async function beginningOf(file: File): Promise<string> {
  return String.fromCharCode(...new Uint8Array(await file.slice(0, 12).arrayBuffer()))
}

const phoneFormats = /^.{4}ftyp(hei[cxms]|mif1|avif)/s

/** JPEG and PNG as their formats begin, one character for each byte. */
const beginnings = ['\xff\xd8\xff', '\x89PNG\r\n']
