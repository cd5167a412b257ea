/** Compiled code of the program on disk, so that a start need not strip types and compile hundreds of modules again. */
import { readdirSync, symlinkSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Folder of the compiled code, which the build fills (scripts/compile-cache.ts). */
const builtCache = fileURLToPath(new URL('../../dist/compile-cache/', import.meta.url))

/**
 * Lets Node take compiled code from `directory`, for all modules that are loaded from now on. Node ignores code of another Node, of another
 * processor and of changed files. Without a usable folder the program starts slower, and nothing else changes.
 */
export function useCompileCache(directory = builtCache): void {
  try {
    adopt(directory)
    enableCompileCache({ directory, portable: true })
  } catch {
    // A Node before 24.12 does not know the option.
  }
}

/**
 * Makes compiled code of another user usable. Node keeps the code of each user in a folder of its own, whose name ends with the user's
 * number. A build and the program often run as different users.
 */
function adopt(directory: string): void {
  const own = process.getuid?.()
  if (own === undefined) return
  try {
    const names = readdirSync(directory)
    for (const name of names) linkFor(own, directory, name, names)
  } catch {
    // The folder is absent or belongs to another user.
  }
}

/** Links the folder for one more user. Does nothing if that user has a folder already. */
export function linkFor(user: number, directory: string, name: string, existing: readonly string[]): void {
  const wanted = name.replace(/-\d+$/, `-${user}`)
  if (!existing.includes(wanted)) symlinkSync(name, join(directory, wanted))
}
