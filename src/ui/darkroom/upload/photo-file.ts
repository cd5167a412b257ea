/** What the page can tell of a chosen file before it sends it. The server looks again, and closer. */

export type FileFault = 'notPhoto' | 'empty' | 'tooLarge' | 'unreadable'

/** Reads the first bytes of the file. AVIF and HEIC are sent: some servers can open them. */
export async function faultOf(file: File, maxMegabytes: number): Promise<FileFault | null> {
  if (file.size === 0) return 'empty'
  if (file.size > maxMegabytes * 2 ** 20) return 'tooLarge'
  try {
    const head = String.fromCharCode(...new Uint8Array(await file.slice(0, 12).arrayBuffer()))
    return beginnings.test(head) ? null : 'notPhoto'
  } catch {
    // A folder, or a file that has gone from its place.
    return 'unreadable'
  }
}

/** First bytes of JPEG, PNG, WebP, and HEIC or AVIF, one character for each byte. */
const beginnings = /^(\xff\xd8\xff|\x89PNG\r\n|RIFF.{4}WEBP|.{4}ftyp(hei|mif1|avif))/s
