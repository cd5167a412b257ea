/** Folders of a Dropbox account, found where the fleet will find them. */
import { z } from 'zod'
import { innerPath, sortedFolders } from '../../folders.ts'
import { type Folder, VendorRefused } from '../../vendor.ts'
import type { DropboxApi } from './api.ts'

const namespaceId = z.string().regex(/^[-\w:]{1,100}$/)

/** Part of `users/get_current_account`. Compares IDs, because newer team spaces have the tag `user`. */
export const rootInfoSchema = z.object({
  root_namespace_id: namespaceId,
  home_namespace_id: namespaceId,
  home_path: z.string().optional(),
})
export type RootInfo = z.output<typeof rootInfoSchema>

const pageSchema = z.object({
  entries: z.array(z.object({ '.tag': z.string(), name: z.string() })),
  cursor: z.string().min(1),
  has_more: z.boolean(),
})
/** Upper bound on pages of a listing, each with up to 2,000 entries. */
const maxPages = 20

/**
 * Lists the folders directly below a path. A path of the person's own folder goes before the same path of the team space, as at the fleet.
 * The top shows both.
 */
export async function listDropboxFolders(
  api: DropboxApi,
  accessToken: string,
  rootInfo: RootInfo | undefined,
  path: string,
): Promise<Folder[]> {
  const inner = innerPath(path)
  const folder = inner === '' ? '' : `/${inner}`
  const isTeam = rootInfo && rootInfo.root_namespace_id !== rootInfo.home_namespace_id
  const teamRoot = isTeam ? rootInfo.root_namespace_id : undefined
  const own = await namesIn(api, accessToken, folder).catch((error: unknown) => {
    if (teamRoot !== undefined && isNotFound(error)) return null
    throw error
  })
  if (teamRoot === undefined || (own !== null && folder !== '')) return sortedFolders(own ?? [], `${folder}/`)
  const ofTeam = await namesIn(api, accessToken, folder, teamRoot)
  // The person's own folder stands in the team space as well, under this path.
  const home = rootInfo?.home_path?.slice(1)
  return sortedFolders([...(own ?? []), ...ofTeam.filter((name) => name !== home)], `${folder}/`)
}

async function namesIn(
  api: DropboxApi,
  accessToken: string,
  path: string,
  pathRoot?: string,
): Promise<string[]> {
  const names: string[] = []
  let page = await api.call(accessToken, 'files/list_folder', { path, recursive: false }, pageSchema, {
    pathRoot,
  })
  for (let pages = 1; ; pages += 1) {
    names.push(...page.entries.filter((entry) => entry['.tag'] === 'folder').map(({ name }) => name))
    if (!page.has_more || pages === maxPages) return names
    const next = { cursor: page.cursor }
    page = await api.call(accessToken, 'files/list_folder/continue', next, pageSchema, { pathRoot })
  }
}

const isNotFound = (error: unknown) =>
  error instanceof VendorRefused && /^path\/(not_found|not_folder)/.test(error.code)
