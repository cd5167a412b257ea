/** A model that answers with JSON of a given shape, about a picture or about text alone. OpenAI, or a server that speaks as it does. */
import type { z } from 'zod'

export interface ModelPicture {
  bytes: Uint8Array
  mediaType: 'image/jpeg' | 'image/webp'
  /** How closely the model looks, in the vendor's words. */
  detail: 'low' | 'high' | 'auto' | 'original'
}

export interface ModelRequest<T> {
  model: string
  /** Who the model is and what it must not do. */
  system: string
  /** What is asked this time. */
  prompt: string
  picture?: ModelPicture
  /** A short name of the answer's shape: `[a-z_]`. */
  name: string
  /** The shape. Every member is required; what may be missing is nullable (strict structured output knows nothing else). */
  schema: z.ZodType<T>
  /** Longest answer. Tokens. */
  maxTokens: number
}

export interface ModelAnswer<T> {
  value: T
  /** The model as the server names it. */
  model: string
}

export interface LanguageModel {
  /**
   * Asks once and gives the checked answer. `onTokens` is told what the server counted, in and out, where it says so: also for an
   * answer that is of no use, for it is paid all the same. It must not fail.
   * Waits for nothing but the server: repeating is up to the caller, except where
   * the server says that nothing was done yet (429, 503, a completion without a message) and a short wait fits in.
   *
   * Throws `ai_refused` where the model declines, `ai_unusable_answer` for anything that is not of the shape or was cut and for a
   * request that the server does not take (another picture may be taken),
   * `ai_unavailable` for a server that fails or does not answer, `rate_limited` with its `retryAfterMs`,
   * `credentials_rejected` after fresh credentials were refused too, and the reason of `signal` when it fires.
   */
  ask<T>(
    request: ModelRequest<T>,
    signal: AbortSignal,
    onTokens?: (tokens: number) => void,
  ): Promise<ModelAnswer<T>>
  /**
   * Names of the models that the key may use; nothing is asked of them and nothing is paid. `null` where the server keeps no such list,
   * which says nothing about the key. Throws what {@link ask} does for a server or a key that does not work. Absent: it cannot
   * be found out.
   */
  listModels?(signal: AbortSignal): Promise<ReadonlySet<string> | null>
}
