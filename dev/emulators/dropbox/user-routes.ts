/** Routes of the account and its token, and the header for the root of paths (common.stone, `PathRoot`). */
import { z } from 'zod'
import type { AccountState } from './account.ts'
import { emailOf } from './authorize.ts'
import { Refusal, union } from './refusals.ts'
import { defineRoute } from './route.ts'

export const userRoutes = {
  ...defineRoute('users/get_current_account', 'rpc', 'account_info.read', z.null(), ({ user }) => ({
    json: {
      account_id: `dbid:${user.name}`,
      name: { display_name: user.name },
      email: emailOf(user.name),
      email_verified: true,
      disabled: user.isDisabled,
      root_info: rootInfo(user),
    },
  })),
  ...defineRoute(
    'check/user',
    'rpc',
    'account_info.read',
    z.strictObject({ query: z.string().max(500).default('') }),
    (_context, { query }) => ({ json: { result: query } }),
  ),
}

const pathRoot = z.discriminatedUnion('.tag', [
  z.object({ '.tag': z.literal('home') }),
  z.object({ '.tag': z.literal('root'), root: z.string() }),
  z.object({ '.tag': z.literal('namespace_id'), namespace_id: z.string() }),
])

/**
 * Returns the account whose files this request's paths are relative to. Throws Dropbox's 422 for a root other than the user's.
 */
export function rootedAt(headers: Headers, user: AccountState): AccountState {
  const header = headers.get('dropbox-api-path-root')
  if (header === null) return user
  const wish = parsed(header)
  if (wish['.tag'] === 'home') return user
  const root = user.team ?? user
  if (wish['.tag'] === 'root') {
    if (wish.root === root.namespace) return root
    throw new Refusal(422, 'invalid_root', { '.tag': 'invalid_root', invalid_root: rootInfo(user) })
  }
  const found = [root, user].find(({ namespace }) => namespace === wish.namespace_id)
  if (found) return found
  throw new Refusal(422, 'no_permission', union('no_permission'))
}

function rootInfo({ namespace, team, name }: AccountState): Record<string, string> {
  const home_namespace_id = namespace
  return team
    ? { '.tag': 'team', root_namespace_id: team.namespace, home_namespace_id, home_path: `/${name}` }
    : { '.tag': 'user', root_namespace_id: namespace, home_namespace_id }
}

function parsed(header: string): z.output<typeof pathRoot> {
  try {
    return pathRoot.parse(JSON.parse(header))
  } catch {
    throw new Refusal(400, 'Error in HTTP header "Dropbox-API-Path-Root": could not decode input as JSON')
  }
}
