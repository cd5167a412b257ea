/** Variants of captions on request: shorter, warmer, or without hashtags. Saves nothing. */
import { PublisherError } from '../base/errors.ts'
import type { Channel } from '../contract/channels.ts'
import type { PhotoName } from '../ports/photo.ts'
import type { CaptionRules } from '../ports/publisher.ts'
import { sidecarUnreadable } from '../ports/sidecar-file.ts'
import type { PhotoStore } from '../ports/storage.ts'
import { photoNotFound } from '../ports/storage-errors.ts'
import { type AiTools, createAiClient } from './analysis/ai-client.ts'
import type { VoiceSettings } from './analysis/caption-prompt.ts'
import { type CaptionSettings, genericRules } from './analysis/captions.ts'
import { askForVariants, type RewriteKind } from './analysis/rewrite.ts'
import { composeCaption } from './captions/compose.ts'
import { savedCaptions } from './photo-details.ts'
import { noNotes, type PhotographerNotes } from './photographer.ts'
import { parseSidecar } from './sidecar.ts'

export const variantKinds = ['shorter', 'warmer', 'no_hashtags'] as const satisfies readonly (
  | RewriteKind
  | 'no_hashtags'
)[]
export type VariantKind = (typeof variantKinds)[number]

/** Captions by the names of channels. */
export type CaptionsByChannel = Readonly<Record<string, string>>

export interface VariantTools {
  store: Pick<PhotoStore, 'stat' | 'readSidecar'>
  /** `null` without an AI. Removing hashtags needs none. */
  ai: AiTools | null
  settings: CaptionSettings & VoiceSettings
  channels: readonly Channel[]
  /** Words of the photographer. Default: nothing. */
  photographer?: Pick<PhotographerNotes, 'of'>
  /** Returns the rules of a channel; `undefined` for a channel that this server cannot use. Never rejects. */
  rulesOf(channel: string): Promise<CaptionRules | undefined>
}

export interface VariantRequest {
  name: PhotoName
  kind: VariantKind
  /** Captions to vary. Default: the saved captions. */
  captions?: CaptionsByChannel | undefined
}

/**
 * Returns the variants by channel, each within the channel's rules. A blank caption stays blank. Stage: `writing_captions`.
 *
 * Throws `photo_not_found`, `sidecar_unreadable`, `rate_limited`, and the errors of the AI and the store. Throws `invalid_request` if all
 * captions are blank or hold only hashtags, `feature_disabled` without an AI, and `ai_unusable_answer` if the AI changed nothing as asked.
 */
export async function captionVariants(
  tools: VariantTools,
  { name, kind, captions }: VariantRequest,
  report: (stage: string) => void,
): Promise<CaptionsByChannel> {
  const given = captions ?? (await saved(tools, name))
  if (captions && !(await tools.store.stat('root', name))) throw photoNotFound()
  const texts = await Promise.all(
    Object.entries(given).map(async ([channel, text]) => ({
      name: channel,
      text,
      captionRules: (await tools.rulesOf(channel)) ?? genericRules,
    })),
  )
  if (texts.every(({ text }) => text.trim() === '')) {
    throw new PublisherError('invalid_request', 'There is no caption to change. Write one first.')
  }
  if (kind === 'no_hashtags') {
    return Object.fromEntries(
      texts.map(({ name: channel, text, captionRules }) => [
        channel,
        composeCaption(text, captionRules, { firm: [], spare: [] }),
      ]),
    )
  }
  if (!tools.ai) throw new PublisherError('feature_disabled', 'This gallery has no AI.')
  const client = createAiClient(tools.ai)
  await client.allow(1)
  report('writing_captions')
  return askForVariants({ client, settings: tools.settings, kind, texts })
}

async function saved(
  { store, channels, photographer = noNotes }: VariantTools,
  name: PhotoName,
): Promise<CaptionsByChannel> {
  const [entry, sidecar] = await Promise.all([store.stat('root', name), store.readSidecar('root', name)])
  if (!entry) throw photoNotFound()
  if (sidecar === 'unreadable') throw sidecarUnreadable()
  const words = await photographer.of('root', entry)
  return savedCaptions({ document: sidecar && parseSidecar(sidecar.text), words }, channels).byChannel
}
