/** A model that answers with JSON of a given schema, about a picture or text: OpenAI, or a server with a compatible API. */
import type { z } from 'zod'

export interface ModelPicture {
  bytes: Uint8Array
  mediaType: 'image/jpeg' | 'image/webp'
  /** Level of detail, in the vendor's terms. */
  detail: 'low' | 'high' | 'auto' | 'original'
}

export interface ModelRequest<T> {
  model: string
  /** System prompt: role and limits of the model. */
  system: string
  /** User prompt. */
  prompt: string
  picture?: ModelPicture
  /** Short name of the schema, of `[a-z_]`. */
  name: string
  /** Schema of the answer. All members are required; optional members are nullable instead, as strict structured output demands. */
  schema: z.ZodType<T>
  /** Upper bound on the answer, in tokens. */
  maxTokens: number
}

export interface ModelAnswer<T> {
  value: T
  /** Model name that the server reported. */
  model: string
}

export interface LanguageModel {
  /**
   * Asks the model and returns the validated answer. Calls `onTokens` with the input and output tokens that the server reports,
   * even for an unusable answer, which is billed too. `onTokens` must not throw.
   *
   * Retries only if the server did no work yet (429, 503, a completion without a message) and a short wait is possible. All other
   * retries are up to the caller.
   *
   * Throws:
   * - `ai_refused` if the model declines.
   * - `ai_unusable_answer` if the answer is truncated or violates the schema.
   * - `ai_unusable_answer` also if the server rejects the request; another picture may still work.
   * - `ai_unavailable` if the server fails or does not answer.
   * - `rate_limited`, with `retryAfterMs`.
   * - `credentials_rejected` if the server rejects fresh credentials too.
   * - The reason of `signal` when the signal fires.
   */
  ask<T>(
    request: ModelRequest<T>,
    signal: AbortSignal,
    onTokens?: (tokens: number) => void,
  ): Promise<ModelAnswer<T>>
  /**
   * Lists the models that the key may use, free of charge. Returns `null` if the server has no such list, which says nothing about
   * the key. Throws as {@link ask} does if the server or the key does not work. Absent: the list is not available.
   */
  listModels?(signal: AbortSignal): Promise<ReadonlySet<string> | null>
}
