/** Key-encryption key of a development machine, made at the first start. Node only. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Name of the key file in the data directory. */
export const keyFile = 'key-encryption-key'

/** Reads the key file in the form of `ORCHESTRATOR_KEYS`. Creates the file if it is missing, and then calls `onCreated` with its path. */
export function readKeyFile(directory: string, onCreated: (path: string) => void): string {
  const path = join(directory, keyFile)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  try {
    // Fails if the file exists, so of two first starts only one makes the key.
    writeFileSync(path, `development:${randomBytes(32).toString('base64url')}\n`, { flag: 'wx', mode: 0o600 })
    onCreated(path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  return readFileSync(path, 'utf8').trim()
}

/** Reads the key file if it exists. */
export function readExistingKeyFile(directory: string): string | undefined {
  const path = join(directory, keyFile)
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
}
