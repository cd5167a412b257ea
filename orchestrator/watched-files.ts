/** The registry from two files on disk, read again when they change. Node only. */
import { readFile, stat } from 'node:fs/promises'
import { setTimeout as wait } from 'node:timers/promises'
import { RegistryError } from './registry/document.ts'
import { parseRegistry, type Registry } from './registry.ts'

export interface WatchedFilesOptions {
  tenantsFile: string
  /** Left out: no tenant has any secrets. */
  secretsFile?: string | undefined
  /** Where `env:NAME` in the secrets file is looked up. */
  variables: Readonly<Record<string, string | undefined>>
  /** Told once about each bad edit, and why it was not taken over. */
  onBadEdit(reason: string): void
  /** Told at the start and after each good edit about each key that the publisher would ignore. Default: not told. */
  onWarning?(warning: string): void
  /** Waits so long that a file which has not changed meanwhile is no longer being written. Default: 50 ms. */
  pause?: () => Promise<unknown>
}

/** A file that never rests is left alone for now, so that nobody waits for it longer than this many pauses. */
const maxPauses = 20

/**
 * Reads the files and gives the function that yields what is known now. Each call looks whether a file has changed, so an edit
 * counts with the next call; concurrent calls share one look. A bad edit, a missing or a half-written file keeps what was good.
 * Throws what is wrong with the files at the start.
 */
export async function watchFiles(options: WatchedFilesOptions): Promise<() => Promise<Registry>> {
  const versionKey = crypto.randomUUID()
  let seen = await fingerprint(options)
  let registry = await parse(await read(options))
  let check: Promise<void> | undefined

  async function parse(contents: Contents): Promise<Registry> {
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

/** What nobody wrote to while it was read nor shortly after; undefined where the files do not come to rest. */
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

/** Differs after any change: an atomic replacement, and a tool that restores the modification time, included. */
async function fingerprint({ tenantsFile, secretsFile }: WatchedFilesOptions): Promise<string> {
  const files = secretsFile === undefined ? [tenantsFile] : [tenantsFile, secretsFile]
  const stats = await Promise.all(files.map((file) => stat(file, { bigint: true }).catch(() => null)))
  return stats
    .map((found) => (found ? `${found.ino}-${found.size}-${found.mtimeNs}-${found.ctimeNs}` : 'missing'))
    .join('/')
}

/** Never a value: errors of the file system name a path and a code. */
function reasonOf(error: unknown): string {
  if (error instanceof RegistryError) return error.message
  const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : ''
  return `a file cannot be read${code}`
}
