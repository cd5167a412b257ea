/** Limits of a photographer's metadata. Longer texts are cut between two graphemes. */

/** Upper bound on an XMP document, in bytes. Lightroom's files with many edits have some 100 kB. */
export const maxXmpBytes = 1_000_000

/** Upper bound on IPTC with the Photoshop resources around it, in bytes. */
export const maxIptcBytes = 131_072

/** Upper bound on EXIF, in bytes. A JPEG segment holds no more. */
export const maxExifBytes = 65_536

/** Upper bounds on texts, in UTF-16 units. */
export const maxLength = {
  title: 500,
  description: 5000,
  altText: 2000,
  keyword: 100,
  creator: 200,
  copyright: 1000,
  usageTerms: 2000,
} as const

export const maxKeywords = 200
export const maxCreators = 20
