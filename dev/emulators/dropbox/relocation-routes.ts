/** Moves, copies and deletions. */
import { z } from 'zod'
import { locked } from './locks.ts'
import { refuse } from './refusals.ts'
import {
  defineRoute,
  isMalformed,
  metadata,
  type RouteAnswer,
  type RouteContext,
  writePath,
} from './route.ts'

const relocation = z.strictObject({
  from_path: writePath,
  to_path: writePath,
  autorename: z.literal(false).default(false),
})

export const relocationRoutes = {
  ...defineRoute('files/move_v2', 'rpc', 'files.content.write', relocation, (context, argument) =>
    relocate(context, argument, 'move'),
  ),
  ...defineRoute('files/copy_v2', 'rpc', 'files.content.write', relocation, (context, argument) =>
    relocate(context, argument, 'copy'),
  ),

  ...defineRoute(
    'files/delete_v2',
    'rpc',
    'files.content.write',
    z.strictObject({ path: writePath, parent_rev: z.string().optional() }),
    (context, { path, parent_rev }) =>
      locked(
        context,
        () => {
          const { tree } = context.account
          if (isMalformed(path)) throw refuse('path_lookup', 'malformed_path')
          const node = tree.find(path)
          if (!node) throw refuse('path_lookup', 'not_found')
          if (parent_rev !== undefined && !(node.kind === 'file' && node.rev === parent_rev)) {
            throw refuse('path_write', 'conflict', node.kind)
          }
          tree.remove(node.path)
          return { json: { metadata: metadata(node) } }
        },
        refuse('too_many_write_operations'),
      ),
  ),
}

function relocate(
  context: RouteContext,
  { from_path, to_path }: z.output<typeof relocation>,
  kind: 'move' | 'copy',
): Promise<RouteAnswer> {
  return locked(context, () => {
    const { tree } = context.account
    if (isMalformed(from_path)) throw refuse('from_lookup', 'malformed_path')
    if (isMalformed(to_path)) throw refuse('to', 'malformed_path')
    if (!tree.find(from_path)) throw refuse('from_lookup', 'not_found')
    const inTheWay = tree.find(to_path)
    if (inTheWay) throw refuse('to', 'conflict', inTheWay.kind)
    if (tree.hasFileAncestor(to_path)) throw refuse('to', 'conflict', 'file_ancestor')
    return { json: { metadata: metadata(tree[kind](from_path, to_path)) } }
  })
}
