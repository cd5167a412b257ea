/** The condense call: the AI writes captions again that are too long, so that they need no cut. */
import { z } from 'zod'
import { bodyOf, wouldCut } from '../captions/compose.ts'
import type { AiClient } from './ai-client.ts'
import {
  lengthRule,
  type VoiceSettings,
  voiceParagraphs,
  type WantedCaption,
  withDataRule,
} from './caption-prompt.ts'
import { asData, condensePrompt } from './prompts.ts'

/** A caption that may be too long. */
export interface LongCaption extends WantedCaption {
  text: string
  /** Hashtags that the text has to leave room for. */
  firm: readonly string[]
}

export interface CondenseTools {
  client: AiClient
  settings: VoiceSettings
  model: string
  system: string
  /** Receives the error of a failed call. The captions are then cut. */
  onTrouble(error: unknown): void
}

const maxTokens = 2000
/** Upper bound on a text in the prompt, far above any limit that counts words. */
const maxText = 4000

/**
 * Returns shorter texts by name. Asks only about captions of platforms that count words and would be cut, in one call. Leaves out a text
 * that is still too long. Empty if the rate limit allows no call at once, or if the call fails. Never rejects.
 */
export async function condensed(
  captions: readonly LongCaption[],
  tools: CondenseTools,
): Promise<ReadonlyMap<string, string>> {
  const tooLong = captions.filter(
    ({ text, captionRules, firm }) => captionRules.words !== undefined && wouldCut(text, captionRules, firm),
  )
  if (tooLong.length === 0) return new Map()
  try {
    await tools.client.allow(1, 'at_once')
    const shorter = await ask(tooLong, tools)
    return new Map(
      tooLong.flatMap(({ name, captionRules, firm }) => {
        const text = shorter.get(name) ?? ''
        const isUsable = bodyOf(text, captionRules) !== '' && !wouldCut(text, captionRules, firm)
        return isUsable ? [[name, text] as const] : []
      }),
    )
  } catch (error) {
    tools.onTrouble(error)
    return new Map()
  }
}

async function ask(
  captions: readonly LongCaption[],
  { client, settings, model, system }: CondenseTools,
): Promise<ReadonlyMap<string, string>> {
  const rules = captions.map(
    ({ name, captionRules }) => `- "${name}": ${captionRules.style} ${lengthRule(captionRules)}`,
  )
  const texts = captions.map(({ name, captionRules, text }) => [
    name,
    bodyOf(text, captionRules).slice(0, maxText),
  ])
  const { value } = await client.ask({
    model,
    system: withDataRule(system),
    prompt: [
      condensePrompt,
      rules.join('\n'),
      asData('captions', Object.fromEntries(texts)),
      ...voiceParagraphs(settings),
    ].join('\n\n'),
    name: 'condensed_captions',
    schema: captionsSchema(captions.map(({ name }) => name)),
    maxTokens,
  })
  return new Map(Object.entries(value.captions))
}

/** Returns the schema of an answer with a text for each of these names. */
export function captionsSchema(names: readonly string[]) {
  return z.object({ captions: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))) })
}
