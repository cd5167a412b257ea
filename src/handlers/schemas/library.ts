/** Schemas of the library. */
import { z } from '@hono/zod-openapi'
import { librarySorts } from '../../workflow/library.ts'
import { folders } from '../../workflow/photo.ts'
import { missingFolder, orEmpty, wholeNumber } from '../schemas.ts'

const key = z.string().min(1).max(1000).openapi({
  description: 'The name of a photo in the root; `archive/`, `keep/` or `remove/` and the name elsewhere',
  example: 'archive/dusk-01.jpg',
})

export const libraryKeyParameter = z.object({
  filename: key.openapi({ param: { name: 'filename', in: 'path' } }),
})

export const libraryQuery = z.object({
  prefix: z
    .string()
    .max(1000)
    .default('')
    .openapi({ description: 'What keys begin with: a folder, a name, or both' }),
  q: z.string().max(200).default('').openapi({ description: 'What names contain' }),
  sort: orEmpty(z.enum(librarySorts).default('name')),
  order: orEmpty(z.enum(['asc', 'desc']).default('asc')),
  offset: wholeNumber({ min: 0, max: 1_000_000, fallback: 0 }),
  limit: wholeNumber({ min: 1, max: 1000, fallback: 100 }),
})

export const libraryPageSchema = z
  .object({
    objects: z.array(z.object({ key: z.string(), size: z.number().int(), last_modified: z.iso.datetime() })),
    cursor: z.string().nullable().openapi({ description: 'The next offset' }),
    total_in_window: z.number().int(),
    truncated: z.boolean(),
    missing_folder: missingFolder,
  })
  .openapi('LibraryPage')

/** One file, read as it arrives (upload.ts): described here and not validated by zod, which would hold all of it in memory. */
export const uploadBody = {
  required: true,
  content: {
    'multipart/form-data': {
      schema: {
        type: 'object' as const,
        properties: {
          file: {
            type: 'string' as const,
            format: 'binary',
            description: 'A JPEG, PNG or WebP; its content decides which',
          },
        },
        required: ['file'],
      },
      encoding: { file: { contentType: 'image/jpeg, image/png, image/webp' } },
    },
  },
}

export const uploadedSchema = z.object({ key: z.string(), size: z.number().int() }).openapi('Uploaded')

export const deletedSchema = z
  .object({ deleted: z.boolean(), sidecar_deleted: z.boolean() })
  .openapi('Deleted')

export const moveSchema = z.object({ target_folder: z.enum(folders) }).openapi('Move')

export const movedSchema = z.object({ moved: z.boolean(), destination: z.string() }).openapi('Moved')
