/** Key-encryption key of a development machine, made at the first start. Node only. */
import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Name of the key file in the data directory. */
export const keyFile = 'key-encryption-key'

/** Reads the key file in the form of `ORCHESTRATOR_KEYS`. Creates the file if it is missing, and then calls `onCreated` with its path. */
export function readKeyFile(directory: string, onCreated: (path: string) => void): string {
  const path = join(directory, keyFile)
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  if (!existsSync(path) && createKeyFile(path)) onCreated(path)
  return readFileSync(path, 'utf8').trim()
}

/**
 * Creates the file with a new key. Returns `false` if another process was first. The file gets its name after its content, so no process
 * reads half a key, and of two first starts only one makes the key.
 */
function createKeyFile(path: string): boolean {
  const draft = `${path}.${randomUUID()}`
  // An ID of its own tells this key from the key of another machine.
  const kid = `development-${randomBytes(4).toString('hex')}`
  const text = `${kid}:${randomBytes(32).toString('base64url')}\n`
  try {
    writeFileSync(draft, text, { flag: 'wx', mode: 0o600, flush: true })
    linkSync(draft, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    rmSync(draft, { force: true })
  }
}

/** Reads the key file if it exists. */
export function readExistingKeyFile(directory: string): string | undefined {
  const path = join(directory, keyFile)
  return existsSync(path) ? readFileSync(path, 'utf8').trim() : undefined
}
