/** Algorithms with which an issuer may sign ID tokens. */
import type { ProviderMetadata } from './provider-metadata.ts'

/** Public-key algorithms only. Excludes `none`, and HMACs, which would use a public key as a secret. */
export const acceptedAlgorithms: readonly string[] = ['RS256', 'PS256', 'ES256', 'ES384', 'EdDSA']

/**
 * Returns those {@link acceptedAlgorithms} that the issuer's discovery document names. A document without the list means RS256, which
 * every issuer must support (OpenID Connect Discovery 1.0, section 3).
 */
export function algorithmsOf({
  id_token_signing_alg_values_supported: named,
}: Pick<ProviderMetadata, 'id_token_signing_alg_values_supported'>): string[] {
  return named ? acceptedAlgorithms.filter((algorithm) => named.includes(algorithm)) : ['RS256']
}
