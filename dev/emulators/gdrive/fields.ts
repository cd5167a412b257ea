/** The `fields` parameter: a list of paths such as `nextPageToken,files(id,imageMediaMetadata/width)`. */
import { invalidParameter } from './refusals.ts'

/** Selected fields; `true` selects everything below. */
export type Selection = Map<string, Selection | true>

/** Fields that exist, by name. `true` stands for a plain value. */
export interface Shape {
  readonly [name: string]: Shape | true
}

const leaves = <const T extends readonly string[]>(...names: T): Shape =>
  Object.fromEntries(names.map((name) => [name, true]))

const user = leaves('kind', 'displayName', 'photoLink', 'me', 'permissionId', 'emailAddress')

export const fileShape: Shape = {
  ...leaves('kind', 'id', 'name', 'mimeType', 'description', 'starred', 'trashed', 'explicitlyTrashed'),
  ...leaves('parents', 'spaces', 'version', 'webContentLink', 'webViewLink', 'iconLink', 'hasThumbnail'),
  ...leaves('thumbnailLink', 'thumbnailVersion', 'viewedByMe', 'createdTime', 'modifiedTime', 'trashedTime'),
  ...leaves(
    'modifiedByMe',
    'sharedWithMeTime',
    'driveId',
    'teamDriveId',
    'shared',
    'ownedByMe',
    'permissionIds',
  ),
  ...leaves('originalFilename', 'fullFileExtension', 'fileExtension', 'md5Checksum', 'sha1Checksum'),
  ...leaves('sha256Checksum', 'size', 'quotaBytesUsed', 'headRevisionId', 'resourceKey', 'isAppAuthorized'),
  appProperties: true,
  properties: true,
  capabilities: leaves('canEdit', 'canDelete', 'canTrash', 'canDownload', 'canAddChildren', 'canRename'),
  owners: user,
  lastModifyingUser: user,
  shortcutDetails: leaves('targetId', 'targetMimeType', 'targetResourceKey'),
  imageMediaMetadata: leaves(
    'width',
    'height',
    'rotation',
    'time',
    'cameraMake',
    'cameraModel',
    'colorSpace',
  ),
}

export const listShape: Shape = { ...leaves('kind', 'incompleteSearch', 'nextPageToken'), files: fileShape }
export const drivesShape: Shape = {
  ...leaves('kind', 'nextPageToken'),
  drives: leaves('kind', 'id', 'name', 'createdTime', 'hidden', 'colorRgb'),
}
export const aboutShape: Shape = {
  ...leaves('kind', 'maxUploadSize', 'canCreateDrives', 'appInstalled'),
  user,
  storageQuota: leaves('limit', 'usage', 'usageInDrive', 'usageInDriveTrash'),
}
export const idsShape: Shape = leaves('kind', 'space', 'ids')

/** Parses a selection, and refuses with Google's 400 what the shape does not have. */
export function parseFields(text: string, shape: Shape): Selection {
  const tokens = text.match(/[A-Za-z0-9]+|[*(),/]|\S/g) ?? []
  let at = 0
  const wrong = (what = text) => invalidParameter('fields', `Invalid field selection ${what}`)

  function parseList(within: Shape | true, isNested: boolean): Selection {
    const selection: Selection = new Map()
    for (;;) {
      parsePath(within, selection)
      if (tokens[at] !== ',') break
      at += 1
    }
    if (isNested !== (tokens[at] === ')')) throw wrong()
    at += 1
    return selection
  }

  function parsePath(within: Shape | true, selection: Selection): void {
    const name = tokens[at] ?? ''
    at += 1
    if (name === '*') {
      selection.set('*', true)
      return
    }
    const inner = within === true ? undefined : own(within, name)
    if (inner === undefined) throw wrong(name)
    const known = selection.get(name)
    if (tokens[at] === '/') {
      at += 1
      const below: Selection = known instanceof Map ? known : new Map()
      parsePath(inner, below)
      selection.set(name, known === true ? true : below)
    } else if (tokens[at] === '(') {
      at += 1
      const below = parseList(inner, true)
      selection.set(name, known === true ? true : new Map([...(known ?? []), ...below]))
    } else selection.set(name, true)
  }

  const selection = parseList(shape, false)
  if (at !== tokens.length + 1) throw wrong()
  return selection
}

const own = (shape: Shape, name: string) => (Object.hasOwn(shape, name) ? shape[name] : undefined)

/** Parses the parameter, or returns the selection that Google uses without it. */
export const selectionOf = (fields: string | null, shape: Shape, fallback: string): Selection =>
  parseFields(fields ?? fallback, shape)

export const selects = (selection: Selection | true | undefined, name: string): boolean =>
  selection === true || (selection !== undefined && (selection.has('*') || selection.has(name)))

/** Keeps the selected fields of a value. Fields without a value are absent, as in Google's answers. */
export function project(value: unknown, selection: Selection | true): unknown {
  if (selection === true || selection.has('*')) return value
  if (Array.isArray(value)) return value.map((element) => project(element, selection))
  if (typeof value !== 'object' || value === null) return value
  const kept = Object.entries(value).flatMap(([name, inner]) => {
    const below = selection.get(name)
    return below === undefined || inner === undefined ? [] : [[name, project(inner, below)] as const]
  })
  return Object.fromEntries(kept)
}
