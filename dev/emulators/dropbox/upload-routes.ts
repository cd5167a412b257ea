/** Routes for uploads, in one piece or in sessions. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { locked } from './locks.ts'
import { Refusal, refuse, union, uploadFailed } from './refusals.ts'
import { defineRoute, fileMetadata, isMalformed, type RouteContext, remember, writePath } from './route.ts'
import { bytesInMemory, type StoredBytes } from './stored-bytes.ts'
import type { TreeFile } from './tree.ts'

const mode = z.union([
  z.enum(['add', 'overwrite']).transform((tag) => ({ '.tag': tag })),
  z.strictObject({ '.tag': z.enum(['add', 'overwrite']) }),
  z.strictObject({ '.tag': z.literal('update'), update: z.string().regex(/^[0-9a-f]{9,}$/) }),
])

const commitFields = {
  path: writePath,
  mode: mode.default({ '.tag': 'add' }),
  autorename: z.literal(false).default(false),
  strict_conflict: z.boolean().default(false),
  mute: z.boolean().default(false),
  client_modified: z.iso.datetime().optional(),
}
const content_hash = z.string().length(64).optional()
const commit = z.strictObject(commitFields)
const cursor = z.strictObject({ session_id: z.string(), offset: z.number().int().nonnegative() })
type Commit = z.output<typeof commit>

export const uploadRoutes = {
  ...defineRoute(
    'files/upload',
    'upload',
    'files.content.write',
    z.strictObject({ ...commitFields, content_hash }),
    (context, argument, body) =>
      locked(context, async () => {
        const bytes = await verified(body, argument.content_hash)
        const problem = conflictOf(context, argument, bytes)
        if (problem) throw uploadFailed(...problem)
        return { json: fileMetadata(store(context, argument, bytes)) }
      }),
  ),

  ...defineRoute(
    'files/upload_session/start',
    'upload',
    'files.content.write',
    z.strictObject({ close: z.literal(false).default(false), content_hash }),
    async ({ account }, argument, body) => {
      await verified(body, argument.content_hash)
      const session_id = `pid_upload_session:${randomUUID()}`
      remember(account.sessions, session_id, [body], 100)
      return { json: { session_id } }
    },
  ),

  ...defineRoute(
    'files/upload_session/append_v2',
    'upload',
    'files.content.write',
    z.strictObject({ cursor, close: z.literal(false).default(false), content_hash }),
    async ({ account }, argument, body) => {
      const pieces = account.sessions.get(argument.cursor.session_id)
      if (!pieces) throw refuse('not_found')
      const correct_offset = lengthOf(pieces)
      if (correct_offset !== argument.cursor.offset) {
        throw new Refusal(409, 'incorrect_offset', { ...union('incorrect_offset'), correct_offset })
      }
      await verified(body, argument.content_hash)
      pieces.push(body)
      return { json: null }
    },
  ),

  ...defineRoute(
    'files/upload_session/finish',
    'upload',
    'files.content.write',
    z.strictObject({ cursor, commit, content_hash }),
    (context, argument, body) =>
      locked(
        context,
        async () => {
          const { session_id, offset } = argument.cursor
          const pieces = context.account.sessions.get(session_id)
          if (!pieces) throw refuse('lookup_failed', 'not_found')
          if (lengthOf(pieces) !== offset) {
            const lookup_failed = { ...union('incorrect_offset'), correct_offset: lengthOf(pieces) }
            throw new Refusal(409, 'lookup_failed/incorrect_offset', {
              ...union('lookup_failed'),
              lookup_failed,
            })
          }
          await verified(body, argument.content_hash)
          const bytes = await bytesInMemory(
            new Uint8Array(await new Blob([...pieces, body].map(own)).arrayBuffer()),
          )
          const problem = conflictOf(context, argument.commit, bytes)
          if (problem) throw refuse('path', ...problem)
          context.account.sessions.delete(session_id)
          return { json: fileMetadata(store(context, argument.commit, bytes)) }
        },
        refuse('too_many_write_operations'),
      ),
  ),
}

/** Returns the `WriteError` that prevents the commit, by the rules of `WriteMode` and `strict_conflict`. */
function conflictOf(
  { account: { tree } }: RouteContext,
  argument: Commit,
  bytes: StoredBytes,
): [string, ...string[]] | undefined {
  const { path, strict_conflict } = argument
  if (isMalformed(path)) return ['malformed_path']
  if (tree.hasFileAncestor(path)) return ['conflict', 'file_ancestor']
  const existing = tree.find(path)
  if (existing?.kind === 'folder') return ['conflict', 'folder']
  if ('update' in argument.mode) {
    if (existing ? existing.rev === argument.mode.update : !strict_conflict) return undefined
  } else if (!existing || argument.mode['.tag'] === 'overwrite') return undefined
  const isEqual = existing?.bytes.contentHash === bytes.contentHash
  return isEqual && !strict_conflict ? undefined : ['conflict', 'file']
}

/** Writes the file. Equal bytes are not written again: id, revision and times stay. */
function store(
  { account: { tree } }: RouteContext,
  { path, client_modified }: Commit,
  bytes: StoredBytes,
): TreeFile {
  const existing = tree.find(path)
  if (existing?.kind === 'file' && existing.bytes.contentHash === bytes.contentHash) return existing
  return tree.write(path, bytes, client_modified === undefined ? undefined : new Date(client_modified))
}

async function verified(body: Uint8Array, expected: string | undefined): Promise<StoredBytes> {
  const bytes = await bytesInMemory(body)
  if (expected !== undefined && expected !== bytes.contentHash) throw refuse('content_hash_mismatch')
  return bytes
}

const own = (bytes: Uint8Array) => new Uint8Array(bytes)
const lengthOf = (pieces: Uint8Array[]) => pieces.reduce((length, piece) => length + piece.length, 0)
