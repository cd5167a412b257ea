/** State of the emulator: accounts, items, and the settings that tests change while it runs. */
import type { KeyObject } from 'node:crypto'
import type { Codes } from '../consent/codes.ts'
import { type DriveItem, type DriveItems, folderType, newId } from './items.ts'
import { quotaExceeded, Refusal } from './refusals.ts'

/** Behaviour that differs between accounts and days at Google. A test may change it at any time. */
export interface DriveSettings {
  /** Milliseconds since 1970. */
  now(): number
  /** Listings that do not show a change yet. Default: 0, lists are fresh. */
  listLag: number
  /** Upper bound on the items of a page. Default: 1000. */
  maxPageSize: number
  /** Empty pages before the first page of each listing. Default: 0. */
  emptyPages: number
  /** Says that a listing may lack items. Default: false. */
  isSearchIncomplete: boolean
  /** False while Drive has made no thumbnails yet. Default: true. */
  hasThumbnails: boolean
  /** Refuses a move whose target is the parent already, as some accounts report. Default: false. */
  refusesRepeatedMoves: boolean
  accessTokenSeconds: number
  /** Replaces the refresh token at each refresh. Default: false, as at Google. */
  rotatesRefreshTokens: boolean
  pageTokenMs: number
  uploadSessionMs: number
}

export interface AccountState {
  readonly name: string
  readonly email: string
  /** ID of My Drive. */
  readonly root: string
  readonly isServiceAccount: boolean
  /** Space for the account's own files. Default: unlimited. */
  quotaBytes: number | undefined
  /** Valid refresh tokens with their scopes. Empty for a service account, and after the person disconnected the app. */
  refreshTokens: Map<string, readonly string[]>
  /** Public keys of a service account by their IDs. */
  keys: Map<string, KeyObject>
  /** Addresses that a service account may act for, by delegation. */
  delegates: Set<string>
}

/** Granted access token. */
export interface Grant {
  account: AccountState
  /** OAuth client, which owns private properties and generated IDs. */
  client: string
  expiresAt: number
  scopes: readonly string[]
  /** Refresh token that the grant comes from. */
  refreshToken?: string | undefined
}

/** Access that a code stands for. */
export interface CodeGrant {
  account: AccountState
  scopes: readonly string[]
  /** True if the exchange yields a refresh token: for offline access, and only after the page of consent. */
  isLasting: boolean
}

export interface UploadSession {
  grant: Grant
  /** File to overwrite; `undefined` creates a file. */
  fileId: string | undefined
  metadata: Record<string, unknown>
  mediaType: string | undefined
  parameters: URLSearchParams
  expectedSize: number | undefined
  pieces: Uint8Array[]
  received: number
  expiresAt: number
  /** ID of the finished file. */
  done: string | undefined
}

export interface PendingPage {
  items: readonly DriveItem[]
  emptyPages: number
  expiresAt: number
}

export interface DriveState {
  readonly settings: DriveSettings
  readonly codes: Codes<CodeGrant>
  readonly items: DriveItems
  readonly accounts: AccountState[]
  readonly grants: Map<string, Grant>
  /** IDs from `generateIds` that no file uses yet, with their OAuth client. */
  readonly generatedIds: Map<string, string>
  readonly sessions: Map<string, UploadSession>
  readonly pages: Map<string, PendingPage>
}

/** Context of one request with a valid token. */
export interface Caller {
  state: DriveState
  grant: Grant
  url: URL
}

export function createAccount(
  state: DriveState,
  values: Pick<AccountState, 'name' | 'email' | 'isServiceAccount'> & Partial<AccountState>,
): AccountState {
  const now = state.settings.now()
  const root = state.items.put({
    ...blank,
    id: newId(),
    name: 'My Drive',
    mimeType: folderType,
    owner: values.email,
    createdTime: now,
    modifiedTime: now,
  })
  const account: AccountState = {
    root: root.id,
    quotaBytes: undefined,
    refreshTokens: new Map(),
    keys: new Map(),
    delegates: new Set(),
    ...values,
  }
  state.accounts.push(account)
  return account
}

/** Values of an item without content, parent and people. */
export const blank = {
  parent: undefined,
  driveId: undefined,
  owner: undefined,
  sharedWith: new Map(),
  content: undefined,
  headRevisionId: undefined,
  isTrashed: false,
  appProperties: {},
} satisfies Partial<DriveItem>

/** Adds up the account's own files, those in the bin too. */
export function usageOf(state: DriveState, email: string): number {
  let usage = 0
  for (const { owner, content } of state.items.all()) if (owner === email) usage += content?.size ?? 0
  return usage
}

/** Throws the 403 of a full account. `owner` is `undefined` on a shared drive, which has no limit of bytes. */
export function assertSpace(state: DriveState, owner: string | undefined, moreBytes: number): void {
  const account = state.accounts.find(({ email }) => email === owner)
  if (!account) return
  if (account.isServiceAccount) throw quotaExceeded(true)
  if (account.quotaBytes === undefined) return
  if (usageOf(state, account.email) + moreBytes > account.quotaBytes) throw quotaExceeded(false)
}

/** Sets a value and evicts the oldest entries, so that a map of a long-running emulator stays bounded. */
export function remember<T>(map: Map<string, T>, key: string, value: T, limit = 10_000): void {
  map.set(key, value)
  for (const oldest of map.keys()) {
    if (map.size <= limit) return
    map.delete(oldest)
  }
}

/** Refuses parameters that Google does not document for the route, so that a misspelt parameter is noticed. */
export function onlyParameters(url: URL, ...names: string[]): void {
  const known = new Set([...names, 'fields', 'alt', 'prettyPrint', 'quotaUser', 'key'])
  for (const name of url.searchParams.keys())
    if (!known.has(name)) throw new Refusal(400, 'invalidParameter', `Unknown parameter ${name}.`)
}

export const flag = (url: URL, name: string): boolean => url.searchParams.get(name) === 'true'
