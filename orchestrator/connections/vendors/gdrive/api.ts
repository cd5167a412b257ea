/** Calls of the Google Drive API v3 that read JSON. */
import { z } from 'zod'
import { parseJson } from '../../../../src/base/json.ts'
import { type RefusalReason, VendorRefused } from '../../vendor.ts'
import type { VendorFetch } from '../../vendor-fetch.ts'
import { vendorCode, vendorWords } from '../../vendor-words.ts'

/** Reads one resource below `drive/v3/`. Throws {@link VendorRefused}. */
export type DriveCall = <T extends z.ZodType>(
  path: string,
  query: Readonly<Record<string, string>>,
  answer: T,
) => Promise<z.output<T>>

const failureSchema = z.object({
  error: z.object({
    message: z.string().catch(''),
    errors: z.array(z.object({ reason: z.string().catch('') })).catch([]),
  }),
})

/** Creates the calls with one access token. `driveUrl` ends with `/drive/v3`. */
export function createDriveCall(fetch: VendorFetch, driveUrl: string, accessToken: string): DriveCall {
  return async (path, query, answer) => {
    const url = `${driveUrl}/${path}?${new URLSearchParams(query)}`
    const response = await fetch(url, { headers: { authorization: `Bearer ${accessToken}` } })
    const body = parseJson(await response.text())
    if (response.status !== 200) throw refusalOf(response.status, body, accessToken)
    const parsed = answer.safeParse(body)
    if (parsed.success) return parsed.data
    throw new VendorRefused('unavailable', 'The answer of Google cannot be read.')
  }
}

function refusalOf(status: number, body: unknown, accessToken: string): VendorRefused {
  const { message = '', errors = [] } = failureSchema.safeParse(body).data?.error ?? {}
  const code = vendorCode(errors[0]?.reason, [accessToken])
  const words = vendorWords(message, [accessToken]) || `Google answered ${status}.`
  return new VendorRefused(reasonOf(status, code), words, code)
}

/** Reasons of a 403 that ask to come back later (Google Drive API, "Resolve errors"). */
const limits = new Set(['userRateLimitExceeded', 'rateLimitExceeded', 'dailyLimitExceeded'])

function reasonOf(status: number, code: string): RefusalReason {
  if (status === 429 || limits.has(code)) return 'rate_limited'
  if (status === 401) return 'revoked'
  if (code === 'insufficientPermissions' || code === 'ACCESS_TOKEN_SCOPE_INSUFFICIENT')
    return 'missing_permission'
  if (code === 'domainPolicy') return 'unsuitable'
  return 'unavailable'
}
