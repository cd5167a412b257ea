/** Recognises texts that cameras and programs write into every photo. */

/** Whole descriptions, in lower case. */
const descriptions: ReadonlySet<string> = new Set([
  'ascii',
  'binary',
  'default',
  'digital camera',
  'digital image',
  'exif jpeg',
  'exif_jpeg_picture',
  'description',
  'hdrpl',
  'image',
  'jpeg picture',
  'none',
  'oznor',
  'picture',
  'rhdr',
  'untitled',
])
/** Beginnings of descriptions, in lower case. */
const beginnings: readonly string[] = [
  'applemark',
  'camera:',
  'casio computer',
  'charset="ascii"',
  'created with gimp',
  'creator: gd-jpeg',
  'dcim\\',
  'digital still camera',
  'digital stillcamera',
  'file written by adobe photoshop',
  'kodak digital still camera',
  'konica minolta digital camera',
  'lead technologies',
  'minolta digital camera',
  'nikon digital camera',
  'olympus digital camera',
  'pentax digital camera',
  'processed with',
  'samsung camera pictures',
  'samsung digital camera',
  'sony dsc',
]
/** Marks that the cameras of some phones write: the picture's mode. */
const phoneMode = /^(?:cof|dav|edf|bty|hdr|mde|nor|oznor|ptr|rbt|rpt|sdr|srp|vda)$/

export function isCameraText(description: string): boolean {
  const text = description.slice(0, 200).toLowerCase()
  return (
    descriptions.has(text) ||
    phoneMode.test(text) ||
    beginnings.some((beginning) => text.startsWith(beginning))
  )
}

const names: ReadonlySet<string> = new Set([
  'artist',
  'author',
  'copyright',
  'none',
  'owner',
  'picasa',
  'unknown',
  'user',
])

/** Recognises the names and notices of cameras whose owner set none. */
export function isPlaceholder(name: string): boolean {
  return names.has(name.toLowerCase())
}
