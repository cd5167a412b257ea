/** Items in the form of Google's answers. */
import type { Caller } from './account.ts'
import { imageFacts } from './content.ts'
import { fileShape, project, type Selection, selectionOf, selects } from './fields.ts'
import { type DriveItem, folderType, type View } from './items.ts'
import { isAtLeast, isInBin, roleOf } from './roles.ts'

export const defaultFileFields = 'kind,id,name,mimeType'

/** Returns the caller's private properties of the item. */
export const propertiesOf = (
  item: Pick<DriveItem, 'appProperties'>,
  { grant }: Caller,
): Readonly<Record<string, string>> => item.appProperties[grant.client] ?? {}

/** Returns the item's parent if the caller may see it. */
export function visibleParents(item: DriveItem, { grant }: Caller, view: View): string[] {
  const parent = item.parent === undefined ? undefined : view.get(item.parent)
  return parent && roleOf(grant.account.email, parent, view) ? [parent.id] : []
}

/** Returns the selected fields of an item. Numbers of 64 bits are text. */
export async function fileResource(
  item: DriveItem,
  caller: Caller,
  selection: Selection | true,
  view: View = caller.state.items,
): Promise<unknown> {
  const facts =
    item.content && selects(selection, 'imageMediaMetadata') ? await imageFacts(item.content) : undefined
  const resource = {
    kind: 'drive#file',
    id: item.id,
    name: item.name,
    mimeType: item.mimeType,
    description: item.description,
    starred: false,
    trashed: isInBin(item, view),
    explicitlyTrashed: item.isTrashed,
    parents: listOrAbsent(visibleParents(item, caller, view)),
    spaces: ['drive'],
    version: String(item.version),
    createdTime: iso(item.createdTime),
    modifiedTime: iso(item.modifiedTime),
    driveId: item.driveId,
    appProperties: recordOrAbsent(propertiesOf(item, caller)),
    shortcutDetails: item.shortcutTarget === undefined ? undefined : { targetId: item.shortcutTarget },
    imageMediaMetadata: facts,
    ...contentFields(item, caller),
    ...peopleFields(item, caller, view),
  }
  return project(resource, selection)
}

/** Answers with one item, by the `fields` of the request. */
export async function fileAnswer(
  item: DriveItem,
  caller: Caller,
  parameters = caller.url.searchParams,
): Promise<Response> {
  const selection = selectionOf(parameters.get('fields'), fileShape, defaultFileFields)
  return Response.json(await fileResource(item, caller, selection))
}

function contentFields(
  { id, name, content, mimeType, headRevisionId, version, hasOnlyMd5 }: DriveItem,
  caller: Caller,
) {
  if (!content) return { hasThumbnail: false }
  const { settings } = caller.state
  const hasThumbnail = settings.hasThumbnails && mimeType.startsWith('image/')
  const extension = name.includes('.') ? name.slice(name.lastIndexOf('.') + 1) : ''
  return {
    size: String(content.size),
    quotaBytesUsed: String(content.size),
    md5Checksum: content.md5,
    sha256Checksum: hasOnlyMd5 ? undefined : content.sha256,
    headRevisionId,
    originalFilename: name,
    fileExtension: extension,
    fullFileExtension: extension,
    webContentLink: `https://drive.google.com/uc?id=${id}&export=download`,
    hasThumbnail,
    thumbnailLink: hasThumbnail ? `${caller.url.origin}/thumbnails/${id}:${headRevisionId}=s220` : undefined,
    thumbnailVersion: hasThumbnail ? String(version) : undefined,
  }
}

function peopleFields(item: DriveItem, { grant, state }: Caller, view: View) {
  const { email } = grant.account
  const role = roleOf(email, item, view)
  const owner = state.accounts.find((account) => account.email === item.owner)
  const mayDelete = item.driveId === undefined ? role === 'owner' : isAtLeast(role, 'organizer')
  const mayTrash = item.driveId === undefined ? role === 'owner' : isAtLeast(role, 'fileOrganizer')
  return {
    shared: item.sharedWith.size > 0 || item.driveId !== undefined,
    ownedByMe: item.driveId === undefined ? item.owner === email : undefined,
    owners: owner && [
      {
        kind: 'drive#user',
        displayName: owner.name,
        me: owner.email === email,
        permissionId: owner.root,
        emailAddress: owner.email,
      },
    ],
    capabilities: {
      canEdit: isAtLeast(role, 'writer'),
      canRename: isAtLeast(role, 'writer'),
      canAddChildren: item.mimeType === folderType && isAtLeast(role, 'writer'),
      canDownload: item.content !== undefined,
      canDelete: mayDelete,
      canTrash: mayTrash,
    },
  }
}

const iso = (time: number) => new Date(time).toISOString()
const listOrAbsent = <T>(list: readonly T[]) => (list.length > 0 ? list : undefined)
const recordOrAbsent = (record: Readonly<Record<string, string>>) =>
  Object.keys(record).length > 0 ? record : undefined
