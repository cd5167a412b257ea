/** Files of one account: case-insensitive, case-preserving, with ids, revisions and a history of changes. */
import { randomBytes } from 'node:crypto'
import type { StoredBytes } from './stored-bytes.ts'

export interface TreeFile {
  kind: 'file'
  /** Path as it was written, from the root. */
  path: string
  id: string
  rev: string
  bytes: StoredBytes
  clientModified: Date
  serverModified: Date
}

interface TreeFolder {
  kind: 'folder'
  path: string
  id: string
}

export type TreeNode = TreeFile | TreeFolder

/** Change directly below a folder. `node` is undefined after a removal. */
interface TreeChange {
  path: string
  node: TreeNode | undefined
}

export interface Tree {
  /** Finds a node by path, `id:...` or `rev:...`. The root is a folder with the path `''`. */
  find(path: string): TreeNode | undefined
  /** Returns files and folders directly below, in arbitrary order. */
  children(path: string): TreeNode[]
  files(): TreeFile[]
  /** Checks if an ancestor of the path is a file, which prevents a write to a free path. */
  hasFileAncestor(path: string): boolean
  /** Creates or replaces the file and creates its parents. */
  write(path: string, bytes: StoredBytes, clientModified?: Date): TreeFile
  makeFolder(path: string): TreeFolder
  /** Moves the node with all nodes below it. Ids stay; revisions change. */
  move(from: string, to: string): TreeNode
  /** Copies the node with all nodes below it. Ids and revisions are new. */
  copy(from: string, to: string): TreeNode
  remove(path: string): void
  /** Returns a number that grows with each change. */
  version(): number
  /** Returns the changes directly below the folder after that version. */
  changesSince(version: number, folder: string): TreeChange[]
}

export const fold = (path: string): string => path.toLowerCase()
export const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))

let revisions = 0x0160_0000_0000

const newRev = () => {
  revisions += 1
  return revisions.toString(16).padStart(12, '0')
}
const newId = () => `id:${randomBytes(16).toString('base64url')}`
/** Truncates to seconds: Dropbox's timestamps have no fraction. */
const wholeSecond = (date: Date) => new Date(Math.floor(date.getTime() / 1000) * 1000)

/** Creates the nodes by path, with the history of their changes. */
function createNodes() {
  const nodes = new Map<string, TreeNode>()
  const changes: string[] = []
  const root: TreeFolder = { kind: 'folder', path: '', id: newId() }

  const files = () => [...nodes.values()].filter((node) => node.kind === 'file')
  const below = (path: string) =>
    [...nodes.values()].filter((node) => fold(node.path).startsWith(`${fold(path)}/`))

  function find(path: string): TreeNode | undefined {
    if (path === '') return root
    if (path.startsWith('id:')) return [...nodes.values()].find((node) => node.id === path)
    if (path.startsWith('rev:')) return files().find((file) => file.rev === path.slice(4))
    return nodes.get(fold(path))
  }

  return {
    files,
    below,
    find,
    put(node: TreeNode): void {
      nodes.set(fold(node.path), node)
      changes.push(node.path)
    },
    remove(path: string): void {
      for (const node of [...below(path), find(path)]) {
        if (!node) continue
        nodes.delete(fold(node.path))
        changes.push(node.path)
      }
    },
    children: (path: string) =>
      [...nodes.values()]
        .filter((node) => fold(parentOf(node.path)) === fold(path))
        .sort((one, other) => (one.id < other.id ? -1 : 1)),
    version: () => changes.length,
    changesSince: (version: number, folder: string): TreeChange[] =>
      [...new Set(changes.slice(version))]
        .filter((path) => fold(parentOf(path)) === fold(folder))
        .map((path) => ({ path, node: find(path) })),
  }
}

/** Creates the empty tree of an account. `now` returns milliseconds since 1970. */
export function createTree(now: () => number): Tree {
  const nodes = createNodes()
  const { find, files, children, remove, version, changesSince } = nodes

  /** Returns the path with the existing spelling of its folders. Creates missing folders. */
  function withParents(path: string): string {
    const parent = parentOf(path)
    return parent === '' ? path : `${makeFolder(parent).path}/${nameOf(path)}`
  }

  function makeFolder(path: string): TreeFolder {
    const existing = find(path)
    if (existing?.kind === 'folder') return existing
    if (existing) throw new Error(`${path} is a file`)
    const folder: TreeFolder = { kind: 'folder', path: withParents(path), id: newId() }
    nodes.put(folder)
    return folder
  }

  function relocate(from: string, to: string, reborn: (node: TreeNode) => TreeNode, keep: boolean): TreeNode {
    const source = find(from)
    if (!source) throw new Error(`${from} does not exist`)
    const affected = [source, ...nodes.below(source.path)]
    if (!keep) remove(source.path)
    const target = withParents(to)
    for (const node of affected) {
      nodes.put({ ...reborn(node), path: target + node.path.slice(source.path.length) })
    }
    return find(to) ?? source
  }

  const withNewRev = (node: TreeNode): TreeNode => (node.kind === 'file' ? { ...node, rev: newRev() } : node)

  return {
    find,
    files,
    makeFolder,
    remove,
    children,
    hasFileAncestor(path) {
      for (let at = parentOf(path); at !== ''; at = parentOf(at)) if (find(at)?.kind === 'file') return true
      return false
    },
    write(path, bytes, clientModified) {
      const existing = find(path)
      const serverModified = wholeSecond(new Date(now()))
      const file: TreeFile = {
        kind: 'file',
        path: existing ? existing.path : withParents(path),
        id: existing ? existing.id : newId(),
        rev: newRev(),
        bytes,
        clientModified: wholeSecond(clientModified ?? serverModified),
        serverModified,
      }
      nodes.put(file)
      return file
    },
    move: (from, to) => relocate(from, to, withNewRev, false),
    copy: (from, to) => relocate(from, to, (node) => ({ ...withNewRev(node), id: newId() }), true),
    version,
    changesSince,
  }
}
