/** Sends requests with a proof that this process holds the key of the access token (RFC 9449; atproto.com, "OAuth", "DPoP"). */
import { importJWK } from 'jose'
import {
  allowInsecureRequests,
  customFetch,
  DPoP,
  type DPoPHandle,
  isDPoPNonceError,
  protectedResourceRequest,
  WWWAuthenticateChallengeError,
} from 'oauth4webapi'
import { z } from 'zod'
import type { Fetch } from '../../../base/endpoint-guard.ts'
import { parseJson } from '../../../base/json.ts'
import { onceLoaded } from '../../../base/once.ts'
import type { Secret } from '../../../base/secret.ts'
import { signInRejected } from './sign-in-rejected.ts'

/** Request of a prover. */
export interface ProvedRequest {
  method: string
  headers: Readonly<Record<string, string>>
  body: string | Uint8Array<ArrayBuffer> | null
  signal: AbortSignal
}

/** Key of a session. Remembers the nonces of servers. */
export interface Prover {
  /** Sends a request with the token, and once more if the server asks for a nonce. The server has changed nothing then. */
  send(fetch: Fetch, url: string, token: Secret, request: ProvedRequest): Promise<Response>
}

const keySchema = z.object({
  kty: z.literal('EC'),
  crv: z.string(),
  x: z.string(),
  y: z.string(),
  d: z.string(),
})

/** Creates the prover of a key, a JWK in JSON. `send` throws `credentials_rejected` for a damaged key. */
export function createProver(key: Secret): Prover {
  const opened = onceLoaded(() => openKey(key))
  return {
    async send(fetch, url, token, { method, headers, body, signal }) {
      const handle = await opened()
      const options = {
        DPoP: handle,
        signal,
        // The guard of endpoints decides which servers may be called without TLS.
        [allowInsecureRequests]: true,
        [customFetch]: (address: string, proved: { headers: Record<string, string> }) =>
          fetch(address, { method, headers: proved.headers, body, redirect: 'manual', signal }),
      }
      const ask = () =>
        protectedResourceRequest(token.reveal(), method, new URL(url), new Headers(headers), body, options)
      try {
        return await ask().catch((error: unknown) => {
          if (!isDPoPNonceError(error)) throw error
          return ask()
        })
      } catch (error) {
        if (error instanceof WWWAuthenticateChallengeError) return error.response
        throw error
      }
    },
  }
}

async function openKey(key: Secret): Promise<DPoPHandle> {
  const parsed = keySchema.safeParse(parseJson(key.reveal()))
  if (!parsed.success) throw signInRejected(new Error('the key of the session is not a private JWK'))
  const { d, ...rest } = parsed.data
  try {
    const [privateKey, publicKey] = await Promise.all([
      importJWK({ ...rest, d }, 'ES256'),
      importJWK(rest, 'ES256', { extractable: true }),
    ])
    if (privateKey instanceof Uint8Array || publicKey instanceof Uint8Array)
      throw new TypeError('symmetric key')
    return DPoP({}, { privateKey, publicKey })
  } catch {
    throw signInRejected(new Error('the key of the session cannot be used'))
  }
}
