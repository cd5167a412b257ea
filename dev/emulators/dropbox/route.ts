/** Routes of the emulator, and the shapes that several routes share. */
import { z } from 'zod'
import type { AccountState } from './account.ts'
import { badInput } from './refusals.ts'
import type { StoredBytes } from './stored-bytes.ts'
import { fold, nameOf, type TreeFile, type TreeNode } from './tree.ts'

export interface EmulatorSettings {
  now(): number
  /** Entries on a page of a listing. */
  pageSize: number
  /** Empty pages before the first page of each listing. */
  emptyPages: number
  /** Refuses a write with `too_many_write_operations` during another write of the account. */
  refuseParallelWrites: boolean
  /** Refuses a listing with 429 while the same listing is in progress. */
  refuseParallelListings: boolean
  /** Keeps the photo's EXIF in thumbnails. */
  keepThumbnailMetadata: boolean
}

export interface RouteContext {
  /** Account whose files paths are relative to. */
  account: AccountState
  /** Account that owns the request's token. */
  user: AccountState
  settings: EmulatorSettings
  /** Creates a link to the file that works without a token. */
  link(file: TreeFile): string
}

export type RouteAnswer = { json: unknown } | { result: unknown; bytes: StoredBytes; type: string }

export interface Route {
  style: 'rpc' | 'upload' | 'download'
  /** Scope that the token must have. */
  scope: string
  run(context: RouteContext, argument: unknown, body: Uint8Array): Promise<RouteAnswer>
}

/** Creates a route that checks its argument. Like Dropbox, answers 400 in plain text to an argument that does not fit. */
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

/** Path to write to (`WritePathOrId`). */
export const writePath = z
  .string()
  .refine((path) => pathPattern.test(path) || idPattern.test(path), 'did not match pattern')
/** Path to read from (`ReadPath`). */
export const readPath = z
  .string()
  .refine(
    (path) => pathPattern.test(path) || idPattern.test(path) || /^rev:[0-9a-f]{9,}$/.test(path),
    'did not match pattern',
  )
/** Path of a folder; the root is the empty string (`PathROrId`). */
export const folderPath = z
  .string()
  .refine((path) => path === '' || pathPattern.test(path) || idPattern.test(path), 'did not match pattern')

/** Checks if a path matches the pattern but is refused as `malformed_path`. */
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

/** Formats a node for routes that may return several kinds. */
export function metadata(node: TreeNode) {
  if (node.kind === 'file') return { '.tag': 'file', ...fileMetadata(node) }
  const { path, id } = node
  return { '.tag': 'folder', name: nameOf(path), path_lower: fold(path), path_display: path, id }
}

/** Formats a deleted node for a listing. */
export function deletedMetadata(path: string) {
  return { '.tag': 'deleted', name: nameOf(path), path_lower: fold(path), path_display: path }
}

/** Sets a value and evicts the oldest entries, so that a map of a long-running emulator stays bounded. */
export function remember<T>(map: Map<string, T>, key: string, value: T, limit = 10_000): void {
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= limit) return
    map.delete(oldest)
  }
}

/** Creates the answer: JSON, or bytes with their metadata in a header, which allows only ASCII. */
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
