/** The audit log as JSON lines in a file or on standard output. Node only. */
import { appendFileSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { type AuditLog, createAuditLog } from './audit-log.ts'

/**
 * Opens the log at `path`, or on standard output. The file is reopened for each batch, so that log rotation works. Throws if the file
 * cannot be written at the start. When the process exits, waiting lines are written synchronously.
 */
export function openAuditFile(path: string | undefined, onFailure: (reason: string) => void): AuditLog {
  if (path !== undefined) appendFileSync(path, '', { mode: 0o600 })
  const log = createAuditLog({
    append: (text) => (path === undefined ? print(text) : appendFile(path, text, { mode: 0o600 })),
    onFailure,
  })
  process.once('exit', () => {
    const rest = log.unwritten()
    if (rest === '') return
    try {
      if (path === undefined) process.stdout.write(rest)
      else appendFileSync(path, rest, { mode: 0o600 })
    } catch (error) {
      onFailure(error instanceof Error ? error.message : String(error))
    }
  })
  return log
}

function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()))
  })
}
