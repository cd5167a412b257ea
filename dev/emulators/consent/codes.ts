/** Authorization codes of an emulated vendor, with a single use, a short life and PKCE (RFC 6749, section 4.1, and RFC 7636). */
import { createHash, randomBytes } from 'node:crypto'

/** Part of an authorization request that the exchange must repeat. */
export interface CodeRequest {
  redirectUri: string
  /** PKCE challenge of the method S256; `undefined` without PKCE. */
  challenge: string | undefined
}

export type Redeemed<G> =
  | { grant: G; hadChallenge: boolean }
  | { refused: 'code' | 'redirect_uri' | 'verifier' }

export interface Codes<G> {
  /** Returns a code that stands for the grant. */
  issue(request: CodeRequest, grant: G): string
  /** Takes the code, which is used up even if the exchange is refused. */
  redeem(form: URLSearchParams): Redeemed<G>
  /** Ends the life of all codes. */
  expire(): void
}

const maxCodes = 1000

/** Creates the codes of one vendor. */
export function createCodes<G>(lifetimeMs: number, now: () => number): Codes<G> {
  const codes = new Map<string, CodeRequest & { grant: G; expiresAt: number }>()
  return {
    issue(request, grant) {
      const code = randomBytes(24).toString('base64url')
      codes.set(code, { ...request, grant, expiresAt: now() + lifetimeMs })
      for (const oldest of codes.keys()) {
        if (codes.size <= maxCodes) break
        codes.delete(oldest)
      }
      return code
    },
    redeem(form) {
      const code = form.get('code') ?? ''
      const known = codes.get(code)
      codes.delete(code)
      if (!known || known.expiresAt <= now()) return { refused: 'code' }
      if (form.get('redirect_uri') !== known.redirectUri) return { refused: 'redirect_uri' }
      const { challenge, grant } = known
      const hadChallenge = challenge !== undefined
      if (hadChallenge && challengeOf(form.get('code_verifier')) !== challenge) return { refused: 'verifier' }
      return { grant, hadChallenge }
    },
    expire() {
      for (const code of codes.values()) code.expiresAt = 0
    },
  }
}

function challengeOf(verifier: string | null): string {
  return createHash('sha256')
    .update(verifier ?? '')
    .digest('base64url')
}
