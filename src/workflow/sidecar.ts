/**
 * The sidecar: V2's text file beside a photo, with its Stable Diffusion caption, its captions, and the picture's metadata. This
 * file and sidecar/alt-text.ts define the meaning of the values, sidecar/document.ts the layout of a file, and sidecar/value.ts the format
 * of a value.
 */
import type { Rating } from '../contract/rating.ts'
import { hasEditedAltText } from './sidecar/alt-text.ts'
import {
  hasKey,
  listOf,
  mappingOf,
  metadataOf,
  type SidecarDocument,
  sdCaptionOf,
  textOf,
  withSdCaption,
  withValues,
} from './sidecar/document.ts'
import type { SidecarValue } from './sidecar/value.ts'

export { altTextMadeHere, hasEditedAltText, isAiAltText, withEditedAltText } from './sidecar/alt-text.ts'
export { formatSidecar, parseSidecar } from './sidecar/document.ts'
export type { SidecarDocument, SidecarValue }
export { listOf, metadataOf, sdCaptionOf, textOf, withSdCaption, withValues }

/** Captions by platform. V2 names a text for no particular platform `generic`. */
export type PlatformCaptions = Readonly<Record<string, string>>

const detailKeys = [
  'subject',
  'lighting',
  'pose',
  'camera',
  'materials',
  'art_style',
  'composition',
  'background',
  'color_palette',
  'alt_text',
  'tags',
  'aesthetic_terms',
  'moderation',
] as const

/** The extended metadata: the vision model's description. */
export type SidecarDetails = Readonly<
  Partial<Record<(typeof detailKeys)[number], string | readonly string[] | null>>
>

/** Results of an analysis. */
export interface SidecarAnalysis {
  /** Time of the analysis. */
  at: Date
  imageFile: string
  sha256: string
  modelVersion: string
  /** Dropbox's identifiers of the file and its content. If absent, the sidecar keeps its values. */
  ofDropbox?: { fileId: string; rev: string } | undefined
  /** The tenant's artist name. If absent, the sidecar keeps its value. */
  artistAlias?: string
  /** Stable Diffusion caption; `null` keeps the existing text. */
  sdCaption: string | null
  /** The caption shown with the photo; never blank. */
  caption: string
  /** The caption written for each platform. */
  platformCaptions: PlatformCaptions
  /** True when the alt text is the photographer's. */
  hasOwnAltText?: boolean
  /** Replaces all earlier details. `null` keeps them, for tenants without extended metadata. */
  details: SidecarDetails | null
  /** Alt text to keep where `details` is `null`. Default: the earlier alt text stays. */
  altText?: string | null
  /** Rating by the AI. A person's rating is a value of its own. */
  rating: Rating
  /** Tags that a confirmation mail needs if the tenant keeps no extended metadata. `null` removes them. */
  confirmationTags: readonly string[] | null
}

/**
 * Returns the caption shown with the photo: a person's or the last analysis's, otherwise the first that was made for a platform.
 * Returns an empty string if a person emptied the caption, and `null` without a caption. V2's first line trains Stable Diffusion and
 * is never a caption.
 */
export function captionOf(document: SidecarDocument): string | null {
  const caption = ownCaptionOf(document)
  if (caption !== null) return caption
  const byPlatform = Object.values(platformCaptionsOf(document))
  return byPlatform.find((text) => text !== '') ?? byPlatform[0] ?? null
}

/** Returns the caption that a channel gets unless a person types another; empty without a saved caption. */
export function savedCaptionFor(
  document: SidecarDocument,
  { name, platform }: { name: string; platform: string },
): string {
  const saved = new Map(Object.entries(platformCaptionsOf(document)))
  return saved.get(name) ?? saved.get(platform) ?? captionOf(document) ?? ''
}

/** Origin of a photo's caption. `training`: the sidecar has only V2's first line, which is not a caption. */
export const captionSources = ['person', 'ai', 'training', 'photographer'] as const
export type CaptionSource = (typeof captionSources)[number]

/** Returns the origin of the caption that {@link captionOf} returns, or `null` if the sidecar has no text at all. */
export function captionSourceOf(document: SidecarDocument): CaptionSource | null {
  if (hasEditedCaption(document)) return 'person'
  if (captionOf(document) !== null) return 'ai'
  return sdCaptionOf(document) === null ? null : 'training'
}

/**
 * Returns the captions by platform: as a person last submitted them, otherwise as generated. A text that a person emptied is an
 * empty string. Returns an empty object if a person's single caption stands for all platforms, or if the sidecar has no captions.
 */
export function platformCaptionsOf(document: SidecarDocument): PlatformCaptions {
  const submitted = captionsAt(document, 'caption_submitted')
  if (Object.keys(submitted).length > 0) return submitted
  return hasEditedCaption(document) ? {} : captionsAt(document, 'caption_generated')
}

/** Checks if a person wrote the caption: it is marked as edited, or was never generated, as after editing the file by hand. */
export function hasEditedCaption(document: SidecarDocument): boolean {
  if (Object.keys(captionsAt(document, 'caption_submitted')).length > 0) return true
  const caption = ownCaptionOf(document)
  if (caption === null) return false
  return (
    isMarkedAsEdited(document) || !Object.values(captionsAt(document, 'caption_generated')).includes(caption)
  )
}

function isMarkedAsEdited(document: SidecarDocument): boolean {
  return /^(?:true|yes|1)$/i.test(textOf(document, 'caption_edited') ?? '')
}

/** Checks if a person emptied the caption and left no text for any platform. */
function isEmptied(document: SidecarDocument): boolean {
  const texts = [captionOf(document), ...Object.values(platformCaptionsOf(document))]
  return texts.every((text) => text === '')
}

/** Returns the caption that stands for all platforms; empty if a person emptied it. */
function ownCaptionOf(document: SidecarDocument): string | null {
  const hasBeenEmptied = hasKey(document, 'caption') && isMarkedAsEdited(document)
  return textOf(document, 'caption') ?? (hasBeenEmptied ? '' : null)
}

/**
 * Returns the sidecar with a person's caption; a blank caption becomes an empty string. Platform texts that equal the former
 * caption change with it, otherwise V2 would show the old text.
 */
export function withEditedCaption(document: SidecarDocument, written: string, at: Date): SidecarDocument {
  const caption = orEmpty(written)
  const former = ownCaptionOf(document)
  const submitted = mappingOf(document, 'caption_submitted')
  return withValues(document, {
    caption,
    caption_submitted:
      submitted &&
      Object.fromEntries(
        Object.entries(submitted).map(([platform, text]) => [platform, text === former ? caption : text]),
      ),
    caption_edited: 'True',
    caption_updated_at: timestamp(at),
  })
}

/** Adds the photo's name to a sidecar that names no photo. Other photos of the stem then do not use the sidecar. */
export function withOwner(document: SidecarDocument, photo: string): SidecarDocument {
  return textOf(document, 'image_file') === null ? withValues(document, { image_file: photo }) : document
}

/** Returns the tags of the extended metadata, otherwise the tags kept for the confirmation mail. */
export function tagsOf(document: SidecarDocument): readonly string[] {
  const tags = listOf(document, 'tags')
  return tags.length > 0 ? tags : listOf(document, 'confirmation_tags')
}

/** A person's caption for all platforms, and captions for single platforms. */
export interface CaptionTexts {
  caption: string | undefined
  captions: PlatformCaptions
}

/**
 * Returns the sidecar with the captions that a person submitted with a photo. Changes nothing if the sidecar already says the
 * same. Otherwise saves all submitted texts, because a generated text does not count beside a submitted text.
 */
export function withSubmittedCaptions(
  document: SidecarDocument,
  { caption, captions }: CaptionTexts,
  at: Date,
): SidecarDocument {
  const edited =
    caption === undefined || orEmpty(caption) === captionOf(document)
      ? document
      : withEditedCaption(document, caption, at)
  const known = platformCaptionsOf(edited)
  const submitted = Object.entries(captions).map(([platform, text]) => [platform, orEmpty(text)] as const)
  const news = submitted.filter(([platform, text]) => text !== known[platform])
  if (news.length === 0) return edited
  return withValues(edited, {
    // A text for one platform is not a text for all. If the photo has no caption, the first submitted text becomes its caption.
    caption: captionOf(edited) === null ? news.find(([, text]) => text !== '')?.[1] : undefined,
    caption_submitted: { ...mappingOf(edited, 'caption_submitted'), ...Object.fromEntries(submitted) },
    caption_edited: 'True',
    caption_updated_at: timestamp(at),
  })
}

/**
 * Returns the sidecar with the results of an analysis. A person's caption stays, except with `replaceEdited`, or with
 * `replaceEmpty` if it is empty. A person's alt text and the lines of other programs always stay.
 */
export function withAnalysis(
  document: SidecarDocument,
  analysis: SidecarAnalysis,
  { replaceEdited = false, replaceEmpty = false }: { replaceEdited?: boolean; replaceEmpty?: boolean } = {},
): SidecarDocument {
  const { at, sdCaption, caption, platformCaptions, details, confirmationTags } = analysis
  const altText = details ? details.alt_text : analysis.altText
  const mayReplace = replaceEdited || (replaceEmpty && isEmptied(document))
  const keepsCaption = hasEditedCaption(document) && !mayReplace
  return withValues(sdCaption === null ? document : withSdCaption(document, sdCaption), {
    image_file: analysis.imageFile,
    dropbox_file_id: analysis.ofDropbox?.fileId,
    dropbox_rev: analysis.ofDropbox?.rev,
    sha256: analysis.sha256,
    created: timestamp(at),
    sd_caption_version: sdCaption === null ? undefined : 'v1.0',
    model_version: analysis.modelVersion,
    artist_alias: analysis.artistAlias,
    ...(details && Object.fromEntries(detailKeys.map((key) => [key, orNull(details[key])]))),
    ...(altText !== undefined && {
      alt_text: orNull(altText),
      alt_text_by: analysis.hasOwnAltText ? 'photographer' : null,
    }),
    rating_generated: analysis.rating,
    confirmation_tags: orNull(confirmationTags),
    ...(hasEditedAltText(document) && { alt_text: undefined, alt_text_by: undefined }),
    caption: keepsCaption ? undefined : caption,
    caption_submitted: keepsCaption ? undefined : null,
    caption_generated: Object.values(platformCaptions).includes(caption)
      ? platformCaptions
      : { generic: caption, ...platformCaptions },
    caption_edited: keepsCaption ? undefined : null,
    caption_updated_at: keepsCaption ? undefined : timestamp(at),
  })
}

/**
 * Reads the captions of a key. V2 first wrote one text for all platforms, later a text for each. Only a person can empty a text,
 * so blank generated texts are ignored.
 */
function captionsAt(
  document: SidecarDocument,
  key: 'caption_generated' | 'caption_submitted',
): PlatformCaptions {
  const byPlatform = mappingOf(document, key)
  if (byPlatform) {
    const texts = Object.entries(byPlatform).map(([platform, text]) => [platform, orEmpty(text)] as const)
    const isKept =
      key === 'caption_submitted' ? () => true : ([, text]: readonly [string, string]) => text !== ''
    return Object.fromEntries(texts.filter(isKept))
  }
  const text = textOf(document, key)
  return text === null || /^[[{]/.test(text) ? {} : { generic: text }
}

/** Maps a text of only white space to the empty string. */
function orEmpty(text: string): string {
  return text.trim() === '' ? '' : text
}

/** Maps empty values to `null`, because V2 omits keys without a value. */
function orNull(value: string | readonly string[] | null | undefined): SidecarValue | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value
  const items = value?.filter((item) => item.trim() !== '') ?? []
  return items.length > 0 ? items : null
}

/** Formats a time as V2 does: UTC, to the second. */
function timestamp(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z')
}
