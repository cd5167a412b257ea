/** Restores an analysis from the sidecar. */
import type { Platform } from '../../contract/platform.ts'
import type { Rating } from '../../contract/rating.ts'
import type { PhotoName } from '../../ports/photo.ts'
import type { CaptionRules } from '../../ports/publisher.ts'
import { fitCaption } from '../captions/fit.ts'
import { ratingOf } from '../rating.ts'
import {
  captionOf,
  listOf,
  type SidecarDocument,
  savedCaptionFor,
  sdCaptionOf,
  tagsOf,
  textOf,
} from '../sidecar.ts'

export interface Analysis {
  name: PhotoName
  description: string
  mood: string
  tags: readonly string[]
  nsfw: boolean
  caption: string
  sdCaption: string | null
  altText: string | null
  rating: Rating
  /** Captions within each platform's limits. */
  platformCaptions: Readonly<Partial<Record<Platform, string>>>
  sidecarWritten: boolean
}

/**
 * Returns the analysis that the sidecar holds, or `null` if the AI must be called. A caption that a person emptied counts as
 * present. Sidecars keep no description and no mood; the subject replaces the description.
 */
export function rememberedAnalysis(
  document: SidecarDocument,
  name: PhotoName,
  {
    platforms,
    settings,
  }: {
    platforms: readonly { platform: Platform; captionRules: CaptionRules }[]
    settings: { content: { default_rating?: Rating } }
  },
): Analysis | null {
  const caption = captionOf(document)
  if (caption === null) return null
  return {
    name,
    description: textOf(document, 'description') ?? textOf(document, 'subject') ?? '',
    mood: textOf(document, 'mood') ?? '',
    tags: tagsOf(document),
    nsfw: listOf(document, 'moderation').length > 0,
    caption,
    sdCaption: sdCaptionOf(document),
    altText: textOf(document, 'alt_text'),
    rating: ratingOf(document, settings.content.default_rating),
    platformCaptions: Object.fromEntries(
      platforms.map(({ platform, captionRules }) => [
        platform,
        fitCaption(savedCaptionFor(document, { name: platform, platform }), captionRules),
      ]),
    ),
    sidecarWritten: false,
  }
}
