/** One Dropbox account in the emulator, with a handle for tests and the demo to fill and inspect the account. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { bytesInMemory, bytesOnDisk, type StoredBytes } from './stored-bytes.ts'
import { createTree, type Tree } from './tree.ts'

/** Operations of tests and the demo on an account, from outside. */
export interface DropboxAccount {
  /** Name for the call log. */
  readonly name: string
  /** The team's space with files of its own; `undefined` for an account without a team. */
  readonly team: Pick<DropboxAccount, 'seed' | 'paths' | 'text'> | undefined
  /** Moves the user to another team with an empty space. The rest of the account stays. */
  changeTeam(): void
  /** Writes a file, and replaces an existing file. */
  seed(path: string, content: Uint8Array | string): Promise<void>
  /** Adds all files of a directory of this machine. They are read on demand; the directory never changes. */
  seedFromDirectory(directory: string, path: string): Promise<void>
  /** Returns the paths of all files, sorted. */
  paths(): string[]
  /** Returns the bytes of a file. */
  bytes(path: string): Promise<Uint8Array | undefined>
  text(path: string): Promise<string | undefined>
  remove(path: string): void
  /** Disconnects the app, as a user does: all its tokens become invalid. */
  disconnect(): void
  /** Connects the app again, as a user does. */
  connect(refreshToken: string): void
  /** Expires all access tokens issued so far. */
  expireAccessTokens(): void
}

/** State of an account inside the emulator. */
export interface AccountState {
  readonly name: string
  /** Id of the user's own folder. */
  readonly namespace: string
  readonly tree: Tree
  /** The team's space: a second tree with its own cursors and locks. Uses the tokens of the account. */
  team: AccountState | undefined
  /** Valid refresh tokens with their scopes. `undefined` stands for all scopes of the app. */
  refreshTokens: Map<string, readonly string[] | undefined>
  accessTokens: Map<string, AccessToken>
  isDisabled: boolean
  sessions: Map<string, Uint8Array[]>
  cursors: Map<string, ListingCursor>
  /** Writes in progress, for lock contention. */
  writing: number
  /** Listings in progress, by their arguments. */
  listing: Set<string>
}

export interface AccessToken {
  expiresAt: number
  /** Refresh token that the access token comes from. */
  refreshToken: string | undefined
  scopes: readonly string[] | undefined
}

/** Position of a listing. Continuing from the same cursor returns the same result again. */
export interface ListingCursor {
  folder: string
  /** Entries of the original folder that are still to be returned. */
  pending: unknown[]
  emptyPages: number
  /** Version of the tree. When `pending` is empty, the listing returns the changes after it. */
  version: number
}

let namespaces = 1_000_000

export interface AccountOptions {
  /** True for a member of a team with its own space. */
  hasTeamSpace?: boolean
  /** True for an account that Dropbox has disabled. */
  isDisabled?: boolean
}

export function createAccount(
  name: string,
  refreshToken: string | undefined,
  now: () => number,
  { hasTeamSpace = false, isDisabled = false }: AccountOptions = {},
): AccountState {
  namespaces += 1
  return {
    name,
    namespace: String(namespaces),
    tree: createTree(now),
    team: hasTeamSpace ? createAccount(name, undefined, now) : undefined,
    refreshTokens: new Map(refreshToken === undefined ? [] : [[refreshToken, undefined]]),
    accessTokens: new Map(),
    isDisabled,
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
      state.refreshTokens.clear()
      state.accessTokens.clear()
    },
    connect(token) {
      state.refreshTokens = new Map([[token, undefined]])
    },
    expireAccessTokens() {
      for (const token of state.accessTokens.values()) token.expiresAt = 0
    },
  }
}
