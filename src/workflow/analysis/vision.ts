/** The first AI call: describes the photo. */
import { z } from 'zod'
import { isPublisherError } from '../../base/errors.ts'
import type { PhotographerMetadata } from '../../base/metadata/photographer.ts'
import type { ReducedImage } from '../../ports/images.ts'
import type { ModelAnswer, ModelPicture } from '../../ports/language-model.ts'
import type { ThumbnailBox } from '../../ports/storage.ts'
import type { AiClient } from './ai-client.ts'
import { clean, cleanList } from './clean.ts'
import { photographersWords } from './photographers-words.ts'
import { dataRule, visionPrompt, visionSystemPrompt } from './prompts.ts'

export interface VisionSettings {
  vision_model?: string | undefined
  vision_max_dimension: number
  vision_detail: ModelPicture['detail']
  vision_fallback_enabled: boolean
  vision_fallback_max_dimension: number
  vision_fallback_detail: ModelPicture['detail']
  /** Description of the tags that the tenant wants, such as 'short nouns'. */
  tags_nature?: string | undefined
}

const strings = z.array(z.string())
const seenSchema = z.object({
  description: z.string(),
  mood: z.string(),
  tags: strings,
  nsfw: z.boolean(),
  safety_labels: strings,
  subject: z.string().nullable(),
  style: z.string().nullable(),
  lighting: z.string().nullable(),
  camera: z.string().nullable(),
  clothing_or_accessories: z.string().nullable(),
  aesthetic_terms: strings,
  pose: z.string().nullable(),
  composition: z.string().nullable(),
  background: z.string().nullable(),
  color_palette: z.string().nullable(),
  alt_text: z.string().nullable(),
})

/** The AI's description, without characters that would break a line of a sidecar. */
export type Seen = z.output<typeof seenSchema>

export const defaultVisionModel = 'gpt-4o'
/** Token limit far above the length of an answer, because hidden reasoning counts too. */
const maxTokens = 4000

export interface DescribeTools {
  /** Returns the photo as a JPEG without metadata. Throws `photo_changed`, and the errors of the store and the reducer. */
  pictureWithin(box: ThumbnailBox): Promise<ReducedImage>
  /** Returns what the photographer wrote. Called once the picture is there. Never rejects. */
  wordsOf(): Promise<PhotographerMetadata | null>
  client: AiClient
  settings: VisionSettings
  /**
   * Number of AI calls of the whole analysis, reserved together: a paid description is useless if the caption calls are refused.
   */
  callsInAll: number
  onTrouble(error: unknown): void
  /** Runs when the picture is ready, just before the AI call. */
  onDescribe(): void
}

/** One attempt, with the size of the picture as the configuration names it. */
interface Attempt {
  dimension: number
  detail: ModelPicture['detail']
  /** AI calls to reserve for this attempt. */
  calls: number
}

/** Describes the photo with the AI. If the first attempt fails, tries once more with a larger picture. */
export async function describePhoto(tools: DescribeTools): Promise<ModelAnswer<Seen>> {
  const { settings, callsInAll, onTrouble } = tools
  try {
    return await describeOnce(tools, {
      dimension: settings.vision_max_dimension,
      detail: settings.vision_detail,
      calls: callsInAll,
    })
  } catch (error) {
    if (!settings.vision_fallback_enabled || !isWorthRetrying(error)) throw error
    onTrouble(error)
    return describeOnce(tools, {
      dimension: settings.vision_fallback_max_dimension,
      detail: settings.vision_fallback_detail,
      calls: 1,
    })
  }
}

/**
 * Checks if a second attempt may succeed. A second attempt does not help after a refusal, during a pause, without credit, or
 * without a key, model or photo.
 */
function isWorthRetrying(error: unknown): boolean {
  if (isPublisherError(error, 'ai_unusable_answer')) return true
  return isPublisherError(error, 'ai_unavailable') && error.isOutage
}

async function describeOnce(
  tools: DescribeTools,
  { dimension, detail, calls }: Attempt,
): Promise<ModelAnswer<Seen>> {
  const { client, settings, onDescribe } = tools
  const picture = await tools.pictureWithin(boxOf(dimension))
  await client.allow(calls)
  onDescribe()
  const words = await tools.wordsOf()
  const answer = await client.ask({
    model: settings.vision_model ?? defaultVisionModel,
    system: `${visionSystemPrompt}\n\n${dataRule}`,
    prompt: [visionPrompt + natureOf(settings), ...photographersWords(words)].join('\n\n'),
    picture: { bytes: picture.bytes, mediaType: 'image/jpeg', detail },
    name: 'photo_analysis',
    schema: seenSchema,
    maxTokens,
  })
  return { ...answer, value: cleaned(answer.value) }
}

const maxNatureLength = 500

/** Returns the prompt's line about the tags; empty if `tags_nature` is blank. */
function natureOf({ tags_nature = '' }: Pick<VisionSettings, 'tags_nature'>): string {
  const nature = clean(tags_nature.slice(0, maxNatureLength))
  return nature === '' ? '' : `\n\nThe tags are: ${nature}`
}

/** Longest side that any model reads, in pixels. A larger picture would only cost memory. */
const maxDimension = 4096

/** Returns the box of a configured dimension. 0 means the original size, up to the limit. The reducer never enlarges. */
function boxOf(dimension: number): ThumbnailBox {
  const side = dimension === 0 ? maxDimension : Math.min(dimension, maxDimension)
  return { width: side, height: side }
}

function cleaned(seen: Seen): Seen {
  const orNull = (text: string | null) => (text === null ? null : clean(text))
  return {
    description: clean(seen.description),
    mood: clean(seen.mood),
    tags: cleanList(seen.tags),
    nsfw: seen.nsfw,
    safety_labels: cleanList(seen.safety_labels),
    subject: orNull(seen.subject),
    style: orNull(seen.style),
    lighting: orNull(seen.lighting),
    camera: orNull(seen.camera),
    clothing_or_accessories: orNull(seen.clothing_or_accessories),
    aesthetic_terms: cleanList(seen.aesthetic_terms),
    pose: orNull(seen.pose),
    composition: orNull(seen.composition),
    background: orNull(seen.background),
    color_palette: orNull(seen.color_palette),
    alt_text: orNull(seen.alt_text),
  }
}
