/** One Dropbox account in the emulator, with the handle by which tests and the demo fill it and look into it. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesInMemory, bytesOnDisk, type StoredBytes } from './stored-bytes.ts'
import { createTree, type Tree } from './tree.ts'

/** What a test or the demo may do with an account from outside. */
export interface DropboxAccount {
  /** Stands in the call log. */
  readonly name: string
  /** The team's space, where the account has one: files of its own. */
  readonly team: Pick<DropboxAccount, 'seed' | 'paths' | 'text'> | undefined
  /** The user changes to another team, whose space is empty. Nothing else of the account changes. */
  changeTeam(): void
  /** Puts a file there, over whatever there was. */
  seed(path: string, content: Uint8Array | string): Promise<void>
  /** Puts all files of a directory on this machine there. They are read when asked for; the directory never changes. */
  seedFromDirectory(directory: string, path: string): Promise<void>
  /** The paths of all files, sorted. */
  paths(): string[]
  /** The bytes of a file. */
  bytes(path: string): Promise<Uint8Array | undefined>
  text(path: string): Promise<string | undefined>
  remove(path: string): void
  /** The user disconnects the app: the refresh token and all access tokens are dead. */
  disconnect(): void
  /** The user connects again. */
  connect(refreshToken: string): void
  /** All access tokens given out so far count as expired. */
  expireAccessTokens(): void
}

/** The emulator's own view of an account. */
export interface AccountState {
  readonly name: string
  /** Id of the user's own folder. */
  readonly namespace: string
  readonly tree: Tree
  /** The team's space: a second tree with cursors and locks of its own. Its tokens are those of the account. */
  team: AccountState | undefined
  /** The one refresh token that counts; `undefined` when the user has disconnected the app. */
  refreshToken: string | undefined
  accessTokens: Map<string, { expiresAt: number }>
  sessions: Map<string, Uint8Array[]>
  cursors: Map<string, ListingCursor>
  /** Writes under way, for lock contention. */
  writing: number
  /** Listings under way, by their arguments. */
  listing: Set<string>
}

/** Where a listing stands. Reading on from the same cursor gives the same again. */
export interface ListingCursor {
  folder: string
  /** What is still to be told of the folder as it was. */
  pending: unknown[]
  emptyPages: number
  /** What happened after that is told when nothing is pending. */
  version: number
}

let namespaces = 1_000_000

export interface AccountOptions {
  /** True for a member of a team with a space of its own. */
  hasTeamSpace?: boolean
}

export function createAccount(
  name: string,
  refreshToken: string | undefined,
  now: () => number,
  { hasTeamSpace = false }: AccountOptions = {},
): AccountState {
  namespaces += 1
  return {
    name,
    namespace: String(namespaces),
    tree: createTree(now),
    team: hasTeamSpace ? createAccount(name, undefined, now) : undefined,
    refreshToken,
    accessTokens: new Map(),
    sessions: new Map(),
    cursors: new Map(),
    writing: 0,
    listing: new Set(),
  }
}

export function handleOf(state: AccountState, now: () => number): DropboxAccount {
  const { tree } = state
  const file = (path: string): StoredBytes | undefined => {
    const node = tree.find(path)
    return node?.kind === 'file' ? node.bytes : undefined
  }
  return {
    name: state.name,
    get team() {
      return state.team && handleOf(state.team, now)
    },
    changeTeam() {
      state.team = createAccount(state.name, undefined, now)
    },
    async seed(path, content) {
      tree.write(
        path,
        await bytesInMemory(typeof content === 'string' ? new TextEncoder().encode(content) : content),
      )
    },
    async seedFromDirectory(directory, path) {
      for (const entry of await readdir(directory, { withFileTypes: true, recursive: true })) {
        if (!entry.isFile()) continue
        const source = join(entry.parentPath, entry.name)
        const bytes = await bytesOnDisk(source)
        tree.write(`${path}${source.slice(directory.length).replaceAll('\\', '/')}`, bytes, bytes.modified)
      }
    },
    paths: () =>
      tree
        .files()
        .map(({ path }) => path)
        .sort(),
    bytes: async (path) => file(path)?.all(),
    async text(path) {
      const bytes = await file(path)?.all()
      return bytes && new TextDecoder().decode(bytes)
    },
    remove: (path) => tree.remove(path),
    disconnect() {
      state.refreshToken = undefined
      state.accessTokens.clear()
    },
    connect(token) {
      state.refreshToken = token
    },
    expireAccessTokens() {
      for (const token of state.accessTokens.values()) token.expiresAt = 0
    },
  }
}
