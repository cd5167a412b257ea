/** The `storage` block, the only block that can make a configuration unusable. */
import { z } from 'zod'
import {
  block,
  choice,
  credentialsRef,
  documented,
  type Fault,
  field,
  isRecord,
  memberOf,
} from '../lenient.ts'
import { resolvePaths } from '../paths.ts'

export const storageProviders = ['dropbox', 's3', 'managed', 'gdrive', 'local'] as const
/** Name of a storage in configurations. */
export type StorageProvider = (typeof storageProviders)[number]

const maxPathLength = 1000
const path = z.string().trim().min(1).max(maxPathLength)
const pathText = 'a path of at most 1,000 characters'

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
  return block({
    archive: documented(field(subPath, 'archive', pathText), {
      description: 'Folder for published photos.',
      example: 'archive',
    }),
    keep: documented(field(subPath, 'keep', pathText), {
      description: 'Folder for photos that an admin keeps.',
      example: 'keep',
    }),
    remove: documented(field(subPath, 'reject', pathText), {
      description: 'Folder for photos that an admin removes.',
      example: 'reject',
    }),
  })
}

/** Places of previews: the tenant's storage, or the memory of each process. */
const previewPlaces = ['storage', 'memory'] as const
const previews = choice(previewPlaces, 'storage')

export const storageSchema = z
  .object({
    provider: z.string().trim().toLowerCase().pipe(z.enum(storageProviders)),
    credentials_ref: z.string().optional(),
    previews: z.enum(previewPlaces),
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
    previews: previews.read(memberOf(value, 'previews'), `${path}.previews`, faults),
    paths: isRecord(paths) ? { root, ...subPathsBelow(root).read(paths, `${path}.paths`, faults) } : paths,
  }
}

/** Finds unknown keys of the storage block. */
export const storageKeys = documented(
  block({
    provider: documented(choice(storageProviders, undefined), {
      description: 'Storage that holds the photos. `managed` is S3 that the fleet provides.',
      example: 'dropbox',
    }),
    credentials_ref: documented(credentialsRef, {
      description: 'Reference to credentials of that provider. `local` needs none.',
      example: 'alice-storage',
    }),
    previews: documented(previews, {
      description:
        'Where previews of photos are kept: below `.publisher` in the root folder, or in memory, where a restart loses them.',
      example: 'memory',
    }),
    paths: documented(
      block({
        root: documented(field(path, undefined, pathText), {
          description: 'Folder of the photos that wait to be published.',
          example: '/Photos',
        }),
        ...subPathsBelow('').members,
      }),
      { description: 'Folders of the storage. See [Storage paths](#storage-paths).' },
    ),
  }),
  { description: 'Storage of the photos. The only required block.' },
)
