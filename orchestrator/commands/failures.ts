/** Exit codes and words of failed commands. */
import { PlaneUnavailable, SecretsUnavailable } from '../contract/ports.ts'
import { DatabaseError } from '../database/database.ts'
import { RegistryError } from '../registry/document.ts'
import { Conflict, Refused } from '../registry/sql/refusals.ts'
import { type CommandContext, UsageError } from './context.ts'

/** Tells the person what went wrong, and returns the exit code. Unexpected errors may quote values, so only their kind is told. */
export function failureCode(error: unknown, { say }: CommandContext): number {
  if (error instanceof UsageError) {
    say(error.message)
    return 2
  }
  say(error instanceof Error ? wordsOf(error) : 'An unexpected error occurred.')
  return error instanceof Conflict ? 3 : 1
}

function wordsOf(error: Error): string {
  const isForPeople = [Refused, DatabaseError, PlaneUnavailable, RegistryError, SecretsUnavailable].some(
    (kind) => error instanceof kind,
  )
  return isForPeople || error.constructor === Error
    ? error.message
    : `An unexpected error occurred: ${error.name}`
}
