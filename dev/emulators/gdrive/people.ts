/** Acts of people on a drive, for tests and the demo: files of other programs, shares, the bin. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { blank, type DriveState } from './account.ts'
import { contentInMemory, contentOnDisk, type DriveContent } from './content.ts'
import { type DriveItem, folderType, newId, newRevision, type Role, shortcutType } from './items.ts'
import { isInBin } from './roles.ts'

/** Values of a file that another program puts. */
export interface PutOptions {
  mimeType?: string
  createdTime?: number
  modifiedTime?: number
  appProperties?: Record<string, string>
  isAbusive?: boolean
  hasOnlyMd5?: boolean
}

/** A drive as people see it: My Drive, or a shared drive. */
export interface DrivePeople {
  /** ID of the top folder. */
  readonly root: string
  /** Returns the ID of a folder by its path, and creates missing folders. */
  folder(path: string): string
  /** Adds a file, even beside a file of the same name, which may contain any character. Returns its ID. */
  put(folderId: string, name: string, content: Uint8Array | string, options?: PutOptions): string
  /** Adds a Google document, which has no bytes. */
  putDocument(folderId: string, name: string): string
  putShortcut(folderId: string, name: string, target: string): string
  /** Writes a file by its path, and replaces the bytes of an existing file. */
  seed(path: string, content: Uint8Array | string): string
  /** Adds all files of a directory of this machine. They are read on demand; the directory never changes. */
  seedFromDirectory(directory: string, path: string): Promise<void>
  /** Returns the paths of all files outside the bin, sorted. Files of one name occur more than once. */
  paths(): string[]
  /** Returns the items directly in a folder that are not in the bin, oldest first. A missing folder is empty. */
  itemsIn(path: string): DriveItem[]
  item(id: string): DriveItem | undefined
  /** Returns the text of the oldest file of this path outside the bin. */
  text(path: string): Promise<string | undefined>
  rename(id: string, name: string): void
  moveTo(id: string, folderId: string): void
  trash(id: string): void
  restore(id: string): void
  /** Deletes forever. */
  remove(id: string): void
  share(id: string, email: string, role: Role): void
  unshare(id: string, email: string): void
}

const mediaTypes: Readonly<Record<string, string>> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  txt: 'text/plain',
  json: 'application/json',
  xmp: 'application/rdf+xml',
}

const bytesOf = (content: Uint8Array | string) =>
  typeof content === 'string' ? new TextEncoder().encode(content) : content

function mediaTypeOf(name: string): string {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase()
  return mediaTypes[extension] ?? 'application/octet-stream'
}

/** Opens the drive with this top folder. `owner` is `undefined` for a shared drive. */
export function peopleOf(state: DriveState, root: string, owner: string | undefined): DrivePeople {
  const { items, settings } = state
  const driveId = owner === undefined ? root : undefined

  function add(
    parent: string,
    name: string,
    mimeType: string,
    content?: DriveContent,
    options: PutOptions = {},
  ): string {
    const now = settings.now()
    const { createdTime = now, modifiedTime = createdTime, appProperties, isAbusive, hasOnlyMd5 } = options
    const item = items.put({
      ...blank,
      ...{ id: newId(), name, mimeType, parent, driveId, owner, content, createdTime, modifiedTime },
      headRevisionId: content && newRevision(),
      ...(appProperties && { appProperties: { people: appProperties } }),
      ...(isAbusive && { isAbusive }),
      ...(hasOnlyMd5 && { hasOnlyMd5 }),
    })
    return item.id
  }

  function change(id: string, values: Partial<DriveItem>): void {
    const item = items.get(id)
    if (!item) throw new Error(`there is no item ${id}`)
    items.put({ ...item, ...values })
  }

  const tree = createTree(state, root)
  const folder = (path: string) =>
    segmentsOf(path).reduce(
      (parent, name) => tree.folderIn(parent, name) ?? add(parent, name, folderType),
      root,
    )
  const put = (folderId: string, name: string, content: DriveContent, options: PutOptions = {}) =>
    add(folderId, name, options.mimeType ?? mediaTypeOf(name), content, options)

  function write(path: string, content: DriveContent, options?: PutOptions): string {
    const [parent, name] = splitPath(path)
    const existing = tree.find(path)
    if (!existing?.content) return put(folder(parent), name, content, options)
    change(existing.id, { content, headRevisionId: newRevision(), modifiedTime: settings.now() })
    return existing.id
  }

  return {
    root,
    folder,
    put: (folderId, name, content, options) =>
      put(folderId, name, contentInMemory(bytesOf(content)), options),
    putDocument: (folderId, name) => add(folderId, name, 'application/vnd.google-apps.document'),
    putShortcut(folderId, name, shortcutTarget) {
      const id = add(folderId, name, shortcutType)
      change(id, { shortcutTarget })
      return id
    },
    seed: (path, content) => write(path, contentInMemory(bytesOf(content))),
    async seedFromDirectory(directory, path) {
      for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
        if (!entry.isFile()) continue
        const source = join(entry.parentPath, entry.name)
        const content = await contentOnDisk(source)
        const modifiedTime = content.modified.getTime()
        write(`${path}${source.slice(directory.length).replaceAll('\\', '/')}`, content, { modifiedTime })
      }
    },
    paths: tree.paths,
    itemsIn: (path) => tree.childrenOf(tree.find(path)?.id ?? ''),
    item: (id) => items.get(id),
    async text(path) {
      const bytes = await tree.find(path)?.content?.all()
      return bytes && new TextDecoder().decode(bytes)
    },
    ...changesOf(change, (id) => items.get(id)),
    remove: (id) => items.remove(id),
  }
}

type Change = (id: string, values: Partial<DriveItem>) => void

function changesOf(change: Change, get: (id: string) => DriveItem | undefined) {
  const shares = (id: string) => [...(get(id)?.sharedWith ?? [])]
  return {
    rename: (id: string, name: string) => change(id, { name }),
    moveTo: (id: string, parent: string) => change(id, { parent }),
    trash: (id: string) => change(id, { isTrashed: true }),
    restore: (id: string) => change(id, { isTrashed: false }),
    share: (id: string, email: string, role: Role) =>
      change(id, { sharedWith: new Map([...shares(id), [email, role]]) }),
    unshare: (id: string, email: string) =>
      change(id, { sharedWith: new Map(shares(id).filter(([address]) => address !== email)) }),
  }
}

const segmentsOf = (path: string) => path.split('/').filter((segment) => segment !== '')

function splitPath(path: string): [parent: string, name: string] {
  const segments = segmentsOf(path)
  return [segments.slice(0, -1).join('/'), segments.at(-1) ?? '']
}

/** Reads the fresh items of one drive by path. Of items with one name the oldest counts. */
function createTree({ items }: DriveState, root: string) {
  const childrenOf = (id: string) =>
    items
      .children(id)
      .filter((item) => !item.isTrashed)
      .sort((one, other) => one.createdTime - other.createdTime || (one.id < other.id ? -1 : 1))
  const childNamed = (parent: string, name: string) => childrenOf(parent).find((item) => item.name === name)

  function* pathsBelow(id: string, prefix: string): Generator<string> {
    for (const item of childrenOf(id)) {
      const path = `${prefix}/${item.name}`
      if (item.mimeType === folderType) yield* pathsBelow(item.id, path)
      else yield path
    }
  }

  return {
    childrenOf,
    folderIn: (parent: string, name: string) =>
      childrenOf(parent).find((item) => item.name === name && item.mimeType === folderType)?.id,
    find(path: string): DriveItem | undefined {
      let at = items.get(root)
      for (const segment of segmentsOf(path)) at = at && childNamed(at.id, segment)
      return at && isInBin(at, items) ? undefined : at
    },
    paths: () => [...pathsBelow(root, '')].sort(),
  }
}
