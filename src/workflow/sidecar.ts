/**
 * The sidecar: V2's text file beside a photo, with its Stable Diffusion caption, its captions, and what is known of the
 * picture. This file says what the values mean; sidecar/document.ts how a file is laid out, sidecar/value.ts how one value
 * is written.
 */
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

export { formatSidecar, parseSidecar } from './sidecar/document.ts'
export type { SidecarDocument, SidecarValue }
export { listOf, metadataOf, sdCaptionOf, textOf, withSdCaption, withValues }

/** Captions by platform. V2 calls a text that is meant for no platform in particular `generic`. */
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

/** The extended metadata: what the vision model saw. */
export type SidecarDetails = Readonly<
  Partial<Record<(typeof detailKeys)[number], string | readonly string[] | null>>
>

/** What an analysis found out about a photo. */
export interface SidecarAnalysis {
  /** When it was made. */
  at: Date
  imageFile: string
  sha256: string
  modelVersion: string
  /** Dropbox's own names for the file and its content. Without them, what the sidecar says of them stays. */
  ofDropbox?: { fileId: string; rev: string } | undefined
  /** The tenant's name as an artist. Without it, what the sidecar says stays. */
  artistAlias?: string
  /** `null` leaves the one that is there. */
  sdCaption: string | null
  /** The caption to show; never blank. */
  caption: string
  /** The caption as written for each platform. */
  platformCaptions: PlatformCaptions
  /** Replaces all earlier details; `null`, for tenants without extended metadata, leaves them. */
  details: SidecarDetails | null
  /** Tags that a confirmation mail needs though the tenant keeps no extended metadata; `null`: none are kept for that. */
  confirmationTags: readonly string[] | null
}

/**
 * The caption to show: a person's or the last analysis's, else the first that was made for a platform. Empty where a person
 * emptied it, `null` where there is none. V2's first line trains Stable Diffusion and is never a caption.
 */
export function captionOf(document: SidecarDocument): string | null {
  const caption = ownCaptionOf(document)
  if (caption !== null) return caption
  const byPlatform = Object.values(platformCaptionsOf(document))
  return byPlatform.find((text) => text !== '') ?? byPlatform[0] ?? null
}

/** The caption that one platform gets when a person types no other; empty where there is none. */
export function savedCaptionFor(document: SidecarDocument, platform: string): string {
  return platformCaptionsOf(document)[platform] ?? captionOf(document) ?? ''
}

/** Origin of a photo's words. `training`: V2's first line is all there is, and it is no caption. */
export const captionSources = ['person', 'ai', 'training', 'photographer'] as const
export type CaptionSource = (typeof captionSources)[number]

/** Origin of the caption that {@link captionOf} gives; `null` where the sidecar has no words at all. */
export function captionSourceOf(document: SidecarDocument): CaptionSource | null {
  if (hasEditedCaption(document)) return 'person'
  if (captionOf(document) !== null) return 'ai'
  return sdCaptionOf(document) === null ? null : 'training'
}

/**
 * The captions by platform: as a person last sent them, else as they were generated. A text that a person emptied is an empty
 * one. No platforms where one caption that a person wrote stands for all of them, and where there are none.
 */
export function platformCaptionsOf(document: SidecarDocument): PlatformCaptions {
  const submitted = captionsAt(document, 'caption_submitted')
  if (Object.keys(submitted).length > 0) return submitted
  return hasEditedCaption(document) ? {} : captionsAt(document, 'caption_generated')
}

/**
 * Whether the caption is a person's: marked as such, or not among those that were generated, as after an edit of the file
 * by hand.
 */
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

/** Tells if a person emptied the caption and left no words for any platform. */
function isEmptied(document: SidecarDocument): boolean {
  const texts = [captionOf(document), ...Object.values(platformCaptionsOf(document))]
  return texts.every((text) => text === '')
}

/** The caption that stands for all platforms; empty where a person emptied it. */
function ownCaptionOf(document: SidecarDocument): string | null {
  const hasBeenEmptied = hasKey(document, 'caption') && isMarkedAsEdited(document)
  return textOf(document, 'caption') ?? (hasBeenEmptied ? '' : null)
}

/**
 * The sidecar with a caption that a person wrote; a blank one is an empty one. Of the texts that V2 keeps by platform, those that carried the former
 * caption follow it; V2 would show the old ones otherwise.
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

/** The sidecar with the name of its photo, unless it has one: other photos of the stem then leave it alone. */
export function withOwner(document: SidecarDocument, photo: string): SidecarDocument {
  return textOf(document, 'image_file') === null ? withValues(document, { image_file: photo }) : document
}

/** Tags of the extended metadata, else those that were kept for the confirmation mail alone. */
export function tagsOf(document: SidecarDocument): readonly string[] {
  const tags = listOf(document, 'tags')
  return tags.length > 0 ? tags : listOf(document, 'confirmation_tags')
}

/** Whether the alternative text is a person's. */
export function hasEditedAltText(document: SidecarDocument): boolean {
  return textOf(document, 'alt_text_edited') !== null
}

/** The sidecar with an alternative text that a person wrote, which later analyses leave alone. Blank: none, and the next analysis may write one. */
export function withEditedAltText(document: SidecarDocument, text: string): SidecarDocument {
  const altText = text.replace(/\s+/g, ' ').trim()
  if (altText === (textOf(document, 'alt_text') ?? '')) return document
  return withValues(document, {
    alt_text: altText === '' ? null : altText,
    alt_text_edited: altText === '' ? null : 'True',
  })
}

/** What a person wrote for all platforms, and for single ones. */
export interface CaptionTexts {
  caption: string | undefined
  captions: PlatformCaptions
}

/**
 * The sidecar with what a person sent with a photo. Nothing changes where the sidecar says the same already; otherwise all texts are kept, as
 * one that was generated does not count beside those that a person sent.
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
    // A text for one platform is no text for all: without any, the first one stands for the photo.
    caption: captionOf(edited) === null ? news.find(([, text]) => text !== '')?.[1] : undefined,
    caption_submitted: { ...mappingOf(edited, 'caption_submitted'), ...Object.fromEntries(submitted) },
    caption_edited: 'True',
    caption_updated_at: timestamp(at),
  })
}

/**
 * The sidecar with the results of an analysis. A caption that a person wrote stays, unless they said that it may go:
 * `replaceEdited`, or for an empty caption `replaceEmpty`. So does their alternative text, and what others wrote into the file always stays.
 */
export function withAnalysis(
  document: SidecarDocument,
  analysis: SidecarAnalysis,
  { replaceEdited = false, replaceEmpty = false }: { replaceEdited?: boolean; replaceEmpty?: boolean } = {},
): SidecarDocument {
  const { at, sdCaption, caption, platformCaptions, details, confirmationTags } = analysis
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
    confirmation_tags: orNull(confirmationTags),
    ...(hasEditedAltText(document) && { alt_text: undefined }),
    caption: keepsCaption ? undefined : caption,
    caption_submitted: keepsCaption ? undefined : null,
    caption_generated: Object.values(platformCaptions).includes(caption)
      ? platformCaptions
      : { generic: caption, ...platformCaptions },
    caption_edited: keepsCaption ? undefined : null,
    caption_updated_at: keepsCaption ? undefined : timestamp(at),
  })
}

/** V2 has written one text for all platforms, then a text for each. A person may have emptied one; the AI writes no blank ones. */
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

/** A text of white space only says nothing. */
function orEmpty(text: string): string {
  return text.trim() === '' ? '' : text
}

/** V2 leaves out what has no value. */
function orNull(value: string | readonly string[] | null | undefined): SidecarValue | null {
  if (typeof value === 'string') return value.trim() === '' ? null : value
  const items = value?.filter((item) => item.trim() !== '') ?? []
  return items.length > 0 ? items : null
}

/** UTC to the second, as V2 writes it. */
function timestamp(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z')
}
