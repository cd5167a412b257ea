/** Schemas of the library. */
import { z } from '@hono/zod-openapi'
import { folders } from '../../ports/photo.ts'
import { librarySorts } from '../../workflow/library.ts'
import { orEmpty, wholeNumber } from '../input-schemas.ts'
import { missingFolder } from './images-schemas.ts'
import { maxCursorLength, parseCursor } from './library-cursor.ts'

const key = z.string().min(1).max(1000).openapi({
  description: 'The name of a photo in the root; `archive/`, `keep/` or `remove/` and the name elsewhere',
  example: 'archive/dusk-01.jpg',
})

export const libraryKeyParameter = z.object({
  filename: key.openapi({ param: { name: 'filename', in: 'path' } }),
})

function toCursor(text: string, context: z.RefinementCtx) {
  const cursor = parseCursor(text)
  if (cursor) return cursor
  context.addIssue({ code: 'custom', message: 'is not the cursor of an answer' })
  return z.NEVER
}

export const libraryQuery = z.object({
  prefix: z.string().max(1000).default('').openapi({
    description:
      'What keys begin with: a folder, with or without a slash at the end, a name, or both. `reject` is another name for `remove`',
    example: 'archive',
  }),
  q: z.string().max(200).default('').openapi({ description: 'What names contain' }),
  sort: orEmpty(z.enum(librarySorts).default('name')),
  order: orEmpty(z.enum(['asc', 'desc']).default('asc')),
  cursor: orEmpty(z.string().max(maxCursorLength).transform(toCursor).optional()).openapi({
    type: 'string',
    maxLength: maxCursorLength,
    description:
      'Cursor of the answer before. Gives the next page in the order of that answer; `sort` and `order` are ignored. The cursor is ignored beside an `offset` other than 0',
  }),
  offset: wholeNumber({ min: 0, max: 1_000_000, fallback: 0 }),
  limit: wholeNumber({ min: 1, max: 1000, fallback: 100 }),
})

export const libraryPageSchema = z
  .object({
    objects: z.array(z.object({ key: z.string(), size: z.number().int(), last_modified: z.iso.datetime() })),
    cursor: z
      .string()
      .nullable()
      .openapi({ description: '`cursor` of the request for the next page; null on the last page' }),
    total_in_window: z.number().int().openapi({ description: 'Photos on all pages' }),
    truncated: z.boolean().openapi({ description: 'Another page follows' }),
    missing_folder: missingFolder,
  })
  .openapi('LibraryPage')

export const deletedSchema = z
  .object({
    deleted: z.string().nullable().openapi({ description: 'The name; null where `content.debug` is on' }),
    sidecar_deleted: z.boolean(),
  })
  .openapi('Deleted')

export const moveSchema = z.object({ target_folder: z.enum(folders) }).openapi('Move')

export const movedSchema = z
  .object({
    moved: z
      .string()
      .nullable()
      .openapi({ description: 'The name that was asked for; null where `content.debug` is on' }),
    destination: z.enum(folders),
    key: z.string().openapi({ description: 'At the destination: a taken name gets a number' }),
  })
  .openapi('Moved')
