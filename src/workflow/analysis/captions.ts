/** The second AI call: writes the captions for all platforms at once, and the Stable Diffusion caption. */
import { z } from 'zod'
import { PublisherError } from '../../base/errors.ts'
import type { PhotographerMetadata } from '../../base/metadata/photographer.ts'
import type { Platform } from '../../contract/platform.ts'
import type { CaptionRules } from '../../ports/publisher.ts'
import { fitCaption } from '../captions/fit.ts'
import { hashtagsOf } from '../captions/hashtags.ts'
import { clean } from './clean.ts'
import { photographersWords } from './photographers-words.ts'
import {
  asData,
  captionRolePrompt,
  captionSystemPrompt,
  dataRule,
  sdCaptionRolePrompt,
  sdCaptionSystemPrompt,
} from './prompts.ts'
import type { AiClient, Seen } from './vision.ts'

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
  settings: CaptionSettings & {
    hashtag_string: string
    voice_profile: readonly string[]
    smart_hashtags_enabled: boolean
    voice_matching_enabled: boolean
  }
  platforms: readonly { platform: Platform; captionRules: CaptionRules }[]
  seen: Seen
  /** What the photographer wrote. */
  words: PhotographerMetadata | null
  /** Captions whose wording the AI should not repeat. */
  recent: readonly string[]
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
const genericRules: CaptionRules = {
  maxLength: 1000,
  unit: 'utf16',
  maxHashtags: 10,
  plain: false,
  style: 'For the photographer’s own page: two or three sentences of plain text.',
}

/** Number of AI calls that {@link askForCaptions} makes. */
export function captionCalls(settings: CaptionSettings): number {
  return wantsSdCaption(settings) && !isSingleCall(settings) ? 2 : 1
}

/** Asks the AI for all captions. Also throws `ai_unusable_answer` if a caption is empty after fitting it to the limits. */
export async function askForCaptions(job: CaptionJob): Promise<GeneratedCaptions> {
  const { client, settings, platforms } = job
  const wantsSd = wantsSdCaption(settings)
  const asksForBoth = wantsSd && isSingleCall(settings)
  const wanted: readonly { platform: Platform | 'generic'; captionRules: CaptionRules }[] =
    platforms.length > 0 ? platforms : [{ platform: 'generic', captionRules: genericRules }]
  const answer = await client.ask({
    model: settings.caption_model ?? defaultCaptionModel,
    system: withDataRule(settings.system_prompt ?? captionSystemPrompt),
    prompt: promptFor(job, wanted, asksForBoth),
    name: 'captions',
    schema: answerSchema(
      wanted.map(({ platform }) => platform),
      asksForBoth,
    ),
    maxTokens,
  })
  const fitted = wanted.map(({ platform, captionRules }) => {
    const text = answer.value.captions[platform] ?? ''
    const body = settings.smart_hashtags_enabled
      ? text
      : fitCaption(text, { ...captionRules, maxHashtags: 0 })
    return [platform, fitCaption(body, captionRules, settings.hashtag_string)] as const
  })
  const [[, caption] = ['', '']] = fitted
  if (fitted.some(([, text]) => text === '')) {
    throw new PublisherError('ai_unusable_answer', 'The AI wrote no caption. Nothing was changed; try again.')
  }
  const sdCaption = !wantsSd ? null : clean(answer.value.sd_caption ?? (await askForSdCaption(job)))
  return {
    caption,
    captions: platforms.length > 0 ? Object.fromEntries(fitted) : {},
    sdCaption: sdCaption || null,
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
  sd_caption?: string
}

function answerSchema(names: readonly string[], withSd: boolean): z.ZodType<CaptionAnswer> {
  const captions = z.object(Object.fromEntries(names.map((name) => [name, z.string()])))
  return withSd ? z.object({ captions, sd_caption: z.string() }) : z.object({ captions })
}

/** Returns the part of a platform's limits that remains after the tenant's own hashtags, which are added later. */
function roomFor({ maxLength, maxHashtags }: CaptionRules, hashtagString: string) {
  const own = hashtagsOf(hashtagString).slice(0, maxHashtags)
  const reserved = own.length === 0 ? 0 : `\n\n${own.join(' ')}`.length
  return {
    maxLength: maxLength - Math.min(reserved, Math.floor(maxLength / 2)),
    maxHashtags: maxHashtags - own.length,
  }
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
  wanted: readonly { platform: string; captionRules: CaptionRules }[],
  withSd: boolean,
): string {
  const rules = wanted.map(({ platform, captionRules }) => {
    const { maxLength, maxHashtags } = roomFor(captionRules, settings.hashtag_string)
    const hashtags =
      maxHashtags === 0 || !settings.smart_hashtags_enabled
        ? 'No hashtags.'
        : `End with up to ${Math.min(maxHashtags, 8)} fitting hashtags.`
    return `- "${platform}": ${captionRules.style} At most ${maxLength} characters. ${hashtags}`
  })
  const sdSystem = settings.sd_caption_system_prompt ?? sdCaptionSystemPrompt
  const sdRole = settings.sd_caption_role_prompt ?? sdCaptionRolePrompt
  const voice = settings.voice_matching_enabled ? settings.voice_profile : []
  return [
    settings.role_prompt ?? captionRolePrompt,
    factsOf(seen),
    ...photographersWords(words),
    `Write one caption for each of these platforms:\n${rules.join('\n')}`,
    ...(withSd ? [`Also write "sd_caption". ${sdSystem} ${sdRole}`] : []),
    ...(voice.length > 0
      ? [`Keep the tone of these captions by the photographer:\n${listed('voice_profile', voice)}`]
      : []),
    ...(recent.length > 0
      ? [`Do not repeat the wording of these recent captions:\n${listed('recent_captions', recent)}`]
      : []),
  ].join('\n\n')
}

function factsOf(seen: Seen): string {
  const { alt_text, safety_labels, ...facts } = seen
  return `What is to be seen:\n${asData('photo', facts)}`
}

function listed(name: string, texts: readonly string[]): string {
  return asData(
    name,
    texts.map((text) => clean(text)),
  )
}

function withDataRule(system: string): string {
  return `${system}\n\n${dataRule}`
}
