/** Requests an access token for a refresh token. Replaces the SDK's request, which puts refresh token and app secret into the URL. */
import { z } from 'zod'
import { textAtMost } from '../../../base/bounded-body.ts'
import { PublisherError } from '../../../base/errors.ts'
import { RetryableError } from '../../../base/retry.ts'
import { retryAfterMs } from '../../../base/retry-after.ts'
import { Secret } from '../../../base/secret.ts'
import { failureText, redactor } from '../../../base/vendor-text.ts'
import { jsonOrText, tokenSchema } from './answers.ts'
import { accessRejected } from './errors.ts'
import { type DropboxFetch, tokenUrl } from './hosts.ts'

/** The fleet's Dropbox app. */
export interface DropboxApp {
  /** App key, the OAuth client id. */
  key: string
  /** App secret, the OAuth client secret. */
  secret: Secret
}

export interface GrantOptions {
  /** The fleet's app. */
  app: DropboxApp
  /** Sends requests to Dropbox. */
  fetch: DropboxFetch
  /** Current time in milliseconds. */
  now: () => number
}

export interface Grant {
  token: Secret
  /** Time by {@link GrantOptions.now} after which the token must be renewed. */
  usableUntil: number
  /** Removes the secrets of this grant from a text for the log. */
  redact: (text: string) => string
}

/** Upper bound on the answer with a token. */
const maxTokenBytes = 64 * 1024

const appRefused = "Dropbox does not accept this service's own app key. The operator must correct it."
export const noToken = 'Dropbox granted no access token.'

/** Time before the expiry at which a token is renewed, so that it does not expire during a call. */
const renewBeforeMs = 5 * 60_000

/**
 * Requests an access token with a refresh-token grant (RFC 6749, section 6). Sends all secrets in the body. Throws
 * `credentials_rejected`, `storage_unavailable` when Dropbox refuses the app itself, or {@link RetryableError}.
 */
export async function grant(
  { app, fetch, now }: GrantOptions,
  refreshToken: Secret,
  signal: AbortSignal,
): Promise<Grant> {
  const askedAt = now()
  const body = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: refreshToken.reveal(),
    client_id: app.key,
    client_secret: app.secret.reveal(),
  })
  const redact = redactor([refreshToken, app.secret])
  const { status, headers, text } = await post(fetch, body, signal, redact)
  if (status !== 200) throw grantFailure(status, retryAfterMs(headers, now()), jsonOrText(text), redact)
  const granted = tokenSchema.safeParse(jsonOrText(text))
  if (!granted.success) throw new RetryableError(noToken, { cause: new Error('the answer has no token') })
  const lifetimeMs = granted.data.expires_in * 1000
  const token = new Secret(granted.data.access_token)
  return {
    token,
    redact: redactor([token, refreshToken, app.secret]),
    usableUntil: askedAt + lifetimeMs - Math.min(renewBeforeMs, lifetimeMs / 10),
  }
}

async function post(
  fetch: DropboxFetch,
  body: URLSearchParams,
  signal: AbortSignal,
  redact: (text: string) => string,
): Promise<{ status: number; headers: Headers; text: string }> {
  try {
    const response = await fetch(tokenUrl, { method: 'POST', body, signal })
    return {
      status: response.status,
      headers: response.headers,
      text: await textAtMost(response, maxTokenBytes),
    }
  } catch (error) {
    throw new RetryableError(noToken, { cause: new Error(redact(failureText(error))) })
  }
}

const oauthErrorSchema = z.object({ error: z.string() })

/** Maps the error codes of RFC 6749, section 5.2. `invalid_grant` concerns the tenant; all others concern the fleet's app. */
function grantFailure(
  status: number,
  waitMs: number | undefined,
  answer: unknown,
  redact: (text: string) => string,
): Error {
  const code = oauthErrorSchema.safeParse(answer).data?.error
  const cause = new Error(
    `the token request was answered ${status}: ${redact(code ?? 'no error code').slice(0, 100)}`,
  )
  if (code === 'invalid_grant') return accessRejected(cause)
  if (code && (status === 400 || status === 401)) {
    return new PublisherError('storage_unavailable', appRefused, { cause })
  }
  return new RetryableError(noToken, { cause, retryAfterMs: waitMs, isOutage: status !== 429 })
}
