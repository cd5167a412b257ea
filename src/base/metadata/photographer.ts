/** Describes a photo in the words that its photographer wrote in another program, such as Lightroom. They lie in an XMP file or the photo. */

/** Names and terms that may leave with a copy of the photo. */
export interface Credit {
  /** Names in order. */
  creators: readonly string[]
  copyright: string | null
  usageTerms: string | null
}

/** All texts are trimmed, bounded, of one line (`description`, `altText`, `usageTerms`: several), and never blank. */
export interface PhotographerMetadata extends Credit {
  title: string | null
  description: string | null
  keywords: readonly string[]
  /** 1 to 5 stars, 0 for none, -1 for a rejected photo. */
  rating: number | null
  altText: string | null
  /** ISO 8601 with seconds; without an offset if none was recorded. */
  takenAt: string | null
}

export const noMetadata: PhotographerMetadata = {
  title: null,
  description: null,
  keywords: [],
  creators: [],
  copyright: null,
  usageTerms: null,
  rating: null,
  altText: null,
  takenAt: null,
}

/** Fills the gaps of `found` with what another source says. */
export function filledFrom(found: PhotographerMetadata, source: PhotographerMetadata): PhotographerMetadata {
  return {
    title: found.title ?? source.title,
    description: found.description ?? source.description,
    keywords: found.keywords.length > 0 ? found.keywords : source.keywords,
    creators: found.creators.length > 0 ? found.creators : source.creators,
    copyright: found.copyright ?? source.copyright,
    usageTerms: found.usageTerms ?? source.usageTerms,
    rating: found.rating ?? source.rating,
    altText: found.altText ?? source.altText,
    takenAt: found.takenAt ?? source.takenAt,
  }
}
