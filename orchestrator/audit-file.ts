/** The audit log as JSON lines. Node only. */
import { appendFileSync } from 'node:fs'
import type { AuditLine } from './handlers/audit.ts'

/**
 * Gives the function that appends one line: to the file, which is opened anew each time so that it may be rotated, or without
 * one to standard output. A line is on its way to the disk before the call is answered. Throws where the file cannot be
 * written at the start; later `onFailure` is told and the call goes on.
 */
export function createAuditFile(
  path: string | undefined,
  onFailure: (reason: string) => void,
): (line: AuditLine) => void {
  const append = (text: string) => {
    if (path === undefined) process.stdout.write(text)
    else appendFileSync(path, text, { mode: 0o600 })
  }
  append('')
  return (line) => {
    try {
      append(`${JSON.stringify(line)}\n`)
    } catch (error) {
      onFailure(error instanceof Error ? error.message : String(error))
    }
  }
}
