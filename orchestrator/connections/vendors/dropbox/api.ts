/** Calls of Dropbox's API v2 that need no library: JSON in, JSON out. */
import { z } from 'zod'
import { parseJson } from '../../../../src/base/json.ts'
import { VendorRefused } from '../../vendor.ts'
import type { VendorFetch } from '../../vendor-fetch.ts'
import { vendorCode, vendorWords } from '../../vendor-words.ts'

export interface DropboxApi {
  /** Calls a route. `argument` `undefined` sends no body. Throws {@link VendorRefused}. */
  call<T extends z.ZodType>(
    accessToken: string,
    route: string,
    argument: unknown,
    answer: T,
    options?: { pathRoot?: string | undefined },
  ): Promise<z.output<T>>
}

const failureSchema = z.object({
  error_summary: z.string().catch(''),
  error: z.looseObject({ '.tag': z.string().optional() }).catch({}),
})

/** Creates the calls. `baseUrl` ends without a slash. */
export function createDropboxApi(fetch: VendorFetch, baseUrl: string): DropboxApi {
  return {
    async call(accessToken, route, argument, answer, { pathRoot } = {}) {
      const response = await fetch(`${baseUrl}/2/${route}`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${accessToken}`,
          ...(argument !== undefined && { 'content-type': 'application/json' }),
          ...(pathRoot !== undefined && {
            'dropbox-api-path-root': JSON.stringify({ '.tag': 'root', root: pathRoot }),
          }),
        },
        ...(argument !== undefined && { body: JSON.stringify(argument) }),
      })
      const body = parseJson(await response.text())
      if (response.status !== 200) throw refusalOf(response.status, body, accessToken)
      const parsed = answer.safeParse(body)
      if (parsed.success) return parsed.data
      throw new VendorRefused('unavailable', 'The answer of Dropbox cannot be read.')
    },
  }
}

function refusalOf(status: number, body: unknown, accessToken: string): VendorRefused {
  const { error_summary = '', error = {} } = failureSchema.safeParse(body).data ?? {}
  // The summary ends with a slash and dots that mean nothing.
  const summary = error_summary
    .slice(0, 500)
    .split('/')
    .filter((tag) => /[^.]/.test(tag))
    .join('/')
  const code = vendorCode(summary, [accessToken]) || vendorCode(error['.tag'], [accessToken])
  const words = vendorWords(summary, [accessToken]) || `Dropbox answered ${status}.`
  if (status === 429) return new VendorRefused('rate_limited', words, code)
  if (status === 409) return new VendorRefused('invalid', words, code)
  if (status === 401) return refusedToken(error, accessToken, words, code)
  if (status === 403 && error['.tag'] !== undefined) return new VendorRefused('unsuitable', words, code)
  return new VendorRefused('unavailable', words, code)
}

/** Tells a token that Dropbox does not know from a token that lacks a scope (auth.stone, `AuthError`). */
function refusedToken(
  { '.tag': tag, required_scope: scope }: z.output<typeof failureSchema>['error'],
  accessToken: string,
  words: string,
  code: string,
): VendorRefused {
  if (tag === 'missing_scope') {
    const missing = vendorCode(scope, [accessToken])
    return new VendorRefused('missing_permission', `Dropbox did not grant the permission: ${missing}.`, code)
  }
  if (tag === 'user_suspended') return new VendorRefused('unsuitable', words, code)
  // The token is seconds old: an expired token is a fault at Dropbox, or of a clock.
  if (tag === 'expired_access_token') return new VendorRefused('unavailable', words, code)
  return new VendorRefused('revoked', words, code)
}
