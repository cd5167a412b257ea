/** Meaning of the orchestrator's answers. */
import { z } from 'zod'
import { PublisherError } from '../../../base/errors.ts'
import { parseJson } from '../../../base/json.ts'
import type { Credentials } from '../../../contract/credentials.ts'
import {
  type ConfigLookup,
  credentialsUnavailable,
  toCredentials,
  toLookup,
  UnknownCredentials,
  unavailableMessage,
} from '../../../ports/config-source.ts'

export interface Answer {
  status: number
  text: string
  etag: string | null
}

/** Default Retry-After when the orchestrator gave none. */
export const defaultRetryAfterMs = 5_000

/** Reads an answer about a host. Throws `config_unavailable` for an unknown answer. */
export function readLookup({ status, text }: Answer, knownVersion: string | undefined): ConfigLookup {
  if (status === 200) return toLookup(parseJson(text))
  if (status === 304 && knownVersion !== undefined) return { status: 'unchanged' }
  if (status === 404 || status === 409) return { status: 'no_tenant' }
  throw configUnavailable(new Error(`The orchestrator answered ${status} for a runtime configuration.`))
}

/** Returns the reason why a lookup with this answer fails; undefined for a good answer. */
export function refusalIn(answer: Answer): string | undefined {
  if (answer.status === 403 || answer.status === 401) return 'the orchestrator refuses the service token'
  try {
    readLookup(answer, undefined)
    return undefined
  } catch {
    return `the orchestrator answered ${answer.status} with something other than a runtime configuration`
  }
}

/** Reads resolved credentials. Throws `insufficient_balance` or `credentials_unavailable`. */
export function readCredentials(answer: Answer): Credentials {
  const { status, text } = answer
  if (status === 200) return toCredentials(parseJson(text))
  if (isInsufficientBalance(answer)) {
    throw new PublisherError(
      'insufficient_balance',
      'This account has run out of credit. Top it up to continue.',
    )
  }
  const message = `The orchestrator answered ${status} for credentials.`
  throw status === 404 || status === 400
    ? credentialsUnavailable(new UnknownCredentials(message))
    : credentialsUnavailable(new Error(message), defaultRetryAfterMs)
}

/** Creates the error for a configuration that is unavailable now. */
export function configUnavailable(cause: unknown, retryAfter = defaultRetryAfterMs): PublisherError {
  return new PublisherError('config_unavailable', unavailableMessage, { cause, retryAfterMs: retryAfter })
}

/** Checks if the orchestrator refuses the service token, as opposed to the tenant. */
export function refusesToken(answer: Answer): boolean {
  return answer.status === 403 && !isInsufficientBalance(answer)
}

const balanceSchema = z.object({ error: z.literal('insufficient_balance') })

function isInsufficientBalance(answer: Answer): boolean {
  return answer.status === 403 && balanceSchema.safeParse(parseJson(answer.text)).success
}
