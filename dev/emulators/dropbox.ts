/**
 * Emulates the Dropbox HTTP API on this machine: accounts with files, tokens, the routes that the product uses with their errors,
 * and injected faults. All hosts of Dropbox share one address here (`DROPBOX_BASE_URL`).
 */
import { createCodes } from './consent/codes.ts'
import {
  type AccountOptions,
  type AccountState,
  createAccount,
  type DropboxAccount,
  handleOf,
} from './dropbox/account.ts'
import { authorizePage, type CodeGrant } from './dropbox/authorize.ts'
import { connectedApps } from './dropbox/connected-apps.ts'
import { contentRoutes } from './dropbox/content-routes.ts'
import { type DropboxCall, type FaultRule, spoiled } from './dropbox/faults.ts'
import { createLinks } from './dropbox/links.ts'
import { listingRoutes } from './dropbox/listing-routes.ts'
import { parseArgument, pathsIn, type Received, receive } from './dropbox/received.ts'
import { missingScope, Refusal, refusalResponse } from './dropbox/refusals.ts'
import { relocationRoutes } from './dropbox/relocation-routes.ts'
import { type EmulatorSettings, type Route, respond } from './dropbox/route.ts'
import { type EmulatorServer, listenOnLoopback } from './dropbox/server.ts'
import { authorised, grantToken, ownerOf, revokeToken } from './dropbox/tokens.ts'
import { uploadRoutes } from './dropbox/upload-routes.ts'
import { rootedAt, userRoutes } from './dropbox/user-routes.ts'

export interface DropboxEmulatorOptions extends Partial<EmulatorSettings> {
  /** The only app whose key and secret the token endpoint accepts. */
  app: { key: string; secret: string }
  /** Lifetime of an access token. Default: 14,400 seconds. */
  accessTokenSeconds?: number
  /** Scopes of the tokens. Default: the account's own data, and reading and writing files and their metadata. */
  scopes?: readonly string[]
  /** Addresses to which the page of the app may return a browser. Default: none. */
  redirectUris?: readonly string[]
  /** Lifetime of an authorization code. Default: 10 minutes. */
  codeSeconds?: number
  /** Replaces the refresh token at each refresh. Default: false, as at Dropbox. */
  rotatesRefreshTokens?: boolean
  /** Lifetime of a temporary link. Default: 4 hours. */
  linkMs?: number
}

export interface DropboxEmulator {
  /** Adds an account without files. Its refresh token identifies the account; without a token, the app is not connected yet. */
  addAccount(name: string, refreshToken?: string, options?: AccountOptions): DropboxAccount
  /** Answers one request to any of Dropbox's hosts. Rejects if a real connection would break. */
  fetch(request: Request): Promise<Response>
  /** Serves on 127.0.0.1 until closed. Port 0, the default, means any free port. */
  listen(port?: number): Promise<EmulatorServer>
  /** Calls so far, oldest first. A long-running emulator keeps the last ten thousand. */
  readonly calls: readonly DropboxCall[]
  /** Applies the rule to all further requests. Returns a function that removes the rule. */
  interfere(rule: FaultRule): () => void
  /** Ends the life of all authorization codes. */
  expireCodes(): void
}

const routes: Record<string, Route> = {
  ...listingRoutes,
  ...contentRoutes,
  ...uploadRoutes,
  ...relocationRoutes,
  ...userRoutes,
}
const allScopes = ['account_info.read', 'files.metadata.read', 'files.content.read', 'files.content.write']
const maxCallsKept = 10_000

export function createDropboxEmulator(options: DropboxEmulatorOptions): DropboxEmulator {
  const { app, accessTokenSeconds = 14_400, scopes = allScopes, linkMs = 4 * 60 * 60_000 } = options
  const { redirectUris = [], codeSeconds = 600, rotatesRefreshTokens = false } = options
  const settings = settingsOf(options)
  const codes = createCodes<CodeGrant>(codeSeconds * 1000, settings.now)
  const links = createLinks(linkMs, settings.now)
  const accounts: AccountState[] = []
  const calls: DropboxCall[] = []
  const rules = new Set<FaultRule>()

  async function fetch(request: Request): Promise<Response> {
    const received = await receive(request)
    const call: DropboxCall = {
      route: received.route,
      account: ownerOf(received.headers, accounts)?.name,
      paths: pathsIn(received.argument),
      url: request.url,
      at: Date.now(),
      status: undefined,
    }
    calls.push(call)
    if (calls.length > maxCallsKept) calls.shift()

    // Every rule sees every call, so that each can count.
    const [fault] = [...rules].map((rule) => rule(call)).filter((found) => found !== undefined)
    const response = await spoiled(fault, () => answer(received))
    call.status = response.status
    return response
  }

  async function answer(received: Received): Promise<Response> {
    try {
      if (received.route === 'oauth2/authorize')
        return authorizePage(received, accounts, { appKey: app.key, redirectUris, scopes, codes })
      if (received.route === 'account/connected_apps') return connectedApps(received, accounts)
      if (received.route === 'oauth2/token') {
        const { now } = settings
        return grantToken(received, accounts, { app, accessTokenSeconds, codes, rotatesRefreshTokens, now })
      }
      return received.route === 'link' ? links.follow(received.url) : await callRoute(received)
    } catch (error) {
      if (error instanceof Refusal) return refusalResponse(error)
      throw error
    }
  }

  async function callRoute(received: Received): Promise<Response> {
    if (received.route === 'auth/token/revoke' && received.method === 'POST') {
      revokeToken(authorised(received.headers, accounts, settings.now()).account, received.headers)
      return Response.json(null)
    }
    const route = routes[received.route]
    if (!route || received.method !== 'POST') throw new Refusal(404, 'There is no such route.')
    const { account: user, scopes: granted = scopes } = authorised(received.headers, accounts, settings.now())
    if (!scopes.includes(route.scope) || !granted.includes(route.scope)) throw missingScope(route.scope)
    const argument = parseArgument(received, route.style)
    const account = rootedAt(received.headers, user)
    const link = links.maker(received.url.origin)
    return respond(await route.run({ account, user, settings, link }, argument, received.body))
  }

  return {
    fetch,
    calls,
    expireCodes: codes.expire,
    addAccount(name, refreshToken, accountOptions) {
      const account = createAccount(name, refreshToken, settings.now, accountOptions)
      accounts.push(account)
      return handleOf(account, settings.now)
    },
    listen: (port = 0) => listenOnLoopback(fetch, port),
    interfere(rule) {
      rules.add(rule)
      return () => {
        rules.delete(rule)
      }
    },
  }
}

function settingsOf(options: Partial<EmulatorSettings>): EmulatorSettings {
  return {
    now: options.now ?? Date.now,
    pageSize: options.pageSize ?? 2000,
    emptyPages: options.emptyPages ?? 0,
    refuseParallelWrites: options.refuseParallelWrites ?? false,
    refuseParallelListings: options.refuseParallelListings ?? false,
    keepThumbnailMetadata: options.keepThumbnailMetadata ?? false,
  }
}
