/** Creates, changes and deletes items, by the rules of My Drive and of shared drives. */
import { itemFor, realId } from './access.ts'
import { assertSpace, blank, type Caller, onlyParameters } from './account.ts'
import { contentInMemory, type DriveContent } from './content.ts'
import { type DriveItem, folderType, newId, newRevision, shortcutType } from './items.ts'
import {
  type CreateMetadata,
  mergedProperties,
  parseCreate,
  parseJson,
  parseUpdate,
  type UpdateMetadata,
} from './metadata.ts'
import { badRequest, insufficientPermissions, Refusal } from './refusals.ts'
import { fileAnswer } from './resource.ts'
import { isAtLeast, lineage, roleOf } from './roles.ts'

/** Parameters that all routes take that write a file. */
const writeParameters = [
  ...[
    'supportsAllDrives',
    'enforceSingleParent',
    'ignoreDefaultVisibility',
    'keepRevisionForever',
    'uploadType',
  ],
  ...['useContentAsIndexableText', 'includePermissionsForView', 'includeLabels', 'ocrLanguage', 'upload_id'],
]

const sizeOf = (content: DriveContent | undefined) => content?.size ?? 0

/** Route `files.create` without content: folders, shortcuts and empty files. */
export async function createByMetadata(request: Request, caller: Caller): Promise<Response> {
  onlyParameters(caller.url, ...writeParameters)
  const type = request.headers.get('content-type') ?? ''
  const text = await request.text()
  if (text !== '' && !type.startsWith('application/json'))
    throw badRequest(`Unsupported content with type: ${type}`)
  const metadata = parseCreate(parseJson(text))
  const { mimeType = 'application/octet-stream' } = metadata
  const content = mimeType.startsWith('application/vnd.google-apps.')
    ? undefined
    : contentInMemory(new Uint8Array())
  return fileAnswer(createItem(metadata, mimeType, content, caller), caller)
}

/** Creates an item. Throws the refusals of its ID, its parent and its space. */
export function createItem(
  metadata: CreateMetadata,
  mimeType: string,
  content: DriveContent | undefined,
  caller: Caller,
): DriveItem {
  const { state, grant } = caller
  assertUsableId(metadata.id, caller)
  const parent = parentOf(metadata, caller)
  const owner = parent.driveId === undefined ? grant.account.email : undefined
  assertSpace(state, owner, sizeOf(content))
  const now = state.settings.now()
  const id = metadata.id ?? newId()
  state.generatedIds.delete(id)
  return state.items.put({
    ...blank,
    id,
    name: metadata.name ?? 'Untitled',
    mimeType: metadata.shortcutDetails ? shortcutType : mimeType,
    parent: parent.id,
    driveId: parent.driveId,
    owner,
    content,
    headRevisionId: content && newRevision(),
    createdTime: timeOf(metadata.createdTime, now),
    modifiedTime: timeOf(metadata.modifiedTime, now),
    appProperties: mergedProperties(blank, metadata.appProperties, caller),
    description: metadata.description,
    shortcutTarget: metadata.shortcutDetails?.targetId,
  })
}

/** Checks a chosen ID: only Google makes IDs, and each is for one file. */
export function assertUsableId(id: string | undefined, { state, grant }: Caller): void {
  if (id === undefined) return
  if (state.items.get(id))
    throw new Refusal(409, 'fileIdInUse', 'A file already exists with the provided ID.', {
      location: 'file.id',
      locationType: 'other',
    })
  if (state.generatedIds.get(id) !== grant.client)
    throw new Refusal(400, 'invalid', 'The provided file ID is not usable.', {
      location: 'file.id',
      locationType: 'other',
    })
}

/** Returns the only parent of a new item. Throws 404 without access, and 403 without the right to write. */
export function parentOf({ parents = ['root'] }: CreateMetadata, caller: Caller): DriveItem {
  const [id, ...more] = parents
  if (id === undefined || more.length > 0)
    throw new Refusal(400, 'invalid', 'A file must have exactly one parent.', {
      location: 'parents',
      locationType: 'other',
    })
  const parent = itemFor(id, caller, 'writer')
  if (parent.mimeType !== folderType)
    throw new Refusal(403, 'parentNotAFolder', 'The specified parent is not a folder.')
  return parent
}

/** Route `files.update` without content: names, properties, the bin, and moves by `addParents` and `removeParents`. */
export async function updateByMetadata(id: string, request: Request, caller: Caller): Promise<Response> {
  onlyParameters(caller.url, ...writeParameters, 'addParents', 'removeParents')
  const metadata = parseUpdate(parseJson(await request.text()))
  return fileAnswer(updateItem(itemFor(id, caller, 'writer'), metadata, undefined, caller), caller)
}

/** Changes an item at once: all of the request or nothing. */
export function updateItem(
  item: DriveItem,
  metadata: UpdateMetadata,
  content: DriveContent | undefined,
  caller: Caller,
  parameters = caller.url.searchParams,
): DriveItem {
  const { state, grant } = caller
  const parent = movedTo(item, parameters, caller)
  const role = roleOf(grant.account.email, item, state.items)
  const { trashed = item.isTrashed } = metadata
  const needed = item.driveId === undefined ? 'owner' : 'fileOrganizer'
  if (trashed !== item.isTrashed && !isAtLeast(role, needed)) throw insufficientPermissions()
  if (content && !item.content)
    throw new Refusal(403, 'fileNotDownloadable', 'The content of this file cannot be replaced.')
  // Bytes that another person writes count for the owner too.
  if (content) assertSpace(state, item.owner, content.size - sizeOf(item.content))
  const now = state.settings.now()
  return state.items.put({
    ...item,
    name: metadata.name ?? item.name,
    mimeType: metadata.mimeType ?? item.mimeType,
    description: metadata.description ?? item.description,
    parent: parent.id,
    driveId: parent.driveId,
    isTrashed: trashed,
    appProperties: mergedProperties(item, metadata.appProperties, caller),
    createdTime: timeOf(metadata.createdTime, item.createdTime),
    // A move changes no time of the file, a new name does.
    modifiedTime: timeOf(
      metadata.modifiedTime,
      content || metadata.name !== undefined ? now : item.modifiedTime,
    ),
    ...(content && { content, headRevisionId: newRevision() }),
  })
}

/** Returns the only parent after the request. */
function movedTo(
  item: DriveItem,
  parameters: URLSearchParams,
  caller: Caller,
): { id: string | undefined; driveId: string | undefined } {
  const ids = (name: string) => listed(parameters.get(name)).map((id) => realId(id, caller))
  const [added, removed] = [ids('addParents'), ids('removeParents')]
  const stay = { id: item.parent, driveId: item.driveId }
  if (added.length + removed.length === 0) return stay
  if (item.parent === undefined) throw new Refusal(403, 'cannotMoveRoot', 'A root folder cannot be moved.')
  const isThere = added.length === 1 && added[0] === item.parent
  if (isThere && caller.state.settings.refusesRepeatedMoves) throw badRequest('Bad Request')
  if (isThere && !removed.includes(item.parent)) return stay
  if (added.length !== 1 || !removed.includes(item.parent)) throw cannotAddParent()
  const target = itemFor(added[0] ?? '', caller, 'writer')
  if (target.mimeType !== folderType)
    throw new Refusal(403, 'parentNotAFolder', 'The specified parent is not a folder.')
  if (lineage(target, caller.state.items).some(({ id }) => id === item.id))
    throw new Refusal(403, 'cyclicParent', 'A folder cannot be moved into itself.')
  if (target.driveId !== item.driveId && item.mimeType === folderType)
    throw new Refusal(
      403,
      'teamDrivesFolderMoveInNotSupported',
      'Moving folders into shared drives is not supported.',
    )
  return { id: target.id, driveId: target.driveId }
}

const cannotAddParent = () =>
  new Refusal(403, 'cannotAddParent', 'Increasing the number of parents is not allowed')

/** Route `files.delete`: forever, and only by the owner or an organizer of the shared drive. */
export function deleteFile(id: string, caller: Caller): Response {
  onlyParameters(caller.url, 'supportsAllDrives', 'enforceSingleParent')
  const item = itemFor(id, caller)
  if (item.parent === undefined) throw insufficientPermissions()
  const role = roleOf(caller.grant.account.email, item, caller.state.items)
  if (!isAtLeast(role, item.driveId === undefined ? 'owner' : 'organizer')) throw insufficientPermissions()
  caller.state.items.remove(item.id)
  return new Response(null, { status: 204 })
}

/** Finds a file whose bytes a request may read. */
export function readableItem(id: string, caller: Caller): DriveItem & { content: DriveContent } {
  const item = itemFor(id, caller)
  const { content } = item
  if (!content)
    throw new Refusal(
      403,
      'fileNotDownloadable',
      'Only files with binary content can be downloaded. Use Export with Docs Editors files.',
    )
  return { ...item, content }
}

const listed = (text: string | null) => (text ?? '').split(',').filter((id) => id !== '')
const timeOf = (text: string | undefined, fallback: number) =>
  text === undefined ? fallback : Date.parse(text)
