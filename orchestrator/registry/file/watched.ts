/** Registry from two files on disk, reloaded after changes. Node only. */
import { readFile, stat } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { RegistryError } from '../document.ts'
import { type FileRegistry, parseRegistry } from '../file.ts'

export interface WatchedFilesOptions {
  tenantsFile: string
  /** Default: no file, and no tenant has secrets. */
  secretsFile?: string | undefined
  /** Variables for `env:NAME` in the secrets file. */
  variables: Readonly<Record<string, string | undefined>>
  /** Called once for each rejected edit, with the reason. */
  onBadEdit(reason: string): void
  /** Called at the start and after each good edit, for each key that the publisher would ignore. */
  onWarning?(warning: string): void
  /** Waits until an unchanged file counts as completely written. Default: 50 ms. */
  pause?: () => Promise<unknown>
}

/** Upper bound on pauses in which a call waits for a file that keeps changing. The next call tries again. */
const maxPauses = 20

/**
 * Reads the files and returns a function that returns the current registry. Each call checks the files for changes, so an edit takes effect
 * with the next call. Concurrent calls share one check. After a bad edit, or with a missing or half-written file, the last good registry
 * stays in use. Throws if the files are invalid at the start.
 */
export async function watchFiles(options: WatchedFilesOptions): Promise<() => Promise<FileRegistry>> {
  const versionKey = crypto.randomUUID()
  let seen = await fingerprint(options)
  let registry = await parse(await read(options))
  let check: Promise<void> | undefined

  async function parse(contents: Contents): Promise<FileRegistry> {
    const parsed = await parseRegistry({ ...contents, variables: options.variables, versionKey })
    for (const warning of parsed.warnings) options.onWarning?.(warning)
    return parsed
  }

  async function refresh(): Promise<void> {
    const changed = await fingerprint(options)
    if (changed === seen) return
    const settled = await readSettled(options, changed)
    if (!settled) return
    seen = settled.fingerprint
    try {
      if (settled.contents instanceof Error) throw settled.contents
      registry = await parse(settled.contents)
    } catch (error) {
      options.onBadEdit(reasonOf(error))
    }
  }

  return async () => {
    check ??= refresh().finally(() => {
      check = undefined
    })
    await check
    return registry
  }
}

interface Contents {
  tenants: string
  secrets: string
}

async function read({ tenantsFile, secretsFile }: WatchedFilesOptions): Promise<Contents> {
  const [tenants, secrets] = await Promise.all([
    readFile(tenantsFile, 'utf8'),
    secretsFile === undefined ? '' : readFile(secretsFile, 'utf8'),
  ])
  return { tenants, secrets }
}

/** Reads the files once they stop changing. Returns `undefined` if they keep changing. */
async function readSettled(
  options: WatchedFilesOptions,
  changed: string,
): Promise<{ fingerprint: string; contents: Contents | Error } | undefined> {
  const { pause = () => wait(50) } = options
  let before = changed
  for (let pauses = 0; pauses < maxPauses; pauses++) {
    const contents = await read(options).catch((error: Error) => error)
    await pause()
    const after = await fingerprint(options)
    if (after === before) return { fingerprint: after, contents }
    before = after
  }
  return undefined
}

/** Returns a text that differs after any change, even if a tool restores the modification time. */
async function fingerprint({ tenantsFile, secretsFile }: WatchedFilesOptions): Promise<string> {
  const files = secretsFile === undefined ? [tenantsFile] : [tenantsFile, secretsFile]
  const stats = await Promise.all(files.map((file) => stat(file, { bigint: true }).catch(() => null)))
  return stats
    .map((found) => (found ? `${found.ino}-${found.size}-${found.mtimeNs}-${found.ctimeNs}` : 'missing'))
    .join('/')
}

/** Returns the reason without any value from the files, and file system errors without their path. */
function reasonOf(error: unknown): string {
  if (error instanceof RegistryError) return error.message
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
  return `a file cannot be read${code}`
}
