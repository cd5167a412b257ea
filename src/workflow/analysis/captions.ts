/** The second AI call: writes the captions and hashtags for all platforms at once, and the Stable Diffusion caption. */
import { z } from 'zod'
import { PublisherError } from '../../base/errors.ts'
import type { PhotographerMetadata } from '../../base/metadata/photographer.ts'
import type { Platform } from '../../contract/platform.ts'
import type { CaptionRules } from '../../ports/publisher.ts'
import { composeCaption, hashtagsFrom, ownHashtags } from '../captions/compose.ts'
import { fitCaption } from '../captions/fit.ts'
import { hashtagsOf } from '../captions/hashtags.ts'
import type { AiClient } from './ai-client.ts'
import {
  askedHashtags,
  factsOf,
  hashtagParagraphs,
  platformLines,
  recentParagraphs,
  type VoiceSettings,
  voiceParagraphs,
  type WantedCaption,
  withDataRule,
} from './caption-prompt.ts'
import { clean } from './clean.ts'
import { captionsSchema, condensed } from './condense.ts'
import { photographersWords } from './photographers-words.ts'
import {
  captionRolePrompt,
  captionSystemPrompt,
  sdCaptionRolePrompt,
  sdCaptionSystemPrompt,
} from './prompts.ts'
import type { Seen } from './vision.ts'

export interface CaptionSettings {
  caption_model?: string | undefined
  system_prompt?: string | undefined
  role_prompt?: string | undefined
  sd_caption_enabled?: boolean | undefined
  sd_caption_single_call_enabled?: boolean | undefined
  sd_caption_model?: string | undefined
  sd_caption_system_prompt?: string | undefined
  sd_caption_role_prompt?: string | undefined
}

interface CaptionJob {
  client: AiClient
  settings: CaptionSettings & VoiceSettings
  platforms: readonly { platform: Platform; captionRules: CaptionRules }[]
  seen: Seen
  /** Words of the photographer. */
  words: PhotographerMetadata | null
  /** Captions whose wording the AI should not repeat. */
  recent: readonly string[]
  /** Receives errors that did not stop the work. */
  onTrouble(error: unknown): void
}

export interface GeneratedCaptions {
  /** The caption shown with the photo. */
  caption: string
  /** Captions within each platform's limits. */
  captions: Readonly<Partial<Record<Platform, string>>>
  sdCaption: string | null
  /** The model that wrote the captions. */
  model: string
}

export const defaultCaptionModel = 'gpt-4o-mini'
/** Token limits far above the length of an answer, because hidden reasoning counts too. */
const maxTokens = 4000
const maxSdTokens = 2000

/** Rules of the one caption for tenants without platforms. V2 calls it `generic`. */
export const genericRules: CaptionRules = {
  maxLength: 1000,
  unit: 'utf16',
  maxHashtags: 10,
  plain: false,
  style: 'For the photographer’s own page: two or three sentences of plain text.',
}

/** Number of AI calls that {@link askForCaptions} certainly makes. */
export function captionCalls(settings: CaptionSettings): number {
  return wantsSdCaption(settings) && !isSingleCall(settings) ? 2 : 1
}

/**
 * Asks the AI for all captions, and once more for short captions that came too long. Also throws `ai_unusable_answer` if a caption is empty
 * after fitting it to the limits.
 */
export async function askForCaptions(job: CaptionJob): Promise<GeneratedCaptions> {
  const { client, settings, platforms } = job
  const wantsSd = wantsSdCaption(settings)
  const asksForBoth = wantsSd && isSingleCall(settings)
  const wanted: readonly WantedCaption[] =
    platforms.length > 0
      ? platforms.map(({ platform, captionRules }) => ({ name: platform, captionRules }))
      : [{ name: 'generic', captionRules: genericRules }]
  const answer = await client.ask({
    model: settings.caption_model ?? defaultCaptionModel,
    system: withDataRule(settings.system_prompt ?? captionSystemPrompt),
    prompt: promptFor(job, wanted, asksForBoth),
    name: 'captions',
    schema: answerSchema(wanted, settings, asksForBoth),
    maxTokens,
  })
  // Both at once: writing again may take as long as the time limit allows.
  const [fitted, sdWords] = await Promise.all([
    fittedCaptions(job, wanted, answer.value),
    wantsSd ? (answer.value.sd_caption ?? askForSdCaption(job)) : '',
  ])
  const [[, caption] = ['', '']] = fitted
  if (fitted.some(([, text]) => text === '')) {
    throw new PublisherError('ai_unusable_answer', 'The AI wrote no caption. Nothing was changed; try again.')
  }
  return {
    caption,
    captions: platforms.length > 0 ? Object.fromEntries(fitted) : {},
    sdCaption: clean(sdWords) || null,
    model: answer.model,
  }
}

function wantsSdCaption({ sd_caption_enabled }: CaptionSettings): boolean {
  return sd_caption_enabled ?? true
}

function isSingleCall({ sd_caption_single_call_enabled }: CaptionSettings): boolean {
  return sd_caption_single_call_enabled ?? true
}

interface CaptionAnswer {
  captions: Record<string, string>
  hashtags?: Record<string, string[]>
  sd_caption?: string
}

/** An answer without usable hashtags is usable: the hashtags in its texts count. */
function answerSchema(
  wanted: readonly WantedCaption[],
  settings: VoiceSettings,
  withSd: boolean,
): z.ZodType<CaptionAnswer> {
  const tagged = wanted.filter(({ captionRules }) => askedHashtags(captionRules, settings) > 0)
  const hashtags = z
    .object(Object.fromEntries(tagged.map(({ name }) => [name, z.array(z.string()).catch([])])))
    .catch({})
  const texts = captionsSchema(wanted.map(({ name }) => name))
  const answer = tagged.length > 0 ? texts.extend({ hashtags }) : texts
  return withSd ? answer.extend({ sd_caption: z.string() }) : answer
}

/** Fits the captions to their platforms, each with its hashtags. */
async function fittedCaptions(
  { client, settings, onTrouble }: CaptionJob,
  wanted: readonly WantedCaption[],
  { captions, hashtags = {} }: CaptionAnswer,
): Promise<(readonly [name: string, caption: string])[]> {
  const isSmart = settings.smart_hashtags_enabled
  const written = wanted.map((each) => ({
    ...each,
    text: captions[each.name] ?? '',
    firm: isSmart ? ownHashtags(settings.hashtag_string, each.captionRules) : [],
  }))
  const shorter = await condensed(written, {
    client,
    settings,
    model: settings.caption_model ?? defaultCaptionModel,
    system: settings.system_prompt ?? captionSystemPrompt,
    onTrouble,
  })
  return written.map(({ name, captionRules, text, firm }) => {
    const body = shorter.get(name) ?? text
    const spare = hashtagsFrom([...(hashtags[name] ?? []), ...hashtagsOf(text)])
    const caption = isSmart
      ? composeCaption(body, captionRules, { firm, spare })
      : fitCaption(
          fitCaption(body, { ...captionRules, maxHashtags: 0 }),
          captionRules,
          settings.hashtag_string,
        )
    return [name, caption] as const
  })
}

async function askForSdCaption({ client, settings, seen }: CaptionJob): Promise<string> {
  const { value } = await client.ask({
    model: settings.sd_caption_model ?? settings.caption_model ?? defaultCaptionModel,
    system: withDataRule(settings.sd_caption_system_prompt ?? sdCaptionSystemPrompt),
    prompt: `${settings.sd_caption_role_prompt ?? sdCaptionRolePrompt}\n\n${factsOf(seen)}`,
    name: 'sd_caption',
    schema: z.object({ sd_caption: z.string() }),
    maxTokens: maxSdTokens,
  })
  return value.sd_caption
}

function promptFor(
  { settings, seen, words, recent }: CaptionJob,
  wanted: readonly WantedCaption[],
  withSd: boolean,
): string {
  const sdSystem = settings.sd_caption_system_prompt ?? sdCaptionSystemPrompt
  const sdRole = settings.sd_caption_role_prompt ?? sdCaptionRolePrompt
  return [
    settings.role_prompt ?? captionRolePrompt,
    factsOf(seen),
    ...photographersWords(words),
    `Write one caption for each of these platforms:\n${platformLines(wanted, settings)}`,
    ...hashtagParagraphs(wanted, settings),
    ...(withSd ? [`Also write "sd_caption". ${sdSystem} ${sdRole}`] : []),
    ...voiceParagraphs(settings),
    ...recentParagraphs(recent),
  ].join('\n\n')
}
