/**
 * Calls of Instagram that connect an account ("Business Login for Instagram"). Meta wants secrets in the query of some calls, so no URL of a call
 * may reach an error or a log.
 */
import { z } from 'zod'
import { type RefusalReason, VendorRefused } from '../../vendor.ts'
import { callVendor, type VendorAnswer } from '../../vendor-call.ts'
import type { VendorFetch } from '../../vendor-fetch.ts'
import { vendorCode, vendorWords } from '../../vendor-words.ts'

/** Addresses of Instagram. */
export interface InstagramHosts {
  /** Page on which people allow the app. */
  authorize: URL
  /** Exchange of a code for a short-lived token. */
  shortToken: URL
  /** Exchange of a short-lived token. */
  longToken: URL
  refresh: URL
  me: URL
}

const graphOrigin = 'https://graph.instagram.com'
const defaultBase = `${graphOrigin}/v25.0`

/** Returns the addresses. The origin of a base URL that is not Instagram's own stands for all hosts of Instagram. */
export function hostsOf(base = defaultBase): InstagramHosts {
  const { origin } = new URL(base)
  const isInstagram = origin === graphOrigin
  return {
    authorize: new URL('/oauth/authorize', isInstagram ? 'https://www.instagram.com' : origin),
    shortToken: new URL('/oauth/access_token', isInstagram ? 'https://api.instagram.com' : origin),
    longToken: new URL('/access_token', origin),
    refresh: new URL('/refresh_access_token', origin),
    me: new URL('me', base.endsWith('/') ? base : `${base}/`),
  }
}

/** Recognises the other product, whose tokens belong to pages and come from other calls. */
export function isFacebookLogin(base: string | undefined): boolean {
  return base !== undefined && new URL(base).hostname === 'graph.facebook.com'
}

/** Meaning of a refusal for the call that was refused. */
export type RefusedAs = 'invalid' | 'revoked'

export interface GraphRequest<T> {
  url: URL
  query?: Readonly<Record<string, string>>
  form?: Readonly<Record<string, string>>
  token?: string
  schema: z.ZodType<T>
  /** Reason for a refused code or token. */
  refusedAs: RefusedAs
  /** Texts that must not be repeated. */
  secrets: readonly string[]
}

/** Makes a call. Throws {@link VendorRefused} with Instagram's own words. */
export async function askInstagram<T>(
  fetch: VendorFetch,
  { url, query = {}, form, token, schema, refusedAs, secrets }: GraphRequest<T>,
): Promise<T> {
  const asked = new URL(url)
  for (const [name, value] of Object.entries(query)) asked.searchParams.set(name, value)
  const answer = await callVendor(fetch, 'Instagram', asked, {
    headers: { accept: 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) },
    ...(form && { method: 'POST', body: new URLSearchParams(form) }),
  })
  const parsed = answer.status < 300 ? schema.safeParse(answer.body) : undefined
  if (parsed?.success) return parsed.data
  throw refusalIn(answer, refusedAs, secrets)
}

/** Refusal of the Graph API, and of the older host of the first exchange. */
const refusalSchema = z.union([
  z.object({
    error: z.object({
      message: z.string().catch(''),
      code: z.number().int(),
      is_transient: z.boolean().optional().catch(undefined),
      error_user_msg: z.string().optional().catch(undefined),
    }),
  }),
  z.object({ error_message: z.string(), code: z.number().int(), error_type: z.string().catch('') }),
])

function refusalIn({ status, body }: VendorAnswer, refusedAs: RefusedAs, secrets: readonly string[]) {
  const refusal = refusalSchema.safeParse(body).data
  if (!refusal) {
    // A proxy may answer 401 without a code. Any other answer without a code says nothing about the account.
    const reason = status === 401 ? refusedAs : 'unavailable'
    return new VendorRefused(reason, 'Instagram gave an answer without a reason.', String(status))
  }
  if ('error_message' in refusal) {
    const words = vendorWords(refusal.error_message, secrets)
    return new VendorRefused(
      isAboutTheApp(words) ? 'unavailable' : refusedAs,
      words,
      vendorCode(refusal.error_type, secrets),
    )
  }
  const { message, code, is_transient, error_user_msg } = refusal.error
  const words = vendorWords(error_user_msg ?? message, secrets)
  if (is_transient) return new VendorRefused('unavailable', words, String(code))
  const reason = reasonOf(code) ?? (isAboutTheApp(words) ? 'unavailable' : refusedAs)
  // Only code 190 tells that a token is over.
  const isDoubtful = reason === 'revoked' && code !== 190
  return new VendorRefused(isDoubtful ? 'unavailable' : reason, words, String(code))
}

/** Returns the reason of codes that say nothing about a code or token (Graph API, "Error Handling"). */
function reasonOf(code: number): RefusalReason | undefined {
  if ([4, 17, 32, 613, 80_002].includes(code)) return 'rate_limited'
  if (code === 10 || code === 803 || (code >= 200 && code < 300)) return 'missing_permission'
  return [1, 2, -1, -2, 101].includes(code) ? 'unavailable' : undefined
}

/** Recognises refusals of the operator's app, which no photographer can correct. */
function isAboutTheApp(words: string): boolean {
  return /client[ _]secret|platform app|client[ _]id|app[ _]id/i.test(words)
}
