/** What a route of the emulator is, and the shapes that several of them share. */
import { z } from 'zod'
import type { AccountState } from './account.ts'
import { badInput } from './refusals.ts'
import type { StoredBytes } from './stored-bytes.ts'
import { fold, nameOf, type TreeFile, type TreeNode } from './tree.ts'

export interface EmulatorSettings {
  now(): number
  /** Entries on one page of a listing. */
  pageSize: number
  /** Pages without entries before each listing's first one. */
  emptyPages: number
  /** Whether a write that meets another one of the same account is refused with `too_many_write_operations`. */
  refuseParallelWrites: boolean
  /** Whether a listing that is already being made is refused with 429. */
  refuseParallelListings: boolean
  /** Whether thumbnails keep the photo's EXIF. */
  keepThumbnailMetadata: boolean
}

export interface RouteContext {
  /** The files that paths are relative to. */
  account: AccountState
  /** The account whose token came along. */
  user: AccountState
  settings: EmulatorSettings
  /** Makes a link from which these bytes can be had without a token. */
  link(file: TreeFile): string
}

export type RouteAnswer = { json: unknown } | { result: unknown; bytes: StoredBytes; type: string }

export interface Route {
  style: 'rpc' | 'upload' | 'download'
  /** What the token must be good for. */
  scope: string
  run(context: RouteContext, argument: unknown, body: Uint8Array): Promise<RouteAnswer>
}

/** Makes a route whose argument is checked; Dropbox answers 400 in plain text to one that does not fit. */
export function defineRoute<T>(
  name: string,
  style: Route['style'],
  scope: string,
  schema: z.ZodType<T>,
  run: (context: RouteContext, argument: T, body: Uint8Array) => Promise<RouteAnswer> | RouteAnswer,
): Record<string, Route> {
  const route: Route = {
    style,
    scope,
    async run(context, argument, body) {
      const parsed = schema.safeParse(argument)
      if (!parsed.success) throw badInput(name, z.prettifyError(parsed.error))
      return run(context, parsed.data, body)
    },
  }
  return { [name]: route }
}

const pathPattern = /^\/(.|[\r\n])*$/
const withoutTrailingSlash = (path: string) => !path.endsWith('/')
const idPattern = /^id:.+$/

/** A path that is written to (`WritePathOrId`). */
export const writePath = z
  .string()
  .refine((path) => pathPattern.test(path) || idPattern.test(path), 'did not match pattern')
/** A path that is read from (`ReadPath`). */
export const readPath = z
  .string()
  .refine(
    (path) => pathPattern.test(path) || idPattern.test(path) || /^rev:[0-9a-f]{9,}$/.test(path),
    'did not match pattern',
  )
/** A folder's path; the root is the empty string (`PathROrId`). */
export const folderPath = z
  .string()
  .refine((path) => path === '' || pathPattern.test(path) || idPattern.test(path), 'did not match pattern')

/** Paths that pass the pattern and are still refused as `malformed_path`. */
export const isMalformed = (path: string): boolean =>
  !withoutTrailingSlash(path) || nameOf(path).length > 255 || path.split('/').includes('..')

const timestamp = (date: Date) => date.toISOString().replace(/\.\d{3}Z$/, 'Z')

export function fileMetadata(file: TreeFile) {
  return {
    name: nameOf(file.path),
    path_lower: fold(file.path),
    path_display: file.path,
    id: file.id,
    client_modified: timestamp(file.clientModified),
    server_modified: timestamp(file.serverModified),
    rev: file.rev,
    size: file.bytes.size,
    is_downloadable: true,
    content_hash: file.bytes.contentHash,
  }
}

/** As the routes give it that may answer with several kinds. */
export function metadata(node: TreeNode) {
  if (node.kind === 'file') return { '.tag': 'file', ...fileMetadata(node) }
  const { path, id } = node
  return { '.tag': 'folder', name: nameOf(path), path_lower: fold(path), path_display: path, id }
}

/** What a listing says of something that went away. */
export function deletedMetadata(path: string) {
  return { '.tag': 'deleted', name: nameOf(path), path_lower: fold(path), path_display: path }
}

/** Keeps a map that lives as long as the emulator from growing without end. */
export function remember<T>(map: Map<string, T>, key: string, value: T, limit = 10_000): void {
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= limit) return
    map.delete(oldest)
  }
}

/** JSON, or bytes with what Dropbox says of them in a header, which holds ASCII only. */
export function respond(answer: RouteAnswer): Response {
  if ('json' in answer) return Response.json(answer.json)
  const result = JSON.stringify(answer.result).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  const headers = {
    'content-type': answer.type,
    'content-length': String(answer.bytes.size),
    'dropbox-api-result': result,
  }
  return new Response(answer.bytes.stream(), { headers })
}
