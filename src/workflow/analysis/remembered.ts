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
  /** Captions by channel, within the platforms' limits. */
  platformCaptions: Readonly<Record<string, string>>
  sidecarWritten: boolean
}

/** Channel that gets a caption. */
export interface CaptionedChannel {
  channel: { name: string; platform: Platform }
  captionRules: CaptionRules
}

/**
 * Returns the analysis that the sidecar holds, or `null` if the AI must be called. A caption that a person emptied counts as
 * present. Sidecars keep no description and no mood; the subject replaces the description.
 */
export function rememberedAnalysis(
  document: SidecarDocument,
  name: PhotoName,
  {
    channels,
    settings,
  }: {
    channels: readonly CaptionedChannel[]
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
      channels.map(({ channel, captionRules }) => [
        channel.name,
        fitCaption(savedCaptionFor(document, channel), captionRules),
      ]),
    ),
    sidecarWritten: false,
  }
}
