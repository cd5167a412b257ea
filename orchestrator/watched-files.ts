/** The registry from two files on disk, read again when they change. A bad edit keeps what was good and says why. Node only. */
import { readFile, stat } from 'node:fs/promises'
import { parseRegistry, type Registry, RegistryError } from './registry.ts'

export interface WatchedFilesOptions {
  tenantsFile: string
  /** Left out: no tenant has any secrets. */
  secretsFile?: string | undefined
  variables: Readonly<Record<string, string | undefined>>
  /** Told once about each bad edit. */
  onBadEdit(reason: string): void
}

/**
 * Reads the files and gives the function that yields what is known now. It looks at the files' times and sizes on each call, so an
 * edit counts at once; concurrent calls share one look. Throws what is wrong with the files at the start.
 */
export async function watchFiles(options: WatchedFilesOptions): Promise<() => Promise<Registry>> {
  let seen = await fingerprint(options)
  let registry = await load(options)
  let look: Promise<void> | undefined

  async function refresh(): Promise<void> {
    const current = await fingerprint(options)
    if (current === seen) return
    seen = current
    try {
      registry = await load(options)
    } catch (error) {
      options.onBadEdit(error instanceof RegistryError ? error.message : 'a file cannot be read')
    }
  }

  return async () => {
    look ??= refresh().finally(() => {
      look = undefined
    })
    await look
    return registry
  }
}

async function load({ tenantsFile, secretsFile, variables }: WatchedFilesOptions): Promise<Registry> {
  const [tenants, secrets] = await Promise.all([
    readFile(tenantsFile, 'utf8'),
    secretsFile === undefined ? '{}' : readFile(secretsFile, 'utf8'),
  ])
  return parseRegistry({ tenants, secrets, variables })
}

/** Differs after any change, an atomic replacement included. A file that is away for a moment is a change too. */
async function fingerprint({ tenantsFile, secretsFile }: WatchedFilesOptions): Promise<string> {
  const files = secretsFile === undefined ? [tenantsFile] : [tenantsFile, secretsFile]
  const stats = await Promise.all(files.map((file) => stat(file, { bigint: true }).catch(() => null)))
  return stats.map((found) => (found ? `${found.ino}-${found.size}-${found.mtimeNs}` : 'missing')).join('/')
}
