/** `list_folder`, its cursors, and `get_metadata`. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { pause } from '../../../src/base/time.ts'
import type { ListingCursor } from './account.ts'
import { rateLimit, refuse } from './refusals.ts'
import {
  defineRoute,
  deletedMetadata,
  folderPath,
  isMalformed,
  metadata,
  type RouteAnswer,
  type RouteContext,
  readPath,
  remember,
} from './route.ts'

const listArgument = z.strictObject({
  path: folderPath,
  recursive: z.literal(false).default(false),
  include_deleted: z.literal(false).default(false),
  include_non_downloadable_files: z.boolean().default(true),
  limit: z.number().int().min(1).max(2000).optional(),
})

export const listingRoutes = {
  ...defineRoute('files/list_folder', 'rpc', 'files.metadata.read', listArgument, (context, argument) =>
    alone(context, JSON.stringify(argument), () => {
      const { account, settings } = context
      const folder = account.tree.find(argument.path)
      if (isMalformed(argument.path)) throw refuse('path', 'malformed_path')
      if (!folder) throw refuse('path', 'not_found')
      if (folder.kind === 'file') throw refuse('path', 'not_folder')
      const pending = account.tree.children(folder.path).map(metadata)
      const version = account.tree.version()
      const cursor = { folder: folder.path, pending, emptyPages: settings.emptyPages, version }
      return page(context, cursor, argument.limit)
    }),
  ),

  ...defineRoute(
    'files/list_folder/continue',
    'rpc',
    'files.metadata.read',
    z.strictObject({ cursor: z.string().min(1) }),
    (context, { cursor }) =>
      alone(context, cursor, () => {
        const known = context.account.cursors.get(cursor)
        if (!known) throw refuse('reset')
        return page(context, known)
      }),
  ),

  ...defineRoute(
    'files/get_metadata',
    'rpc',
    'files.metadata.read',
    z.strictObject({ path: readPath }),
    ({ account }, { path }) => {
      if (isMalformed(path)) throw refuse('path', 'malformed_path')
      const node = account.tree.find(path)
      if (!node) throw refuse('path', 'not_found')
      return { json: metadata(node) }
    },
  ),
}

/** Returns one page, and a cursor for the rest. */
function page({ account, settings }: RouteContext, at: ListingCursor, limit = 2000): RouteAnswer {
  const current = at.pending.length > 0 || at.emptyPages > 0 ? at : withChanges(account.tree, at)
  const taken = current.emptyPages > 0 ? 0 : Math.min(limit, settings.pageSize)
  const next: ListingCursor = {
    ...current,
    pending: current.pending.slice(taken),
    emptyPages: Math.max(0, current.emptyPages - 1),
  }
  const cursor = `AAE${randomUUID().replaceAll('-', '')}`
  remember(account.cursors, cursor, next)
  const changed = account.tree.changesSince(next.version, next.folder).length > 0
  const has_more = next.pending.length > 0 || next.emptyPages > 0 || changed
  return { json: { entries: current.pending.slice(0, taken), cursor, has_more } }
}

function withChanges(tree: RouteContext['account']['tree'], at: ListingCursor): ListingCursor {
  const changes = tree.changesSince(at.version, at.folder)
  const pending = changes.map(({ path, node }) => (node ? metadata(node) : deletedMetadata(path)))
  return { ...at, pending, version: tree.version() }
}

/** Runs the listing. As the spec of `list_folder` warns, two concurrent calls of the same listing may be refused. */
async function alone(context: RouteContext, key: string, list: () => RouteAnswer): Promise<RouteAnswer> {
  const { listing } = context.account
  if (!context.settings.refuseParallelListings) return list()
  if (listing.has(key)) throw rateLimit('too_many_requests', 1)
  listing.add(key)
  try {
    await pause(5)
    return list()
  } finally {
    listing.delete(key)
  }
}
