/** Checks of a chosen file before the upload. The server checks the file again and more strictly. */

export type FileFault = 'notPhoto' | 'empty' | 'tooLarge' | 'unreadable'

/**
 * Checks the size and the first bytes of the file. Resolves with `null` if the file looks like a photo. AVIF and HEIC pass, because some
 * servers can open them.
 */
export async function faultOf(file: File, maxMegabytes: number): Promise<FileFault | null> {
  if (file.size === 0) return 'empty'
  if (file.size > maxMegabytes * 2 ** 20) return 'tooLarge'
  try {
    const head = String.fromCharCode(...new Uint8Array(await file.slice(0, 12).arrayBuffer()))
    return beginnings.test(head) ? null : 'notPhoto'
  } catch {
    // The file is a folder, or it was moved.
    return 'unreadable'
  }
}

/** First bytes of JPEG, PNG, WebP, and HEIC or AVIF, one character for each byte. */
const beginnings = /^(\xff\xd8\xff|\x89PNG\r\n|RIFF.{4}WEBP|.{4}ftyp(hei|mif1|avif))/s
