/** Schemas of the library. */
import { z } from '@hono/zod-openapi'
import { folders } from '../../ports/photo.ts'
import { librarySorts } from '../../workflow/library.ts'
import { orEmpty, wholeNumber } from '../input-schemas.ts'
import { missingFolder, photoVersionSchema } from './images-schemas.ts'
import { maxCursorLength, parseCursor } from './library-cursor.ts'

const key = z.string().min(1).max(1000).openapi({
  description: 'Name of a photo in the root folder, otherwise `archive/`, `keep/` or `remove/` and the name',
  example: 'archive/dusk-01.jpg',
})

export const libraryKeyParameter = z.object({
  filename: key.openapi({ param: { name: 'filename', in: 'path' } }),
})

function toCursor(text: string, context: z.RefinementCtx) {
  const cursor = parseCursor(text)
  if (cursor) return cursor
  context.addIssue({ code: 'custom', message: 'is not a valid cursor' })
  return z.NEVER
}

export const libraryQuery = z.object({
  prefix: z.string().max(1000).default('').openapi({
    description:
      'Prefix of the keys: a folder (with or without a trailing slash), the start of a name, or both. `reject` is an alias of `remove`',
    example: 'archive',
  }),
  q: z.string().max(200).default('').openapi({ description: 'Text that the names contain' }),
  sort: orEmpty(z.enum(librarySorts).default('name')),
  order: orEmpty(z.enum(['asc', 'desc']).default('asc')),
  cursor: orEmpty(z.string().max(maxCursorLength).transform(toCursor).optional()).openapi({
    type: 'string',
    maxLength: maxCursorLength,
    description:
      '`cursor` of the previous answer. Returns the next page in the same order and ignores `sort` and `order`. Ignored if `offset` is not 0',
  }),
  offset: wholeNumber({ min: 0, max: 1_000_000, fallback: 0 }),
  limit: wholeNumber({ min: 1, max: 1000, fallback: 100 }),
})

export const libraryPageSchema = z
  .object({
    objects: z.array(
      z.object({
        key: z.string(),
        version: photoVersionSchema,
        size: z.number().int(),
        last_modified: z.iso.datetime(),
      }),
    ),
    cursor: z
      .string()
      .nullable()
      .openapi({ description: '`cursor` for the next page. null on the last page' }),
    total_in_window: z.number().int().openapi({ description: 'Photos on all pages' }),
    truncated: z.boolean().openapi({ description: 'Another page follows' }),
    missing_folder: missingFolder,
  })
  .openapi('LibraryPage')

export const deletedSchema = z
  .object({
    deleted: z
      .string()
      .nullable()
      .openapi({ description: 'Name of the photo. null if `content.debug` is on' }),
    sidecar_deleted: z.boolean(),
  })
  .openapi('Deleted')

export const moveSchema = z.object({ target_folder: z.enum(folders) }).openapi('Move')

export const movedSchema = z
  .object({
    moved: z
      .string()
      .nullable()
      .openapi({ description: 'Name before the move. null if `content.debug` is on' }),
    destination: z.enum(folders),
    key: z
      .string()
      .openapi({ description: 'Key at the destination. Gets a number if the name exists there' }),
  })
  .openapi('Moved')
