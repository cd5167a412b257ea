/** The `storage` block. No other block can make a configuration unusable. */
import { z } from 'zod'
import { block, credentialsRef, type Fault, field, isRecord, memberOf, text } from '../lenient.ts'
import { resolvePaths } from '../paths.ts'

export const storageProviders = ['dropbox', 's3', 'managed', 'gdrive', 'local'] as const
/** Name of a storage in configurations. */
export type StorageProvider = (typeof storageProviders)[number]

const maxPathLength = 1000
const path = z.string().trim().min(1).max(maxPathLength)

/**
 * Reads the sub-paths. A malformed sub-path gets its default, but a `..` segment makes the storage unusable. The limit is larger for
 * resolved sub-paths, which include the root and come back from the shared store.
 */
function subPathsBelow(root: unknown) {
  const isResolved = (path: string) => path.startsWith('/') || path.startsWith(`${root}/`)
  const subPath = z
    .string()
    .trim()
    .min(1)
    .refine((path) => path.length <= (isResolved(path) ? 2 * maxPathLength + 1 : maxPathLength))
  const reason = 'is not a path of at most 1,000 characters'
  return block({
    archive: field(subPath, 'archive', reason),
    keep: field(subPath, 'keep', reason),
    remove: field(subPath, 'reject', reason),
  })
}

export const storageSchema = z
  .object({
    provider: z.string().trim().toLowerCase().pipe(z.enum(storageProviders)),
    credentials_ref: z.string().optional(),
    paths: z
      .object({ root: path, archive: z.string(), keep: z.string(), remove: z.string() })
      .transform((paths, context) => {
        try {
          return resolvePaths(paths)
        } catch (error) {
          context.addIssue(error instanceof RangeError ? error.message : 'the storage paths are unusable')
          return z.NEVER
        }
      }),
  })
  .refine((storage) => storage.provider === 'local' || storage.credentials_ref !== undefined, {
    path: ['credentials_ref'],
    error: 'every storage but "local" needs credentials',
  })

/** Reads the optional fields of the block; {@link storageSchema} validates the result. */
export function storageDocument(value: unknown, path: string, faults: Fault[]): unknown {
  if (!isRecord(value)) return value
  const paths = memberOf(value, 'paths')
  const root = memberOf(paths, 'root')
  return {
    provider: memberOf(value, 'provider'),
    credentials_ref: credentialsRef.read(
      memberOf(value, 'credentials_ref'),
      `${path}.credentials_ref`,
      faults,
    ),
    paths: isRecord(paths) ? { root, ...subPathsBelow(root).read(paths, `${path}.paths`, faults) } : paths,
  }
}

/** Known keys of the storage block, for finding unknown keys. */
export const storageKeys = block({
  provider: text,
  credentials_ref: text,
  paths: block({ ...subPathsBelow('').members, root: text }),
})
