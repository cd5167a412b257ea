/** What the page can tell of a chosen file before it sends it. The server looks again, and closer. */

export type FileFault = 'notPhoto' | 'notPhotoYet' | 'empty' | 'tooLarge' | 'unreadable'

/** Reads the first bytes of the file. `notPhotoYet`: a phone's HEIC, which its camera can be told not to make. */
export async function faultOf(file: File, maxMegabytes: number): Promise<FileFault | null> {
  if (file.size === 0) return 'empty'
  if (file.size > maxMegabytes * 2 ** 20) return 'tooLarge'
  try {
    const head = String.fromCharCode(...new Uint8Array(await file.slice(0, 12).arrayBuffer()))
    if (beginnings.some((bytes) => head.startsWith(bytes)) || /^RIFF.{4}WEBP/s.test(head)) return null
    return /^.{4}ftyp(heic|heix|hevc|mif1|msf1|avif)/s.test(head) ? 'notPhotoYet' : 'notPhoto'
  } catch {
    // A folder, or a file that has gone from its place.
    return 'unreadable'
  }
}

/** JPEG and PNG as their formats begin, one character for each byte. */
const beginnings = ['\xff\xd8\xff', '\x89PNG\r\n']
