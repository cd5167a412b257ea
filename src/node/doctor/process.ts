/** Check of the identity provider, which all processes share. */
import { z } from 'zod'
import { hostOf } from '../../base/url-host.ts'
import { createProviderMetadata } from '../../openid/provider-metadata.ts'
import { quoted } from '../../openid/quoted.ts'
import { acceptedAlgorithms, algorithmsOf } from '../../openid/signing-algorithms.ts'
import type { Settings } from '../../runtime/settings/settings.ts'
import { reachingAdvice } from './advice.ts'
import type { Verdict } from './examination.ts'
import { Trouble } from './trouble.ts'

/** Reads the provider's discovery document and signing keys as the first sign-in would. */
export async function checkSignIn(
  { provider }: Settings,
  now: () => number,
  signal: AbortSignal,
): Promise<Verdict<undefined>> {
  if (!provider) {
    return {
      value: undefined,
      said: 'no provider is configured, so sign-in is off on all sites',
      warning: true,
      todo: 'Set AUTH0_DOMAIN, AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET; see docs/operations/auth0.md.',
    }
  }
  const { issuer } = provider
  const metadata = await createProviderMetadata({ issuer, now })().catch((error: unknown) => {
    const cause = error instanceof Error ? error.cause : error
    const setting = provider.isAuth0 ? 'AUTH0_DOMAIN' : 'OIDC_ISSUER_URL'
    const reaching = reachingAdvice(cause, { setting, address: hostOf(issuer) })
    throw new Trouble(
      'discovery failed',
      reaching ??
        'AUTH0_DOMAIN or OIDC_ISSUER_URL must match the issuer exactly; see docs/operations/auth0.md.',
      cause,
    )
  })
  const algorithms = algorithmsOf(metadata)
  if (algorithms.length === 0) {
    const named = quoted(metadata.id_token_signing_alg_values_supported)
    throw new Trouble(
      `it signs ID tokens with ${named} only`,
      `Configure the provider to sign with one of ${acceptedAlgorithms.join(', ')}; see docs/operations/auth0.md.`,
    )
  }
  await checkKeys(metadata.jwks_uri, algorithms, signal)
  const said = `discovery works, the issuer matches; ID tokens may be signed with ${algorithms.join(', ')}`
  if (metadata.end_session_endpoint !== undefined || provider.isAuth0) return { value: undefined, said }
  return {
    value: undefined,
    said: `${said}. It has no address for signing out, so its own session stays active`,
    warning: true,
    todo: "If that's intended, nothing: the next sign-in asks the person again. See docs/operations/auth0.md.",
  }
}

const keysSchema = z.object({ keys: z.array(z.object({ kty: z.string(), alg: z.string().optional() })) })
/** Key types by the first letters of an algorithm (RFC 7518, section 3.1; RFC 8037, section 3.1). */
const keyTypes: Readonly<Record<string, string>> = { RS: 'RSA', PS: 'RSA', ES: 'EC', Ed: 'OKP' }

/** Throws {@link Trouble} if the issuer publishes no key that could verify an ID token. */
async function checkKeys(address: string, algorithms: readonly string[], signal: AbortSignal): Promise<void> {
  const response = await fetch(address, { signal }).catch((error: unknown) => {
    throw new Trouble(
      'its signing keys cannot be read',
      reachingAdvice(error, { setting: 'jwks_uri of its discovery document', address: hostOf(address) }) ??
        'Check jwks_uri in its discovery document.',
      error,
    )
  })
  const parsed = keysSchema.safeParse(await response.json().catch(() => null))
  if (!response.ok || !parsed.success) {
    throw new Trouble(
      `its signing keys cannot be read (answered ${response.status})`,
      'Check jwks_uri in its discovery document.',
    )
  }
  const isUsable = ({ kty, alg }: { kty: string; alg?: string | undefined }) =>
    alg === undefined
      ? algorithms.some((algorithm) => keyTypes[algorithm.slice(0, 2)] === kty)
      : algorithms.includes(alg)
  if (parsed.data.keys.some(isUsable)) return
  throw new Trouble(
    `none of its ${parsed.data.keys.length} signing keys is for ${algorithms.join(', ')}`,
    'Set the algorithm of the application, or of the realm, to a listed algorithm.',
  )
}
