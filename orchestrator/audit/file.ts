/** The audit log as JSON lines in a file or on standard output. Node only. */
import { appendFileSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import type { AuditLine } from '../contract/audit.ts'
import { type AuditLog, createAuditLog } from './log.ts'

/**
 * Opens the log at `path`, or on standard output. The file is reopened for each batch, so that log rotation works. Throws if the file
 * cannot be written at the start. When the process exits, waiting lines are written synchronously.
 */
export function openAuditFile(path: string | undefined, onFailure: (reason: string) => void): AuditLog {
  if (path !== undefined) appendFileSync(path, '', { mode: 0o600 })
  const write = (text: string) => (path === undefined ? print(text) : appendFile(path, text, { mode: 0o600 }))
  const log = createAuditLog({ append: jsonLines(write), onFailure })
  process.once('exit', () => {
    const lines = log.unwritten()
    if (lines.length === 0) return
    const rest = textOf(lines)
    try {
      if (path === undefined) process.stdout.write(rest)
      else appendFileSync(path, rest, { mode: 0o600 })
    } catch (error) {
      onFailure(error instanceof Error ? error.message : String(error))
    }
  })
  return log
}

/** Appends lines as JSON. A failed write may have left half a line, so the next write begins with a line break. */
export function jsonLines(
  write: (text: string) => Promise<void>,
): (lines: readonly AuditLine[]) => Promise<void> {
  let isFailing = false
  return async (lines) => {
    const text = (isFailing ? '\n' : '') + textOf(lines)
    isFailing = true
    await write(text)
    isFailing = false
  }
}

function textOf(lines: readonly AuditLine[]): string {
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('')
}

function print(text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    process.stdout.write(text, (error) => (error ? reject(error) : resolve()))
  })
}
