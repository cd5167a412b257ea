/** Checks, renews and ends a stored session. */
import { z } from 'zod'
import { parseJson } from '../../../../src/base/json.ts'
import { type Checked, VendorRefused, type WrittenCredentials } from '../../vendor.ts'
import { clientOf } from './client.ts'
import type { FlowOptions } from './oauth.ts'
import { oauthRefusal } from './oauth-calls.ts'
import { dpopKeySchema, isAccepted, proverOf, renewTokens, revokeTokens } from './session.ts'

const storedSchema = z.object({
  did: z.string(),
  service: z.string(),
  access_token: z.string(),
  dpop_key: z.string().transform(parseJson).pipe(dpopKeySchema),
  renewal: z.object({
    refresh_token: z.string(),
    client_id: z.string(),
    issuer: z.string(),
    token_endpoint: z.string(),
    revocation_endpoint: z.string().exactOptional(),
  }),
})

/** A session as it is stored. */
export type StoredSession = z.output<typeof storedSchema>

/** Returns the session in stored credentials, or `undefined` if they hold none. */
export function storedSession(credentials: WrittenCredentials): StoredSession | undefined {
  return storedSchema.safeParse(credentials).data
}

/** Rest of an access token's life at which it is renewed. A check comes 15 minutes before the end. */
const renewBeforeMs = 20 * 60_000

/**
 * Tries the session, and renews it in the last 20 minutes of its token or when the server no longer accepts its token. Refresh tokens work
 * once: the caller must hold a lease during this call and store `renewed` at once. The renewal is the last request of this call. A process
 * that dies between the server's answer and the storing loses the session, and a person must connect the account anew.
 */
export async function checkSession(
  { tools, key }: FlowOptions,
  credentials: WrittenCredentials,
  stored: StoredSession,
  expiresAt: number | null,
): Promise<Checked> {
  const { did, service, access_token: accessToken, dpop_key, renewal } = stored
  const { refresh_token: refreshToken } = renewal
  try {
    const client = await clientOf(renewal.client_id, key)
    const prover = await proverOf(client, dpop_key)
    const isDue = expiresAt === null || expiresAt - tools.now() <= renewBeforeMs
    if (!isDue && (await isAccepted(tools, service, { accessToken, did, prover }))) return {}
    const tokens = await renewTokens(tools, renewal, client, { refreshToken, prover })
    if (tokens.sub !== did) throw new VendorRefused('wrong_account', 'The session is of another account now.')
    return {
      renewed: {
        credentials: {
          ...credentials,
          access_token: tokens.access_token,
          renewal: { ...renewal, refresh_token: tokens.refresh_token },
        },
        expiresAt: tools.now() + tokens.expires_in * 1000,
      },
    }
  } catch (error) {
    throw oauthRefusal(error, 'revoked', [accessToken, refreshToken])
  }
}

/** Ends the session at its server. A server without such a call forgets the session on its own. */
export async function revokeSession({ tools, key }: FlowOptions, stored: StoredSession): Promise<void> {
  const { issuer, client_id, refresh_token: refreshToken, revocation_endpoint } = stored.renewal
  if (revocation_endpoint === undefined) return
  const tokens = { refreshToken, key: stored.dpop_key }
  try {
    await revokeTokens(tools, { issuer, revocation_endpoint }, await clientOf(client_id, key), tokens)
  } catch (error) {
    throw oauthRefusal(error, 'revoked', [refreshToken])
  }
}
