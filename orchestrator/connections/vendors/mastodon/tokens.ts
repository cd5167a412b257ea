/** Token endpoint of a server (RFC 6749), and the calls with a token. */
import { z } from 'zod'
import { type RefusalReason, type VendorApp, VendorRefused } from '../../vendor.ts'
import type { VendorAnswer } from '../../vendor-call.ts'
import { vendorCode, vendorWords } from '../../vendor-words.ts'
import type { AskServer, OAuthServer } from './server.ts'

export const errorSchema = z.object({
  error: z.string().optional().catch(undefined),
  error_description: z.string().optional().catch(undefined),
})

/** Optional members differ between relatives. A member of another type counts as absent. */
const tokenSchema = z.object({
  access_token: z.string().min(1).max(10_000),
  scope: z.string().optional().catch(undefined),
  expires_in: z.coerce.number().positive().optional().catch(undefined),
  refresh_token: z.string().min(1).max(10_000).optional().catch(undefined),
})
export type TokenAnswer = z.output<typeof tokenSchema>

/** Asks the token endpoint, and returns its answer. */
export function requestToken(
  { token }: Pick<OAuthServer, 'token'>,
  { clientId, clientSecret }: VendorApp,
  grant: Readonly<Record<string, string>>,
  ask: AskServer,
): Promise<VendorAnswer> {
  return ask(new URL(token), {
    method: 'POST',
    body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...grant }),
  })
}

/** Returns the tokens of an answer. Throws {@link VendorRefused}; `refusedAs` is the reason for a refused grant. */
export function tokensIn(
  { status, body }: VendorAnswer,
  refusedAs: RefusalReason,
  secrets: readonly string[],
): TokenAnswer {
  const tokens = status < 300 ? tokenSchema.safeParse(body).data : undefined
  if (tokens) return tokens
  const { error, error_description } = errorSchema.safeParse(body).data ?? {}
  const isRefusal = (status === 400 || status === 401) && error !== undefined
  const words = vendorWords(error_description ?? error ?? '', secrets)
  // Other errors of a renewal say nothing about the token.
  const isFinal = refusedAs !== 'revoked' || error === 'invalid_grant' || error === 'invalid_client'
  throw new VendorRefused(
    isRefusal && isFinal ? refusedAs : 'unavailable',
    words || 'The server gave no token.',
    isRefusal ? vendorCode(error, secrets) : String(status),
  )
}

const accountSchema = z.object({
  id: z.coerce.string().min(1).max(100),
  username: z.string().regex(/^[\w.-]{1,100}$/),
})

/** Returns the account of a token. Throws {@link VendorRefused}; `refusedAs` is the reason for a token that the server does not know. */
export async function readAccount(
  origin: string,
  token: string,
  refusedAs: RefusalReason,
  ask: AskServer,
): Promise<{ name: string; id: string }> {
  const url = new URL('/api/v1/accounts/verify_credentials', origin)
  const { status, body } = await ask(url, { headers: { authorization: `Bearer ${token}` } })
  const account = status < 300 ? accountSchema.safeParse(body).data : undefined
  const { host } = new URL(origin)
  if (account) return { name: `@${account.username}@${host}`, id: `${account.id}@${host}` }
  const { error } = errorSchema.safeParse(body).data ?? {}
  const words = vendorWords(error ?? '', [token]) || 'The server did not show the account.'
  throw new VendorRefused(reasonOf(status, refusedAs), words, String(status))
}

function reasonOf(status: number, refusedAs: RefusalReason): RefusalReason {
  if (status === 401) return refusedAs
  return status === 403 ? 'missing_permission' : 'unavailable'
}
