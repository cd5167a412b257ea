/** Checks the provider's answer to an authorization request (RFC 6749, section 4.1.2; RFC 9207). */
import { AuthorizationResponseError, validateAuthResponse } from 'oauth4webapi'
import { SignInRefusal } from './errors.ts'
import type { ProviderMetadata } from './provider-metadata.ts'
import { quoted } from './quoted.ts'

/** Of RFC 6749, section 4.1.2.1, and its extensions; anything else that stands there does not get into a log. */
const errorCode = /^[a-z_]{1,40}$/

/** The answer's state, issuer and shape. An `error` in it is a refusal whose words are not repeated. */
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
      const said = errorCode.test(cause.error) ? cause.error : 'something that is no error code'
      throw new SignInRefusal(
        'provider_error',
        'The sign-in service did not sign you in: it was cancelled, or it refused.',
        { about: 'error', cause: new Error(`It answered ${said}.`) },
      )
    }
    const iss = answer.get('iss')
    if (iss !== null && iss !== server.issuer) {
      const words = `The answer says issuer ${quoted(iss)}; configured is ${quoted(server.issuer)}.`
      throw malformedAnswer(new Error(words, { cause }), 'iss')
    }
    throw malformedAnswer(cause)
  }
}

export function malformedAnswer(cause: unknown, about?: string): SignInRefusal {
  const details = { cause, ...(about !== undefined && { about }) }
  return new SignInRefusal('answer_malformed', 'The answer of the sign-in service is not valid.', details)
}
