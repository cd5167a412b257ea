/** The AI call that writes a person's captions again in another way. */
import { PublisherError } from '../../base/errors.ts'
import { bodyOf, composeCaption, roomBeside } from '../captions/compose.ts'
import { lengthOf } from '../captions/counting.ts'
import { cleaned, fitCaption } from '../captions/fit.ts'
import { hashtagsOf } from '../captions/hashtags.ts'
import type { AiClient } from './ai-client.ts'
import {
  lengthRule,
  type VoiceSettings,
  voiceParagraphs,
  type WantedCaption,
  withDataRule,
} from './caption-prompt.ts'
import { type CaptionSettings, defaultCaptionModel } from './captions.ts'
import { captionsSchema } from './condense.ts'
import { asData, captionSystemPrompt, rewritePrompts, rewriteRules } from './prompts.ts'

export type RewriteKind = keyof typeof rewritePrompts

interface RewriteJob {
  client: AiClient
  settings: CaptionSettings & VoiceSettings
  kind: RewriteKind
  texts: readonly (WantedCaption & { text: string })[]
}

const maxTokens = 4000
/** Upper bound on a text in the prompt, above the limit of every platform. */
const maxText = 5000
/** Share of its words that a shorter caption may keep. */
const shorterShare = 0.6

/**
 * Returns the new captions by name, within their rules and with the hashtags of the old captions. A caption without words stays as it is,
 * and so does a caption that did not become shorter. Throws `invalid_request` if no caption has words, and `ai_unusable_answer` if a text is
 * missing, or none became shorter.
 */
export async function askForVariants(job: RewriteJob): Promise<Record<string, string>> {
  const { kind, texts } = job
  const bodies = texts
    .map((each) => ({ ...each, body: bodyOf(each.text, each.captionRules).slice(0, maxText) }))
    .filter(({ body }) => body !== '')
  if (bodies.length === 0) {
    throw new PublisherError('invalid_request', 'The captions hold only hashtags. Write some words first.')
  }
  const written = await ask(job, bodies)
  const changed = new Map(
    bodies.flatMap(({ name, text, body, captionRules }) => {
      const answer = bodyOf(written.get(name) ?? '', captionRules)
      if (answer === '') throw unusable('The AI wrote no caption.')
      if (kind === 'shorter' && lengthOf(answer, captionRules) >= lengthOf(body, captionRules)) return []
      const firm = hashtagsOf(cleaned(text, captionRules))
      return [[name, composeCaption(answer, captionRules, { firm, spare: [] })] as const]
    }),
  )
  if (changed.size === 0) throw unusable('The AI found nothing shorter.')
  return Object.fromEntries(
    texts.map(({ name, text, captionRules }) => [name, changed.get(name) ?? fitCaption(text, captionRules)]),
  )
}

type Body = WantedCaption & { text: string; body: string }

async function ask(
  { client, settings, kind }: RewriteJob,
  bodies: readonly Body[],
): Promise<ReadonlyMap<string, string>> {
  const { value } = await client.ask({
    model: settings.caption_model ?? defaultCaptionModel,
    system: withDataRule(settings.system_prompt ?? captionSystemPrompt),
    prompt: [
      `${rewritePrompts[kind]} ${rewriteRules}`,
      bodies.map((each) => `- "${each.name}": ${limitOf(kind, each)}`).join('\n'),
      asData('captions', Object.fromEntries(bodies.map(({ name, body }) => [name, body]))),
      ...voiceParagraphs(settings),
    ].join('\n\n'),
    name: 'caption_variants',
    schema: captionsSchema(bodies.map(({ name }) => name)),
    maxTokens,
  })
  return new Map(Object.entries(value.captions))
}

/** Returns the limit of a new text. A shorter text is asked for by words, or by characters in a script without spaces. */
function limitOf(kind: RewriteKind, { text, body, captionRules }: Body): string {
  const { maxLength } = roomBeside(hashtagsOf(text), captionRules)
  if (kind === 'warmer') return lengthRule(captionRules, maxLength)
  const words = body.split(/\s+/).length
  return words > 3
    ? `At most ${Math.ceil(words * shorterShare)} words.`
    : `At most ${Math.ceil(Math.min(body.length, maxLength) * shorterShare)} characters.`
}

function unusable(what: string): PublisherError {
  return new PublisherError('ai_unusable_answer', `${what} Nothing was changed; try again.`)
}
