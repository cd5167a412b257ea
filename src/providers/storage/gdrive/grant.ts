/** Requests an access token: for a photographer's refresh token, or for a service account's key file. */
import { importPKCS8, SignJWT } from 'jose'
import { z } from 'zod'
import { textAtMost } from '../../../base/bounded-body.ts'
import { PublisherError } from '../../../base/errors.ts'
import { parseJson } from '../../../base/json.ts'
import { RetryableError } from '../../../base/retry.ts'
import { retryAfterMs } from '../../../base/retry-after.ts'
import { Secret } from '../../../base/secret.ts'
import { failureText, redactor } from '../../../base/vendor-text.ts'
import { tokenSchema } from './answers.ts'
import { accessRejected } from './errors.ts'
import { type DriveFetch, tokenUrl } from './hosts.ts'

/** Credentials that the orchestrator resolves for a tenant. */
export interface DriveCredentials {
  readonly refresh_token?: Secret | undefined
  /** Text of the service account's key file. */
  readonly service_account?: Secret | undefined
}

/** The fleet's Google Cloud app, which refresh tokens belong to. */
export interface GoogleApp {
  id: string
  secret: Secret
}

export interface GrantOptions {
  /** The fleet's app. Absent: only service accounts can be used. */
  app?: GoogleApp | undefined
  /** Sends requests to Google. */
  fetch: DriveFetch
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

/** Access to all files, because the narrower `drive.file` hides folders that this app did not create. */
const scope = 'https://www.googleapis.com/auth/drive'
/** Upper bound on the answer with a token. */
const maxTokenBytes = 64 * 1024
/** Lifetime of an assertion, in seconds. Google allows at most an hour. */
const assertionSeconds = 3600
/** Time before the expiry at which a token is renewed, so that it does not expire during a call. */
const renewBeforeMs = 5 * 60_000

export const noToken = 'Google granted no access token.'
const appRefused =
  "Google does not accept this service's own client ID and secret. The operator must correct them."
const noApp =
  'This server has no Google app for refresh tokens: it needs GOOGLE_CLIENT_ID and GOOGLE_CLIENT_SECRET.'
const badKeyFile =
  'The key file of the Google service account is not usable. Create another key, and store it whole.'

/**
 * Requests an access token. Sends all secrets in the body. Throws `credentials_rejected`, `storage_unavailable` when Google refuses the
 * app itself, or {@link RetryableError}.
 */
export async function grant(
  options: GrantOptions,
  credentials: DriveCredentials,
  signal: AbortSignal,
): Promise<Grant> {
  const { fetch, now } = options
  const askedAt = now()
  const { body, secrets } = await requestOf(options, credentials)
  const redact = redactor(secrets)
  const { status, headers, text } = await post(fetch, body, signal, redact)
  if (status !== 200) throw grantFailure(status, retryAfterMs(headers, now()), parseJson(text), redact)
  const granted = tokenSchema.safeParse(parseJson(text))
  if (!granted.success) throw new RetryableError(noToken, { cause: new Error('the answer has no token') })
  const lifetimeMs = granted.data.expires_in * 1000
  const token = new Secret(granted.data.access_token)
  return {
    token,
    redact: redactor([token, ...secrets]),
    usableUntil: askedAt + lifetimeMs - Math.min(renewBeforeMs, lifetimeMs / 10),
  }
}

/** Prefers the refresh token, because a photographer has storage space and a service account has none. */
async function requestOf({ app, now }: GrantOptions, credentials: DriveCredentials) {
  const { refresh_token: refreshToken, service_account: keyFile } = credentials
  if (refreshToken && app) {
    const body = new URLSearchParams({
      grant_type: 'refresh_token',
      refresh_token: refreshToken.reveal(),
      client_id: app.id,
      client_secret: app.secret.reveal(),
    })
    return { body, secrets: [refreshToken, app.secret] }
  }
  if (keyFile) {
    const assertion = new Secret(await assertionOf(keyFile, now()))
    const body = new URLSearchParams({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: assertion.reveal(),
    })
    return { body, secrets: [assertion, keyFile] }
  }
  if (refreshToken) throw new PublisherError('provider_unavailable', noApp)
  throw new PublisherError('credentials_rejected', 'The credentials of the Google Drive are empty.')
}

const keyFileSchema = z.object({
  client_email: z.string().min(1),
  private_key: z.string().min(1),
  private_key_id: z.string().min(1).optional(),
  /** Person to act for, by domain-wide delegation. Google's own files lack this field; an operator may add it. */
  subject: z.string().min(1).optional(),
})

/** Signs an assertion (https://developers.google.com/identity/protocols/oauth2/service-account). */
async function assertionOf(keyFile: Secret, now: number): Promise<string> {
  const { data: key } = keyFileSchema.safeParse(parseJson(keyFile.reveal()))
  // The error of `importPKCS8` might quote the key.
  const privateKey = key && (await importPKCS8(key.private_key, 'RS256').catch(() => null))
  if (!privateKey) throw new PublisherError('credentials_rejected', badKeyFile)
  const issuedAt = Math.floor(now / 1000)
  const jwt = new SignJWT({ scope })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(key.private_key_id && { kid: key.private_key_id }) })
    .setIssuer(key.client_email)
    .setAudience(tokenUrl)
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + assertionSeconds)
  return (key.subject === undefined ? jwt : jwt.setSubject(key.subject)).sign(privateKey)
}

async function post(
  fetch: DriveFetch,
  body: URLSearchParams,
  signal: AbortSignal,
  redact: (text: string) => string,
): Promise<{ status: number; headers: Headers; text: string }> {
  try {
    const response = await fetch(tokenUrl, { method: 'POST', body, signal })
    const text = await textAtMost(response, maxTokenBytes)
    return { status: response.status, headers: response.headers, text }
  } catch (error) {
    throw new RetryableError(noToken, { cause: new Error(redact(failureText(error))) })
  }
}

const oauthErrorSchema = z.object({ error: z.string(), error_description: z.string().optional() })

/** Maps the error codes of RFC 6749, section 5.2. `invalid_grant` concerns the tenant; all others concern the fleet's app. */
function grantFailure(
  status: number,
  waitMs: number | undefined,
  answer: unknown,
  redact: (text: string) => string,
): Error {
  const { error: code, error_description: words = '' } = oauthErrorSchema.safeParse(answer).data ?? {}
  const said = redact(code === undefined ? 'no error code' : `${code} ${words}`.trim()).slice(0, 200)
  const cause = new Error(`the token request was answered ${status}: ${said}`)
  if (code === 'invalid_grant') return accessRejected(cause)
  if (code && (status === 400 || status === 401)) {
    return new PublisherError('storage_unavailable', appRefused, { cause })
  }
  return new RetryableError(noToken, { cause, retryAfterMs: waitMs, isOutage: status !== 429 })
}
