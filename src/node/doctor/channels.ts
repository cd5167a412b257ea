/** Checks that a tenant's platforms and AI accept its credentials. Posts, mails and generates nothing. */
import type { RuntimeConfig } from '../../contract/runtime-answer.ts'
import type { LanguageModel } from '../../ports/language-model.ts'
import type { Publisher } from '../../ports/publisher.ts'
import { defaultCaptionModel } from '../../workflow/analysis/captions.ts'
import { defaultVisionModel } from '../../workflow/analysis/vision.ts'
import type { Verdict } from './examination.ts'

export async function checkPublisher(publisher: Publisher, signal: AbortSignal): Promise<Verdict<undefined>> {
  if (publisher.verify) return { value: undefined, said: await publisher.verify(signal) }
  return {
    value: undefined,
    said: 'this platform cannot be checked without publishing',
    warning: true,
    todo: 'Publish one photo with `npm run publish`.',
  }
}

export async function checkModel(
  model: LanguageModel,
  { vision_model = defaultVisionModel, caption_model = defaultCaptionModel }: RuntimeConfig['ai'],
  signal: AbortSignal,
): Promise<Verdict<undefined>> {
  const available = await model.listModels?.(signal)
  if (!available) {
    return {
      value: undefined,
      said: 'the server lists no models for this key, so the key could not be checked',
      warning: true,
      todo: 'Analyze one photo to check the key.',
    }
  }
  const missing = [...new Set([vision_model, caption_model])].filter((name) => !available.has(name))
  if (missing.length === 0) {
    return { value: undefined, said: `the key works for ${vision_model} and ${caption_model}` }
  }
  return {
    value: undefined,
    said: `the key works, but not for the model ${missing.join(', ')}`,
    warning: true,
    todo: 'Set `ai.vision_model` and `ai.caption_model` to models of this account. Some servers accept names that they do not list.',
  }
}
