/**
 * Emulates the Google Drive API v3 and Google's token endpoint on this machine. Has the routes that the product uses with their errors,
 * and injects faults. All hosts of Google share one address here (`GOOGLE_API_BASE_URL`).
 */
import { generateKeyPair, type KeyObject } from 'node:crypto'
import { promisify } from 'node:util'
import { createCodes } from './consent/codes.ts'
import { type EmulatorServer, listenOnLoopback } from './dropbox/server.ts'
import {
  type AccountState,
  blank,
  createAccount,
  type DriveSettings,
  type DriveState,
} from './gdrive/account.ts'
import { type DriveCall, type DriveFaultRule, spoiled } from './gdrive/faults.ts'
import { createItems, folderType, newId, type Role } from './gdrive/items.ts'
import { type DrivePeople, peopleOf } from './gdrive/people.ts'
import { Refusal, refusalResponse } from './gdrive/refusals.ts'
import { answerRoute, routeOf } from './gdrive/routes.ts'
import { driveScope, type GoogleApp, grantOf, tokenAudience } from './gdrive/tokens.ts'

export interface GoogleDriveEmulatorOptions extends Partial<DriveSettings> {
  /** The only OAuth client whose ID and secret the token endpoint accepts. */
  app: GoogleApp
  /** Addresses to which the page of the client may return a browser. Default: none. */
  redirectUris?: readonly string[]
}

/** A Google account with its drive. */
export interface DriveAccount extends DrivePeople {
  readonly name: string
  readonly email: string
  /** Disconnects the app, as a person does: all its tokens become invalid. */
  disconnect(): void
  connect(refreshToken: string): void
  /** Expires all access tokens issued so far. */
  expireAccessTokens(): void
  /** Limits the space of the account's own files. */
  setQuota(bytes: number | undefined): void
}

/** Key file of a service account, as Google's console downloads it. */
export interface ServiceAccountKey {
  type: 'service_account'
  project_id: string
  private_key_id: string
  private_key: string
  client_email: string
  client_id: string
  token_uri: string
}

export interface ServiceAccount extends DriveAccount {
  readonly key: ServiceAccountKey
  /** Lets the account act for a person, as an administrator of Google Workspace does. */
  delegate(email: string): void
}

export interface GoogleDriveEmulator {
  /** Adds a person's account with an empty drive. Without a refresh token, the app is not connected yet. */
  addAccount(name: string, refreshToken?: string): DriveAccount
  /** Adds a service account, which has no space for files of its own. */
  addServiceAccount(name: string): Promise<ServiceAccount>
  /** Adds a shared drive. `members` are addresses with their roles. */
  addSharedDrive(name: string, members: Readonly<Record<string, Role>>): DrivePeople
  /** Answers one request to any of Google's hosts. Rejects if a real connection would break. */
  fetch(request: Request): Promise<Response>
  /** Serves on 127.0.0.1 until closed. Port 0, the default, means any free port. */
  listen(port?: number): Promise<EmulatorServer>
  /** Calls so far, oldest first. A long-running emulator keeps the last hundred thousand. */
  readonly calls: readonly DriveCall[]
  /** Counts the calls by route. */
  counts(): Readonly<Record<string, number>>
  /** Applies the rule to all further requests. Returns a function that removes the rule. */
  interfere(rule: DriveFaultRule): () => void
  /** Behaviour that tests may change at any time. */
  readonly settings: DriveSettings
  /** Makes all changes visible in lists. */
  settle(): void
  /** Ends the life of all authorization codes. */
  expireCodes(): void
  /** Expires all page tokens. */
  expirePages(): void
  /** Expires all upload sessions. */
  expireUploads(): void
}

const maxCallsKept = 100_000
const codeMs = 10 * 60_000
const week = 7 * 24 * 60 * 60_000

export function createGoogleDriveEmulator({
  app,
  redirectUris = [],
  ...options
}: GoogleDriveEmulatorOptions): GoogleDriveEmulator {
  const state = createState(options)
  const calls: DriveCall[] = []
  const rules = new Set<DriveFaultRule>()

  async function fetch(request: Request): Promise<Response> {
    const url = new URL(request.url)
    const route = routeOf(request.method, url)
    const call: DriveCall = {
      route: route?.name ?? 'unknown',
      account: grantOf(request.headers, state)?.account.name,
      method: request.method,
      url: withoutSession(url),
      at: Date.now(),
      status: undefined,
    }
    calls.push(call)
    if (calls.length > maxCallsKept) calls.shift()

    // Every rule sees every call, so that each can count.
    const [fault] = [...rules].map((rule) => rule(call)).filter((found) => found !== undefined)
    // Reads the body first, because a fault may run the route twice.
    const body = request.method === 'GET' ? undefined : await request.arrayBuffer()
    const { method, headers } = request
    const response = await spoiled(fault, () =>
      answer(new Request(url, { method, headers, ...(body && { body }) }), url),
    )
    call.status = response.status
    return response
  }

  async function answer(request: Request, url: URL): Promise<Response> {
    try {
      return await answerRoute(request, url, state, { app, redirectUris })
    } catch (error) {
      if (error instanceof Refusal) return refusalResponse(error)
      throw error
    }
  }

  return {
    fetch,
    calls,
    settings: state.settings,
    counts: () => countsOf(calls),
    listen: (port = 0) => listenOnLoopback(fetch, port),
    settle: state.items.settle,
    expireCodes: state.codes.expire,
    expirePages: () => state.pages.clear(),
    expireUploads: () => state.sessions.clear(),
    interfere(rule) {
      rules.add(rule)
      return () => {
        rules.delete(rule)
      }
    },
    addAccount(name, refreshToken) {
      const email = `${name}@gmail.example`
      const refreshTokens = tokensOf(refreshToken)
      return handleOf(state, createAccount(state, { name, email, isServiceAccount: false, refreshTokens }))
    },
    addServiceAccount: (name) => addServiceAccount(state, name),
    addSharedDrive(name, members) {
      const id = newId()
      const now = state.settings.now()
      const sharedWith = new Map(Object.entries(members))
      const times = { createdTime: now, modifiedTime: now }
      state.items.put({ ...blank, ...times, id, name, mimeType: folderType, driveId: id, sharedWith })
      return peopleOf(state, id, undefined)
    },
  }
}

function createState(options: Partial<DriveSettings>): DriveState {
  const settings: DriveSettings = {
    now: Date.now,
    listLag: 0,
    maxPageSize: 1000,
    emptyPages: 0,
    isSearchIncomplete: false,
    hasThumbnails: true,
    refusesRepeatedMoves: false,
    accessTokenSeconds: 3599,
    rotatesRefreshTokens: false,
    pageTokenMs: 3 * 60 * 60_000,
    uploadSessionMs: week,
    ...options,
  }
  return {
    settings,
    codes: createCodes(codeMs, () => settings.now()),
    items: createItems(() => settings.listLag),
    accounts: [],
    grants: new Map(),
    generatedIds: new Map(),
    sessions: new Map(),
    pages: new Map(),
  }
}

const tokensOf = (refreshToken: string | undefined): Map<string, readonly string[]> =>
  new Map(refreshToken === undefined ? [] : [[refreshToken, [driveScope]]])

function countsOf(calls: readonly DriveCall[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { route } of calls) counts[route] = (counts[route] ?? 0) + 1
  return counts
}

/** Hides the address of an upload session, which is a secret. */
function withoutSession(url: URL): string {
  const copy = new URL(url)
  if (copy.searchParams.has('upload_id')) copy.searchParams.set('upload_id', 'hidden')
  return copy.href
}

function handleOf(state: DriveState, account: AccountState): DriveAccount {
  const { name, email, root } = account
  const tokens = () => [...state.grants].filter(([, grant]) => grant.account === account)
  return {
    ...peopleOf(state, root, email),
    name,
    email,
    disconnect() {
      account.refreshTokens.clear()
      for (const [token] of tokens()) state.grants.delete(token)
    },
    connect(refreshToken) {
      account.refreshTokens = tokensOf(refreshToken)
    },
    expireAccessTokens() {
      for (const [, grant] of tokens()) grant.expiresAt = 0
    },
    setQuota(bytes) {
      account.quotaBytes = bytes
    },
  }
}

const generateKeys = promisify(generateKeyPair)

async function addServiceAccount(state: DriveState, name: string): Promise<ServiceAccount> {
  const { publicKey, privateKey }: { publicKey: KeyObject; privateKey: KeyObject } = await generateKeys(
    'rsa',
    {
      modulusLength: 2048,
    },
  )
  const project = 'demo-project'
  const email = `${name}@${project}.iam.gserviceaccount.example`
  const keyId = newId()
  const account = createAccount(state, {
    name,
    email,
    isServiceAccount: true,
    keys: new Map([[keyId, publicKey]]),
  })
  return {
    ...handleOf(state, account),
    key: {
      type: 'service_account',
      project_id: project,
      private_key_id: keyId,
      private_key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
      client_email: email,
      client_id: '100000000000000000001',
      token_uri: tokenAudience,
    },
    delegate: (person) => account.delegates.add(person),
  }
}
