/** Route `files.list`: queries over a view that may lag, in pages whose tokens expire. */
import { randomBytes } from 'node:crypto'
import { isHidden, realId } from './access.ts'
import { type Caller, flag, onlyParameters, remember } from './account.ts'
import { listShape, selectionOf, selects } from './fields.ts'
import type { DriveItem, View } from './items.ts'
import { parseQuery, type Searched } from './query.ts'
import { badRequest, invalidParameter, invalidValue, notFound } from './refusals.ts'
import { fileResource, propertiesOf, visibleParents } from './resource.ts'
import { isInBin, roleOf } from './roles.ts'

const defaultFields = 'kind,incompleteSearch,nextPageToken,files(kind,id,name,mimeType)'

export async function listFiles(caller: Caller): Promise<Response> {
  const { url, state } = caller
  const parameters = url.searchParams
  onlyParameters(
    url,
    ...['q', 'pageSize', 'pageToken', 'orderBy', 'spaces', 'corpora', 'driveId'],
    ...['supportsAllDrives', 'includeItemsFromAllDrives', 'includeLabels', 'includePermissionsForView'],
  )
  const selection = selectionOf(parameters.get('fields'), listShape, defaultFields)
  const size = Math.min(pageSizeOf(parameters, 100, 1000), state.settings.maxPageSize)
  const token = parameters.get('pageToken')
  const view = token === null ? state.items.listed() : state.items
  const found = token === null ? search(caller, view) : continued(caller, token)
  const emptyPages = token === null ? state.settings.emptyPages : (state.pages.get(token)?.emptyPages ?? 0)
  const shown = emptyPages > 0 ? [] : found.slice(0, size)
  const rest = found.slice(shown.length)
  const nextPageToken = rest.length > 0 ? nextPage(caller, rest, emptyPages - 1) : undefined
  const files = selection.get('files')
  const page = {
    kind: 'drive#fileList',
    incompleteSearch: state.settings.isSearchIncomplete,
    nextPageToken,
    files: await Promise.all(
      shown.map((item) => fileResource(item, caller, files === undefined ? new Map() : files, view)),
    ),
  }
  // Google omits what was not selected, even the token of the next page.
  return Response.json(Object.fromEntries(Object.entries(page).filter(([name]) => selects(selection, name))))
}

/** Parses `pageSize`. Throws Google's 400 for a size outside its limits. */
export function pageSizeOf(parameters: URLSearchParams, fallback: number, most: number): number {
  const text = parameters.get('pageSize')
  if (text === null) return fallback
  const size = Number(text)
  if (Number.isInteger(size) && size >= 1 && size <= most) return size
  throw invalidParameter('pageSize', `Invalid value '${text}'. Values must be within the range: [1, ${most}]`)
}

function search(caller: Caller, view: View): DriveItem[] {
  const { url, grant } = caller
  const q = url.searchParams.get('q') ?? ''
  const query = q === '' ? undefined : parseQuery(q)
  for (const parent of query?.parents ?? []) assertFolder(parent, caller)
  const inCorpus = corpusOf(caller)
  const { email, root } = grant.account
  const found: DriveItem[] = []
  for (const item of view.all()) {
    if (item.parent === undefined) continue
    if (!inCorpus(item)) continue
    if (query && !query.matches(searched(item, caller, view))) continue
    if (roleOf(email, item, view) && !isHidden(item, caller, view)) found.push(item)
  }
  return sorted(found, url.searchParams.get('orderBy'))

  function searched(item: DriveItem, { grant }: Caller, from: View): Searched {
    const { name, mimeType, createdTime, modifiedTime, owner, sharedWith } = item
    return {
      name,
      mimeType,
      createdTime,
      modifiedTime,
      get trashed() {
        return isInBin(item, from)
      },
      sharedWithMe: sharedWith.has(grant.account.email) && owner !== grant.account.email,
      // A query may name My Drive by its alias.
      parents: visibleParents(item, caller, from).flatMap((id) => (id === root ? [id, 'root'] : [id])),
      owners: owner === undefined ? [] : owner === email ? [owner, 'me'] : [owner],
      appProperties: propertiesOf(item, caller),
    }
  }
}

/** Google answers 404 without a name to a query for the contents of a folder that the caller cannot see. */
function assertFolder(id: string, caller: Caller): void {
  const { state, grant, url } = caller
  const folder = state.items.get(realId(id, caller))
  if (!folder || !roleOf(grant.account.email, folder, state.items)) throw notFound('')
  if (folder.driveId !== undefined && !flag(url, 'supportsAllDrives')) throw notFound('')
}

function corpusOf({ url }: Caller): (item: DriveItem) => boolean {
  const corpora = url.searchParams.get('corpora') ?? 'user'
  const driveId = url.searchParams.get('driveId')
  const spaces = url.searchParams.get('spaces') ?? 'drive'
  const withDrives = flag(url, 'supportsAllDrives') && flag(url, 'includeItemsFromAllDrives')
  if (spaces !== 'drive') throw invalidValue('spaces')
  if (!['user', 'drive', 'domain', 'allDrives'].includes(corpora)) throw invalidValue('corpora')
  if ((corpora === 'drive') !== (driveId !== null))
    throw badRequest('The driveId parameter must be specified if and only if corpora is set to drive.')
  if (flag(url, 'includeItemsFromAllDrives') && !flag(url, 'supportsAllDrives'))
    throw badRequest('The supportsAllDrives parameter must be true to include items from all drives.')
  if (corpora !== 'user' && !withDrives)
    throw badRequest('The includeItemsFromAllDrives parameter must be true for this corpus.')
  return (item) => {
    if (driveId !== null) return item.driveId === driveId
    return item.driveId === undefined || withDrives
  }
}

function continued({ state }: Caller, token: string): readonly DriveItem[] {
  const page = state.pages.get(token)
  if (!page || page.expiresAt <= state.settings.now()) throw invalidValue('pageToken')
  return page.items
}

function nextPage({ state }: Caller, items: readonly DriveItem[], emptyPages: number): string {
  const token = `~!!~${randomBytes(48).toString('base64url')}`
  const expiresAt = state.settings.now() + state.settings.pageTokenMs
  remember(state.pages, token, { items, emptyPages: Math.max(0, emptyPages), expiresAt }, 1000)
  return token
}

const orders: Readonly<Record<string, (one: DriveItem, other: DriveItem) => number>> = {
  name: (one, other) => one.name.localeCompare(other.name),
  name_natural: (one, other) => one.name.localeCompare(other.name, undefined, { numeric: true }),
  createdTime: (one, other) => one.createdTime - other.createdTime,
  modifiedTime: (one, other) => one.modifiedTime - other.modifiedTime,
  folder: (one, other) => Number(other.content === undefined) - Number(one.content === undefined),
}

/** Sorts by the keys of `orderBy`. The order of equal items, and without `orderBy`, is arbitrary: here by ID. */
function sorted(items: DriveItem[], orderBy: string | null): DriveItem[] {
  const keys = (orderBy ?? '').split(',').filter((key) => key !== '')
  const compares = keys.map((key) => {
    const [, name = '', descending] = /^\s*(\w+)( desc)?\s*$/.exec(key) ?? []
    const compare = orders[name]
    if (!compare) throw invalidValue('orderBy')
    return descending ? (one: DriveItem, other: DriveItem) => compare(other, one) : compare
  })
  return items.sort((one, other) => {
    for (const compare of compares) {
      const order = compare(one, other)
      if (order !== 0) return order
    }
    return one.id < other.id ? -1 : 1
  })
}
