/** What Dropbox answers, checked where it comes in. Fields that nobody reads are left out. */
import { z } from 'zod'
import { parseJson } from '../../../base/json.ts'

/** A file's metadata. `upload` and `download` answer it without a tag. */
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

/** What `get_thumbnail_v2` says beside its bytes: a `PreviewResult`, whose fields are optional and of no use here. */
export const previewSchema = z.object({})

/** Folders, deletions, kinds unknown to us, and documents without bytes, which exist in Dropbox's own apps only. */
const otherSchema = z
  .object({
    '.tag': z.string(),
    name: z.string(),
    path_lower: z.string().optional(),
    is_downloadable: z.boolean().optional(),
  })
  .refine((entry) => entry['.tag'] !== 'file' || entry.is_downloadable === false, 'a file without its fields')

/** Whatever a path may name. */
export const entrySchema = z.union([fileSchema.extend({ '.tag': z.literal('file') }), otherSchema])

export type DropboxEntry = z.output<typeof entrySchema>

/** Whether the entry is a file with bytes. */
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
/** `upload_session/append_v2` has nothing to say. */
export const nothingSchema = z.null()
export const temporaryLinkSchema = z.object({ link: z.url({ protocol: /^https?$/ }) })

/** Ids of namespaces, as common.stone has them. */
const namespaceId = z.string().regex(/^[-\w:]{1,100}$/)

/** The part of `users/get_current_account` that tells of a team space. */
export const rootInfoSchema = z.object({
  root_info: z.object({ root_namespace_id: namespaceId, home_namespace_id: namespaceId }),
})

/** A token is checked for what a header may hold, because fetch quotes a header that it refuses in its error. */
export const tokenSchema = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]+$/),
  expires_in: z.number().positive(),
})

/** The parsed JSON, or the text itself where it is none, which then fits no schema but may say what went wrong. */
export function jsonOrText(text: string): unknown {
  const parsed = parseJson(text)
  return parsed === undefined ? text : parsed
}
