/** Refusals of acts: their status, code and words. */
import { PlaneUnavailable, SecretsUnavailable } from '../contract/ports.ts'
import { RegistryError } from '../registry/document.ts'
import { Conflict, NotFound, Refused } from '../registry/sql/refusals.ts'

export interface Refusal {
  status: 404 | 409 | 422 | 503
  /** Stable name for programs. */
  code: 'not_found' | 'conflict' | 'invalid_input' | 'refused' | 'unavailable'
  words: string
  /** Version or plan that is current, after a conflict. */
  current?: string | null
}

/** Returns the refusal that an error stands for, or `undefined` for an unexpected error. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Conflict)
    return { status: 409, code: 'conflict', words: error.message, current: error.current }
  if (error instanceof NotFound) return { status: 404, code: 'not_found', words: error.message }
  if (error instanceof Refused) return { status: 422, code: 'refused', words: error.message }
  if (error instanceof RegistryError) return { status: 422, code: 'invalid_input', words: error.message }
  if (error instanceof PlaneUnavailable || error instanceof SecretsUnavailable)
    return {
      status: 503,
      code: 'unavailable',
      words: 'The database does not answer right now. Try again shortly.',
    }
  return undefined
}
