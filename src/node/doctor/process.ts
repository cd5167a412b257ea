/** What a process shares with others: the identity provider. */
import { createLogger } from '../../runtime/log.ts'
import type { Settings } from '../../runtime/settings.ts'
import { createProviderMetadata } from '../../runtime/sign-in/provider-metadata.ts'
import type { Verdict } from './examination.ts'
import { Trouble } from './trouble.ts'

/** Reads the provider's discovery document as the first sign-in would. */
export async function checkSignIn({ provider }: Settings, now: () => number): Promise<Verdict<undefined>> {
  if (!provider) {
    return {
      value: undefined,
      said: 'none is configured, so nobody can sign in to any site',
      warning: true,
      todo: 'Set AUTH0_DOMAIN, AUTH0_CLIENT_ID and AUTH0_CLIENT_SECRET; see docs/operations/auth0.md.',
    }
  }
  const log = createLogger({ level: 'error', write: () => undefined })
  const metadata = createProviderMetadata({ issuer: provider.issuer, log, now })
  try {
    await metadata()
  } catch (error) {
    throw new Trouble(
      'it cannot be discovered',
      'AUTH0_DOMAIN or OIDC_ISSUER_URL has to name the issuer to the letter; see docs/operations/auth0.md.',
      error instanceof Error ? error.cause : error,
    )
  }
  return { value: undefined, said: 'it is discovered and names itself as we do' }
}
