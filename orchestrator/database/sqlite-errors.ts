/** Errors of SQLite in words (https://www.sqlite.org/rescode.html), without values. */
import { PlaneUnavailable } from '../contract/ports.ts'
import { DatabaseError } from './database.ts'

const busy = 5

/** States that pass, or that an operator can end while the process runs. */
const passingStates: Readonly<Record<number, string>> = {
  [busy]: 'Another process holds the database.',
  6: 'Another connection holds the database.',
  8: 'The database file cannot be written.',
  10: 'The disk of the database failed.',
  13: 'The disk of the database is full.',
  14: 'The database file cannot be opened.',
}

/** States of the file that do not pass. */
const damages: Readonly<Record<number, string>> = {
  11: 'The database file is damaged. Restore a backup.',
  26: 'The database file is no SQLite database.',
}

/** Runs an operation. Throws {@link PlaneUnavailable} for states that pass, {@link DatabaseError} for a damaged file, or the error as it is. */
export function passing<T>(operation: () => T): T {
  try {
    return operation()
  } catch (error) {
    const code = codeOf(error)
    const options = { cause: error }
    if (passingStates[code]) throw new PlaneUnavailable(passingStates[code], options)
    if (damages[code]) throw new DatabaseError(damages[code], options)
    throw error
  }
}

/** Returns the error of a file that cannot be opened, in words for operators. */
export function openingError(error: unknown): DatabaseError {
  const code = codeOf(error)
  const reason = damages[code] ?? passingStates[code] ?? messageOf(error)
  return new DatabaseError(`The database file cannot be opened: ${reason}`, { cause: error })
}

/** Checks for SQLITE_BUSY, also as the cause of an error in words. */
export function isBusy(error: unknown): boolean {
  return codeOf(error) === busy || (error instanceof PlaneUnavailable && codeOf(error.cause) === busy)
}

/** Returns the primary code, which is the low byte of an extended code. */
function codeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
