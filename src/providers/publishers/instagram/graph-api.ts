/** Calls of Meta's Graph API ("Overview", "Error Handling"), for both Instagram products. */
import { z } from 'zod'
import { textAtMost } from '../../../base/bounded-body.ts'
import { parseJson } from '../../../base/json.ts'
import { retryAfterMs } from '../../../base/retry-after.ts'
import type { Secret } from '../../../base/secret.ts'
import { errorText, safeLine } from '../../../base/vendor-text.ts'
import { GraphFailure, type GraphReason } from './failures.ts'

/** Upper bound on an answer; real answers have a few kilobytes. */
export const maxAnswerBytes = 2 ** 20

/** Subset of `fetch` that the publisher uses. */
export type InstagramFetch = (url: string, init: RequestInit) => Promise<Response>

/** Account and the way to reach it. */
export interface GraphAccount {
  /** Base URL with the version and without a trailing slash, such as `https://graph.instagram.com/v25.0`. */
  baseUrl: string
  fetch: InstagramFetch
  /** Milliseconds since 1970. */
  now: () => number
  userId: string
  token: Secret
}

export interface GraphCall<T> {
  method: 'GET' | 'POST' | 'DELETE'
  /** Segments of the path. Escaped, because identifiers come from outside. */
  path: readonly string[]
  query?: Readonly<Record<string, string>>
  body?: Readonly<Record<string, string>>
  schema: z.ZodType<T>
}

const refusalSchema = z.object({
  error: z.object({
    message: z.string().catch(''),
    code: z.number().int(),
    error_subcode: z.number().int().optional().catch(undefined),
    is_transient: z.boolean().optional().catch(undefined),
    error_user_msg: z.string().optional().catch(undefined),
    fbtrace_id: z.string().optional().catch(undefined),
  }),
})

/** Numbers of `X-Business-Use-Case-Usage`, by business. */
const usageSchema = z.record(
  z.string(),
  z.array(
    z.object({ estimated_time_to_regain_access: z.number().nonnegative().optional().catch(undefined) }),
  ),
)

/**
 * Calls the API once. The token travels in a header, because URLs end up in logs. Follows no redirect, so that the token reaches no
 * other server. Throws {@link GraphFailure}.
 */
export async function callGraph<T>(
  { baseUrl, fetch, now, token }: GraphAccount,
  { method, path, query = {}, body, schema }: GraphCall<T>,
  signal: AbortSignal,
): Promise<T> {
  const name = `${method} ${path.at(-1)}`
  if (signal.aborted) throw new GraphFailure('unanswered', `${name} was not sent`)
  let response: Response
  let text: string
  try {
    response = await fetch(urlOf(baseUrl, path, query), {
      method,
      headers: {
        authorization: `Bearer ${token.reveal()}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      redirect: 'manual',
      signal,
    })
    text = await textAtMost(response, maxAnswerBytes)
  } catch (error) {
    throw new GraphFailure('unanswered', `${name} got no answer: ${oneLine(errorText(error), token)}`)
  }
  const { status, headers } = response
  const json = parseJson(text)
  const answer = status < 300 ? schema.safeParse(json) : undefined
  if (answer?.success) return answer.data
  const waitMs = regainMs(headers) ?? retryAfterMs(headers, now())
  const refusal = refusalSchema.safeParse(json).data?.error
  if (!refusal) throw withoutCode(name, status, waitMs)
  const reason: GraphReason = {
    code: refusal.code,
    subcode: refusal.error_subcode,
    isTransient: refusal.is_transient ?? false,
    words: oneLine(refusal.error_user_msg ?? refusal.message, token),
    waitMs,
  }
  const numbers = [`code ${reason.code}`, reason.subcode && `sub-code ${reason.subcode}`].filter(Boolean)
  const trace = oneLine(refusal.fbtrace_id ?? '', token)
  const message = `${name} was answered ${status}: ${numbers.join(', ')}, trace ${trace}: ${oneLine(refusal.message, token)}`
  throw new GraphFailure('refused', message, reason)
}

/** Codes for answers without a code, such as those of a proxy. */
const codeByStatus: ReadonlyMap<number, number> = new Map([
  [401, 190],
  [429, 613],
])

/** Returns the failure for an answer without an error code. Only 4xx proves that the call had no effect. */
function withoutCode(name: string, status: number, waitMs: number | undefined): GraphFailure {
  const message = `${name} was answered ${status} without an error code`
  if (status < 400 || status >= 500 || status === 408) return new GraphFailure('unanswered', message)
  const code = codeByStatus.get(status) ?? 0
  const words = `status ${status}.`
  return new GraphFailure('refused', message, { code, subcode: undefined, isTransient: false, words, waitMs })
}

function urlOf(
  baseUrl: string,
  path: GraphCall<unknown>['path'],
  query: Readonly<Record<string, string>>,
): string {
  const search = new URLSearchParams(query).toString()
  return `${baseUrl}/${path.map(encodeURIComponent).join('/')}${search && `?${search}`}`
}

/** Upper bound on the characters of the usage header to read. */
const maxUsageLength = 8000

/** Returns the longest time until calls are possible again, as the API estimates it ("Rate Limits"). */
function regainMs(headers: Headers): number | undefined {
  const header = headers.get('x-business-use-case-usage')
  if (header === null || header.length > maxUsageLength) return undefined
  const usage = usageSchema.safeParse(parseJson(header)).data ?? {}
  const minutes = Object.values(usage).flatMap((uses) =>
    uses.map(({ estimated_time_to_regain_access: wait }) => wait ?? 0),
  )
  const longest = Math.max(0, ...minutes)
  return longest > 0 ? longest * 60_000 : undefined
}

const longestWords = 300
/** Upper bound on the characters in which an address with a token is looked for. */
const longestText = 4000

/** Puts a vendor's text on one line, without the account's token and the token of the offered picture. */
function oneLine(text: string, token: Secret): string {
  const withoutOffer = text.slice(0, longestText).replace(/token=[^\s&"']+/g, 'token=[redacted]')
  return safeLine(withoutOffer, [token], longestWords)
}
