/** The algorithms by which an issuer may sign its ID tokens. */
import type { ProviderMetadata } from './provider-metadata.ts'

/** Public keys only: neither `none` nor an HMAC, which would take a public key for a secret. */
export const acceptedAlgorithms: readonly string[] = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']

/**
 * Those that the issuer's discovery document names, out of {@link acceptedAlgorithms}. A document without the list means RS256, which
 * every issuer has to support (OpenID Connect Discovery 1.0, section 3).
 */
export function algorithmsOf({
  id_token_signing_alg_values_supported: named,
}: Pick<ProviderMetadata, 'id_token_signing_alg_values_supported'>): string[] {
  return named ? acceptedAlgorithms.filter((algorithm) => named.includes(algorithm)) : ['RS256']
}
