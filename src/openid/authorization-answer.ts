/** Checks the provider's answer to an authorization request (RFC 6749, section 4.1.2; RFC 9207). */
import { AuthorizationResponseError, validateAuthResponse } from 'oauth4webapi'
import { SignInRefusal } from './errors.ts'
import type { ProviderMetadata } from './provider-metadata.ts'
import { quoted } from './quoted.ts'

/** Error code of RFC 6749, section 4.1.2.1, or an extension. Other values are not logged. */
const errorCode = /^[a-z_]{1,40}$/

/** Checks the answer's state, issuer and shape. Throws {@link SignInRefusal}, without repeating the text of an `error`. */
export function validAnswer(
  server: ProviderMetadata,
  client: { client_id: string },
  answer: URLSearchParams,
  state: string,
): URLSearchParams {
  try {
    return validateAuthResponse(server, client, answer, state)
  } catch (cause) {
    if (cause instanceof AuthorizationResponseError) {
      const said = errorCode.test(cause.error) ? cause.error : 'something other than an error code'
      throw new SignInRefusal(
        'provider_error',
        'The sign-in service did not sign you in. The sign-in was cancelled or refused.',
        { about: 'error', cause: new Error(`It answered ${said}.`) },
      )
    }
    const iss = answer.get('iss')
    if (iss !== null && iss !== server.issuer) {
      const words = `The answer names issuer ${quoted(iss)}, but ${quoted(server.issuer)} is configured.`
      throw malformedAnswer(new Error(words, { cause }), 'iss')
    }
    throw malformedAnswer(cause)
  }
}

export function malformedAnswer(cause: unknown, about?: string): SignInRefusal {
  const details = { cause, ...(about !== undefined && { about }) }
  return new SignInRefusal('answer_malformed', 'The sign-in service sent an invalid answer.', details)
}
