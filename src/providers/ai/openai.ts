/** Asks OpenAI or a compatible server through Chat Completions, the endpoint that all of these servers have. */
import { APIError } from 'openai'
import { isPublisherError } from '../../base/errors.ts'
import { RetryableError, type RetryPolicy, withRetry } from '../../base/retry.ts'
import type { Secret } from '../../base/secret.ts'
import { withoutSlashAtEnd } from '../../base/text-edges.ts'
import { type CredentialSource, withCredentials } from '../../ports/credentials.ts'
import type { LanguageModel, ModelAnswer, ModelRequest } from '../../ports/language-model.ts'
import { answerOf, tokensOf } from './openai/answer.ts'
import { type OpenAiFetch, openClient } from './openai/client.ts'
import { createCompletions } from './openai/completions.ts'
import { failureOf } from './openai/errors.ts'

export interface OpenAiCredentials {
  api_key: Secret
}

export interface OpenAiModelOptions {
  /** The tenant's key. */
  credentials: CredentialSource<OpenAiCredentials>
  /** Base URL of the API, ending in `/v1`. Default: `https://api.openai.com/v1`. */
  baseUrl?: string | undefined
  /** Sends requests. Default: the global `fetch`. */
  fetch?: OpenAiFetch
  /** Current time in milliseconds. Default: `Date.now`. */
  now?: () => number
  /** Time limits, and retries after 429 and 503. Default: 3 attempts of 25 s, 60 s in all. */
  retry?: RetryPolicy
}

const patience: RetryPolicy = {
  attempts: 3,
  baseMs: 1000,
  capMs: 10_000,
  attemptTimeoutMs: 25_000,
  deadlineMs: 60_000,
}

/** Creates the model of one tenant. Sends nothing before the first use. */
export function createOpenAiModel({
  credentials,
  baseUrl = 'https://api.openai.com/v1',
  fetch = globalThis.fetch,
  now = Date.now,
  retry = patience,
}: OpenAiModelOptions): LanguageModel {
  const api = { baseUrl: withoutSlashAtEnd(baseUrl), fetch }
  const complete = createCompletions()

  async function askWith<T>(
    key: Secret,
    request: ModelRequest<T>,
    signal: AbortSignal,
    onTokens?: (tokens: number) => void,
  ): Promise<ModelAnswer<T>> {
    const apiKey = key.reveal()
    const count = (answer: unknown) => {
      const tokens = tokensOf(answer)
      if (tokens !== null) onTokens?.(tokens)
    }
    const body = await complete(openClient(api, apiKey, count), request, signal).catch((error) => {
      throw failureOf(error, { apiKey, model: request.model, now: now() })
    })
    return answerOf(body, request)
  }

  /** Returns `null` if a compatible server has no list, or if a restricted key may not read the list. */
  async function listWith(key: Secret, signal: AbortSignal): Promise<ReadonlySet<string> | null> {
    const apiKey = key.reveal()
    try {
      const names = new Set<string>()
      for await (const { id } of openClient(api, apiKey).models.list({ signal })) names.add(id)
      return names
    } catch (error) {
      if (error instanceof APIError && [403, 404, 405].includes(error.status ?? 0)) return null
      throw failureOf(error, { apiKey, model: '', now: now() })
    }
  }

  async function patiently<T>(
    signal: AbortSignal,
    use: (key: Secret, attempt: AbortSignal) => Promise<T>,
  ): Promise<T> {
    try {
      return await withRetry(
        (attempt) => withCredentials(credentials, ({ api_key }) => use(api_key, attempt)),
        retry,
        signal,
      )
    } catch (error) {
      signal.throwIfAborted()
      throw error instanceof RetryableError && isPublisherError(error.cause) ? error.cause : error
    }
  }

  return {
    ask: (request, signal, onTokens) =>
      patiently(signal, (key, attempt) => askWith(key, request, attempt, onTokens)),
    listModels: (signal) => patiently(signal, listWith),
  }
}
