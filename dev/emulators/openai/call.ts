/** Parses a request for the log and for the answer. */
import type { OpenAiCall } from './faults.ts'
import { inspectPicture } from './picture.ts'
import type { CompletionRequest, Said, Usage } from './wire.ts'

export async function callOf(
  asked: CompletionRequest,
  key: string,
  headers: string[],
  at: number,
): Promise<OpenAiCall> {
  const { model, messages, response_format, store } = asked
  const parts = messages.flatMap(({ role, content }) =>
    typeof content === 'string'
      ? [{ role, type: 'text' as const, text: content }]
      : content.map((part) => ({ role, ...part })),
  )
  const textOf = (isSystem: boolean) =>
    parts
      .flatMap((part) => (part.type === 'text' && (part.role === 'system') === isSystem ? [part.text] : []))
      .join('\n')
  const image = parts.find((part) => part.type === 'image_url')?.image_url
  return {
    key,
    model,
    shape: response_format?.type === 'json_schema' ? response_format.json_schema.name : undefined,
    format: response_format?.type ?? 'text',
    store,
    limit: asked.max_completion_tokens
      ? 'max_completion_tokens'
      : asked.max_tokens
        ? 'max_tokens'
        : undefined,
    system: textOf(true),
    prompt: textOf(false),
    picture: image && (await inspectPicture(image.url, image.detail)),
    headers,
    at,
    status: undefined,
  }
}

/**
 * Estimates the usage: four characters are about a token, and a picture costs 85. At high detail a picture costs 170 more per
 * tile of 512 by 512 pixels.
 */
export function usageOf({ system, prompt, picture }: OpenAiCall, { content }: Said): Usage {
  const tiles = picture ? Math.ceil(picture.width / 512) * Math.ceil(picture.height / 512) : 0
  const seen = picture ? 85 + (picture.detail === 'low' ? 0 : 170 * tiles) : 0
  return {
    prompt_tokens: Math.ceil((system.length + prompt.length) / 4) + seen,
    completion_tokens: Math.ceil((content?.length ?? 0) / 4),
  }
}
