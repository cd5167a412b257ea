/** Paths of a tenant's files, confined to the tenant's folder. */
import { randomUUID } from 'node:crypto'
import { lstat, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { type Folder, type PhotoName, type SidecarForm, sidecarName } from '../../../ports/photo.ts'
import { recordFile } from '../../../ports/record-key.ts'
import type { RecordKey, StoragePaths } from '../../../ports/storage.ts'
import { storageUnavailable, unlessMissing } from './local-errors.ts'

export interface SafeDirectories {
  /** Returns the folder's directory, which need not exist. Throws `storage_unavailable` for a directory outside the base. */
  folder(folder: Folder): Promise<string>
  file(folder: Folder, name: PhotoName): Promise<string>
  sidecar(folder: Folder, name: PhotoName, form?: SidecarForm): Promise<string>
  /** Returns the path of a temporary file, on the folder's own disk and never listed. */
  temporary(folder: Folder): Promise<string>
  /** Checks if two folders are the same directory. */
  same(one: Folder, other: Folder): boolean
}

/** Directory of records and unfinished files. Its leading dot keeps it out of every listing. */
const ownDirectory = '.publisher'

/** Creates the paths of one tenant. Its functions throw `storage_unavailable` for a relative path without a base. */
export function safeDirectories(paths: StoragePaths, baseDirectory: string | undefined): SafeDirectories {
  const absolute = (folder: Folder): string => {
    const path = paths[folder]
    if (baseDirectory !== undefined) return resolve(baseDirectory, path.replace(/^\/+/, ''))
    if (!isAbsolute(path))
      throw storageUnavailable(
        new Error('Without LOCAL_STORAGE_ROOT, a local root must be an absolute path.'),
      )
    return resolve(path)
  }

  async function folder(which: Folder): Promise<string> {
    const directory = absolute(which)
    if (baseDirectory !== undefined) await assertInside(baseDirectory, directory)
    return directory
  }

  return {
    folder,
    file: async (which, name) => join(await folder(which), name),
    sidecar: async (which, name, form) => join(await folder(which), sidecarName(name, form)),
    temporary: async (which) => join(await folder(which), ownDirectory, `${randomUUID()}.tmp`),
    same: (one, other) => absolute(one) === absolute(other),
  }
}

/**
 * Compares real paths, because links in the path may lead elsewhere. The base may be missing until the first file is stored. The base
 * must not be a link, which could make one tenant's folder another tenant's.
 */
async function assertInside(baseDirectory: string, directory: string): Promise<void> {
  const parent = await realpath(dirname(resolve(baseDirectory)))
  const base = join(parent, basename(resolve(baseDirectory)))
  const real = await nearestRealPath(directory)
  if (real === base || real.startsWith(base + sep)) return
  if (real === parent && (await unlessMissing(lstat(base))) === null) return
  throw storageUnavailable(new Error('The folder is outside of LOCAL_STORAGE_ROOT.'))
}

async function nearestRealPath(path: string): Promise<string> {
  const real = await unlessMissing(realpath(path))
  return real ?? nearestRealPath(resolve(path, '..'))
}

/** Returns the path of a record's file. Throws `invalid_request` for a key that could name anything else. */
export async function recordPath(directories: SafeDirectories, key: RecordKey): Promise<string> {
  const file = recordFile(key)
  return join(await directories.folder('root'), ownDirectory, file)
}
