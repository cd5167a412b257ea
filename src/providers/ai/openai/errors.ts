/** Maps failed calls to errors of the port. The cause is only a short summary, because the vendor's error may quote the key. */
import { APIError } from 'openai'
import { z } from 'zod'
import { PublisherError } from '../../../base/errors.ts'
import { RetryableError } from '../../../base/retry.ts'
import { retryAfterMs } from '../../../base/retry-after.ts'
import { declined, outage, unusable } from './answer.ts'

/** Codes of an error by which OpenAI declines a request; other refusals come as an answer. */
const declinedCode = /content_policy|content_filter|moderation_blocked|image_content/i
/** OpenAI masks keys in its messages, but leaves some characters. */
const keyLike = /\bsk-[\w*.-]+/g
const longestSummary = 300
/** Upper bound on the examined characters of a message. A key cut at this limit lies far beyond the end of the summary. */
const longestMessage = 2000

export interface FailureContext {
  apiKey: string
  model: string
  /** Current time in milliseconds. */
  now: number
}

/** Returns the error to throw: `RetryableError` for 429 and 503, because the server has done no work then. */
export function failureOf(error: unknown, context: FailureContext): Error {
  if (!(error instanceof APIError) || error.status === undefined) return outage(summary(error, context))
  const { status } = error
  const cause = summary(error, context)
  if (status === 401) return rejected(cause)
  if (isDeclined(error)) return declined(cause)
  if (status === 403)
    return unavailable('The AI service refused access. Check the permissions of the API key.', cause)
  if (status === 404) {
    return unavailable(`The AI service has no model “${context.model}”. Check the configuration.`, cause)
  }
  if (status === 402 || isOutOfCredit(error)) {
    return unavailable(
      'The account at the AI service has no credit left. Add credit there and try again.',
      cause,
    )
  }
  if (status === 429 || status === 503) {
    const wait = error.headers && retryAfterMs(error.headers, context.now)
    return new RetryableError(cause.message, {
      cause: status === 429 ? tooMany(wait, cause) : outage(cause, wait),
      retryAfterMs: wait,
    })
  }
  if (status === 408 || status >= 500 || status < 400) return outage(cause)
  return unusable('The AI service rejected this photo or these settings.', cause)
}

/** Codes of OpenAI, OpenRouter and DeepSeek for an account without credit. */
const outOfCredit = /insufficient_(?:quota|credits|funds|balance)|billing_(?:hard_limit|not_active)/i

function isOutOfCredit({ code, type }: APIError): boolean {
  return [code, type].some((words) => outOfCredit.test(textOf(words)))
}

/** OpenRouter answers 403 with `metadata.reasons` to a request that its moderation flagged. */
const flagged = z.object({ metadata: z.object({ reasons: z.array(z.unknown()).min(1) }) })

function isDeclined({ status, code, error }: APIError): boolean {
  if (status === undefined || status >= 500) return false
  return declinedCode.test(textOf(code)) || (status === 403 && flagged.safeParse(error).success)
}

/** Returns '' for numbers, which gateways send in place of OpenAI's words. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, longestSummary) : ''
}

function rejected(cause: Error): PublisherError {
  const message = "The AI service rejects the API key. Put a valid key into this site's configuration."
  return new PublisherError('credentials_rejected', message, { cause })
}

function tooMany(wait: number | undefined, cause: Error): PublisherError {
  return new PublisherError('rate_limited', 'The AI service is limiting requests. Try again later.', {
    cause,
    retryAfterMs: wait,
  })
}

function unavailable(message: string, cause: Error): PublisherError {
  return new PublisherError('ai_unavailable', message, { cause })
}

/** Joins the names and messages along the chain of causes, without the key. */
function summary(error: unknown, { apiKey }: FailureContext): Error {
  const text = chain(error)
    .map((link) => `${link.name}: ${link.message.slice(0, longestMessage)}`)
    .join(' < ')
  const id = error instanceof APIError && error.requestID ? ` (${error.requestID})` : ''
  const safe = (text + id).replaceAll(apiKey, '[redacted]').replace(keyLike, '[redacted]')
  return new Error(safe.slice(0, longestSummary).toWellFormed())
}

function chain(error: unknown, depth = 0): Error[] {
  if (!(error instanceof Error) || depth > 3) return []
  return [error, ...chain(error.cause, depth + 1)]
}
