/** Cursor of a folder's listing: the last photo of a page, and the order of the listing. */
import { base64url } from 'jose'
import { z } from 'zod'
import { parseJson } from '../../base/json.ts'
import { isPhotoName } from '../../ports/photo.ts'
import { type LibraryMark, type LibraryOrder, librarySorts } from '../../workflow/library.ts'

const contentSchema = z
  .tuple([
    z.enum(librarySorts),
    z.enum(['asc', 'desc']),
    z.string().refine(isPhotoName),
    z.number().int().nonnegative(),
    z.number().int(),
  ])
  .transform(([sort, order, name, size, time]) => ({
    order: { sort, order },
    after: { name, size, modifiedAt: new Date(time) },
  }))

export interface LibraryCursor {
  order: LibraryOrder
  after: LibraryMark
}

/** Longest cursor in characters: a name of 255 bytes, each escaped by JSON, plus the other fields. */
export const maxCursorLength = 2200

export function formatCursor({ sort, order }: LibraryOrder, { name, size, modifiedAt }: LibraryMark): string {
  const content: z.input<typeof contentSchema> = [sort, order, name, size, modifiedAt.getTime()]
  return base64url.encode(new TextEncoder().encode(JSON.stringify(content)))
}

/** Parses a cursor. Returns `null` for any other text. Never throws. */
export function parseCursor(cursor: string): LibraryCursor | null {
  const bytes = bytesOf(cursor)
  return bytes && (contentSchema.safeParse(parseJson(new TextDecoder().decode(bytes))).data ?? null)
}

function bytesOf(cursor: string): Uint8Array | null {
  try {
    return base64url.decode(cursor)
  } catch {
    return null
  }
}
