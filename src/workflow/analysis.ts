/** Analysis: an AI describes a reduced copy of the photo, then writes captions. The sidecar keeps both. */
import type { PhotographerMetadata } from '../base/metadata/photographer.ts'
import type { Rating } from '../contract/rating.ts'
import type { Watermark } from '../ports/images.ts'
import type { LanguageModel } from '../ports/language-model.ts'
import type { PhotoName } from '../ports/photo.ts'
import type { Publisher } from '../ports/publisher.ts'
import { sidecarUnreadable } from '../ports/sidecar-file.ts'
import { photoNotFound } from '../ports/storage-errors.ts'
import type { SaveAltText } from './alt-text-file.ts'
import { type AiTools, createAiClient } from './analysis/ai-client.ts'
import {
  askForCaptions,
  type CaptionSettings,
  captionCalls,
  type GeneratedCaptions,
} from './analysis/captions.ts'
import { clean } from './analysis/clean.ts'
import { pictureSource } from './analysis/picture-source.ts'
import { recentCaptions } from './analysis/recent.ts'
import { type Analysis, type CaptionedChannel, rememberedAnalysis } from './analysis/remembered.ts'
import { type SaveSettings, saveAnalysis } from './analysis/save.ts'
import { describePhoto, type VisionSettings } from './analysis/vision.ts'
import type { DigestTools } from './content-digest.ts'
import type { PictureTools } from './original.ts'
import { altTextIn } from './photographer/texts.ts'
import { noNotes, type PhotographerNotes } from './photographer.ts'
import type { ReadyPictures } from './ready-pictures.ts'
import { altTextMadeHere, isAiAltText, parseSidecar, type SidecarDocument } from './sidecar.ts'
import { readingSidecarsOnce } from './sidecar-memory.ts'

export type { Analysis }

/** The part of the tenant's configuration that analysis needs, with the orchestrator's names. */
export interface AnalysisSettings {
  ai: VisionSettings & CaptionSettings
  captionfile: SaveSettings
  confirmation: { confirmation_tags_nature?: string | undefined }
  content: { hashtag_string: string; voice_profile: readonly string[]; default_rating?: Rating }
  features: { alt_text_enabled: boolean; smart_hashtags_enabled: boolean; voice_matching_enabled: boolean }
}

export interface AnalysisTools extends AiTools, DigestTools, PictureTools {
  /** The tenant's platforms: each gets a caption of its own. If empty, the AI writes one generic caption. */
  platforms: readonly Pick<Publisher, 'platform' | 'captionRules' | 'usesTags' | 'pictureBox'>[]
  /** All channels of the platforms, for the answer. Default: one per platform, with the platform's name. */
  channels?: readonly CaptionedChannel[]
  /** Words of the photographer, as context for the AI. Default: nothing. */
  photographer?: Pick<PhotographerNotes, 'of'>
  /** Receives the platforms' pictures, made while the AI looks. Default: publishing makes them. */
  ready?: ReadyPictures
  /** Saves the alt text for other programs. Default: only the sidecar has the alt text. */
  saveAltText?: SaveAltText | undefined
  /** Finds the watermark of the platforms' pictures. The AI's picture has none. Default: none. */
  watermark?(): Promise<Watermark | null>
  settings: AnalysisSettings
  now: () => number
  /** Receives errors that did not stop the analysis. */
  onTrouble(error: unknown): void
}

export interface AnalysisRequest {
  name: PhotoName
  /** Calls the AI even if captions exist. A person's caption stays, unless it is empty. */
  forceRefresh: boolean
}

/**
 * Analyzes a photo of the root, or returns the analysis that its sidecar holds. Stages: `reading`, `looking`, `writing_captions`,
 * `saving`.
 *
 * Throws `photo_not_found`, `photo_changed`, `sidecar_unreadable`, `rate_limited`, and the errors of {@link LanguageModel.ask},
 * the store and the reducer. If it throws, nothing was written.
 */
export async function analyzePhoto(
  given: AnalysisTools,
  { name, forceRefresh }: AnalysisRequest,
  report: (stage: string) => void,
): Promise<Analysis> {
  const store = readingSidecarsOnce(given.store)
  const tools = { ...given, store }
  const { settings, platforms, photographer = noNotes } = tools
  const channels =
    tools.channels ?? platforms.map((rules) => ({ ...rules, channel: { ...rules, name: rules.platform } }))
  const reading = store.readSidecar('root', name)
  // A missing photo is reported first.
  reading.catch(() => undefined)
  const entry = await store.stat('root', name)
  if (!entry) throw photoNotFound()
  const sidecar = await reading
  // New captions could not be saved here, so do not pay for any.
  if (sidecar === 'unreadable') throw sidecarUnreadable()
  // Known at the latest when the picture is there, because its bytes pass through the reader of metadata.
  const document = parseSidecar(sidecar?.text ?? '')
  const wordsOf = async () => withoutAiAltText(await photographer.of('root', entry), document)
  if (sidecar && !forceRefresh) {
    const remembered = rememberedAnalysis(document, name, { channels, settings })
    if (remembered) return { ...remembered, altText: altTextIn({ document, words: await wordsOf() }) }
  }
  report('reading')
  const client = createAiClient(tools)
  const source = pictureSource(tools, entry)
  let recent: Promise<string[]> | undefined
  const seen = await describePhoto({
    ...tools,
    pictureWithin: source.pictureWithin,
    wordsOf,
    client,
    settings: { ...settings.ai, tags_nature: settings.confirmation.confirmation_tags_nature },
    callsInAll: 1 + captionCalls(settings.ai),
    onDescribe() {
      report('looking')
      // Reads other sidecars while the AI looks.
      recent ??= recentCaptions(tools)
    },
  })
  report('writing_captions')
  const words = await wordsOf()
  const generated = await askForCaptions({
    client,
    settings: { ...settings.ai, ...settings.content, ...settings.features },
    platforms,
    seen: seen.value,
    words,
    recent: await (recent ?? []),
    onTrouble: tools.onTrouble,
  })
  report('saving')
  const ownAltText = clean(words?.altText ?? '') || null
  const altText = settings.features.alt_text_enabled ? (ownAltText ?? seen.value.alt_text) : null
  const saved = await saveAnalysis(tools, entry, {
    seen: { ...seen.value, alt_text: altText },
    generated,
    sha256: await source.sha256(),
    hasOwnAltText: altText !== null && altText === ownAltText,
    replaceEmpty: forceRefresh,
  })
  if (altText !== null && ownAltText === null && saved.altText !== null)
    await tools.saveAltText?.('root', name, { altText: saved.altText, previous: altTextMadeHere(document) })
  return toAnalysis(name, seen.value, { ...generated, captions: captionsOf(channels, generated) }, saved)
}

/** Removes an alt text that the AI wrote, which may have reached an XMP file. The photographer did not say it. */
function withoutAiAltText(
  words: PhotographerMetadata | null,
  document: SidecarDocument,
): PhotographerMetadata | null {
  return words?.altText && isAiAltText(document, clean(words.altText)) ? { ...words, altText: null } : words
}

/** Returns the caption of each channel. The AI writes a caption per platform, which all channels of the platform get. */
function captionsOf(channels: readonly CaptionedChannel[], { captions }: GeneratedCaptions) {
  return Object.fromEntries(
    channels.map(({ channel: { name, platform } }) => [name, captions[platform] ?? '']),
  )
}

function toAnalysis(
  name: PhotoName,
  seen: Parameters<typeof saveAnalysis>[2]['seen'],
  generated: Pick<GeneratedCaptions, 'sdCaption'> & { captions: Readonly<Record<string, string>> },
  saved: Awaited<ReturnType<typeof saveAnalysis>>,
): Analysis {
  return {
    name,
    description: seen.description,
    mood: seen.mood,
    tags: seen.tags,
    nsfw: seen.nsfw,
    caption: saved.caption,
    sdCaption: generated.sdCaption,
    altText: saved.altText,
    rating: saved.rating,
    platformCaptions: generated.captions,
    sidecarWritten: true,
  }
}
