/** Schemas of Dropbox's answers, without unused fields. */
import { z } from 'zod'
import { parseJson } from '../../../base/json.ts'

/** Metadata of a file. `upload` and `download` send it without a tag. */
export const fileSchema = z.object({
  name: z.string().min(1),
  path_lower: z.string().optional(),
  id: z.string().min(1),
  rev: z.string().min(1),
  size: z.number().int().nonnegative(),
  server_modified: z.iso.datetime().transform((text) => new Date(text)),
  content_hash: z.string().regex(/^[0-9a-f]{64}$/),
})

export type DropboxFile = z.output<typeof fileSchema>

/** Metadata of a thumbnail (`PreviewResult` of `get_thumbnail_v2`), all optional: the file that was reduced. */
export const previewSchema = z.object({
  file_metadata: z.object({ content_hash: z.string() }).optional().catch(undefined),
})

/** Folders, deletions, unknown kinds, and documents without bytes, which exist only in Dropbox's own apps. */
const otherSchema = z
  .object({
    '.tag': z.string(),
    name: z.string(),
    path_lower: z.string().optional(),
    is_downloadable: z.boolean().optional(),
  })
  .refine((entry) => entry['.tag'] !== 'file' || entry.is_downloadable === false, 'a file without its fields')

/** Anything that a path may name. */
export const entrySchema = z.union([fileSchema.extend({ '.tag': z.literal('file') }), otherSchema])

export type DropboxEntry = z.output<typeof entrySchema>

/** Checks if the entry is a file with bytes. */
export function isFile(entry: DropboxEntry): entry is DropboxFile & { '.tag': 'file' } {
  return 'content_hash' in entry
}

export const pageSchema = z.object({
  entries: z.array(entrySchema),
  cursor: z.string().min(1),
  has_more: z.boolean(),
})
export const relocationSchema = z.object({ metadata: entrySchema })
export const uploadSessionSchema = z.object({ session_id: z.string().min(1) })
/** Empty answer of `upload_session/append_v2`. */
export const nothingSchema = z.null()
export const temporaryLinkSchema = z.object({ link: z.url({ protocol: /^https?$/ }) })

/** Id of a namespace, as common.stone defines it. */
const namespaceId = z.string().regex(/^[-\w:]{1,100}$/)

/** Part of `users/get_current_account` that shows a team space. */
export const rootInfoSchema = z.object({
  root_info: z.object({ root_namespace_id: namespaceId, home_namespace_id: namespaceId }),
})

/** Answer with an access token. Allows only characters that a header may contain: the error of `fetch` would quote an invalid header. */
export const tokenSchema = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.number().positive(),
})

/** Parses JSON. Returns the text itself if it is not JSON: the text matches no schema, but may describe the error. */
export function jsonOrText(text: string): unknown {
  const parsed = parseJson(text)
  return parsed === undefined ? text : parsed
}
