/** The port of a vendor: how an account is connected, checked, renewed and disconnected. One file in vendors/ implements it per provider. */
import type { z } from 'zod'
import type { Fetch } from '../../src/base/endpoint-guard.ts'
import type { Credentials } from '../../src/contract/credentials.ts'

/** Providers of the contract that people connect. `managed` is S3 by another name. */
export const connectionProviders = [
  'dropbox',
  'gdrive',
  's3',
  'telegram',
  'instagram',
  'bluesky',
  'mastodon',
  'smtp',
  'openai',
] as const satisfies readonly Credentials['provider'][]
export type ConnectionProvider = (typeof connectionProviders)[number]

/** Purpose of a connection in a gallery. */
export type ConnectionUse = 'storage' | 'channel' | 'mail' | 'ai'

/** Use of each provider's connections. */
export const connectionUses: Readonly<Record<ConnectionProvider, ConnectionUse>> = {
  dropbox: 'storage',
  gdrive: 'storage',
  s3: 'storage',
  telegram: 'channel',
  instagram: 'channel',
  bluesky: 'channel',
  mastodon: 'channel',
  smtp: 'mail',
  openai: 'ai',
}

/** Credentials in the form of the contract, with `provider` and without `version`. */
export type WrittenCredentials = Readonly<Record<string, unknown>>

/** Account that was connected and tried. */
export interface Connected {
  credentials: WrittenCredentials
  /** Name of the account for people, for example an e-mail address or `@handle`. */
  account: string
  /** ID of the account at the vendor, which tells a wrong account at the next connect. */
  accountId: string
  /** End of the life of the token, in milliseconds since 1970. `null`: it does not expire, or the fleet renews it by itself. */
  expiresAt: number | null
  /**
   * Settings that the configuration needs beside the reference. For a channel: the `config` of its entry, for example `channel_id`. Else:
   * members of the block `email_server`, `storage` or `ai`.
   */
  settings: Readonly<Record<string, unknown>>
  /** Settings that were found without the person's choice. They never replace a value of the configuration. */
  found?: Readonly<Record<string, unknown>> | undefined
  /** Missing steps in words for the photographer, for example that no channel was found yet. */
  hint?: string | undefined
}

/** Outcome of a check of a stored connection. */
export interface Checked {
  /** New credentials. Absent where the vendor gave none. */
  renewed?: Pick<Connected, 'credentials' | 'expiresAt'> | undefined
}

/** Reasons of a refusal, each with its own words on the page of the photographer. */
export const refusalReasons = [
  /** The person said no on the vendor's page. */
  'denied',
  /** The pasted values or the code are not valid (any more). */
  'invalid',
  /** The vendor does not know the token any more: `invalid_grant`, 401. Only this reason breaks a connection at once. */
  'revoked',
  /** Another account than the connected account. */
  'wrong_account',
  /** The person did not allow everything that is needed. */
  'missing_permission',
  /** The account is of a kind that cannot be used, for example a personal Instagram account. */
  'unsuitable',
  /** The address that the person gave is no server of this kind, or not on the public internet. */
  'bad_address',
  /** The vendor asks to come back later. */
  'rate_limited',
  /** The vendor does not answer, or answers with an error of its own. */
  'unavailable',
] as const
export type RefusalReason = (typeof refusalReasons)[number]

/** Refusal of a vendor. The message is for people: the vendor's own words, bounded, without addresses and without any secret. */
export class VendorRefused extends Error {
  override readonly name = 'VendorRefused'
  readonly reason: RefusalReason
  /** The vendor's own code, for example `invalid_grant`. Empty if it gave none. */
  readonly code: string

  constructor(reason: RefusalReason, words: string, code = '') {
    super(words)
    this.reason = reason
    this.code = code
  }
}

/** Beginning of an OAuth flow. */
export interface BeginInput {
  /** ID of the attempt, which is the `state` of the flow. */
  state: string
  /** Own address to which the vendor returns the browser. */
  redirectUri: string
  /** Values that the person gave, for example the address of an instance. Parsed by `begins`. */
  values: unknown
  /** Two letters of the person's language. */
  language: 'en' | 'de'
  /** True to let the person choose another account at the vendor. */
  again: boolean
}

export interface Begun {
  /** The vendor's page. */
  url: string
  /** JSON that `finish` gets back: PKCE verifier, keys, issuer. Stored sealed. */
  kept: Readonly<Record<string, unknown>>
}

export interface OAuthFlow {
  /** Schema of the values that begin the flow. Most vendors take none. */
  begins: z.ZodType
  /** Throws {@link VendorRefused}. */
  begin(input: BeginInput): Promise<Begun>
  /** Exchanges the code of the callback, and tries the result. `answer` is the query of the callback. Throws {@link VendorRefused}. */
  finish(answer: URLSearchParams, kept: Begun['kept'], redirectUri: string): Promise<Connected>
}

export interface PastedFlow {
  /** Schema of the pasted values. Its descriptions are those of the API. */
  values: z.ZodType
  /** Names of values that the stored credentials fill in where they are absent. Never a value that could be sent to an address of the tenant. */
  completes?: readonly string[]
  /** Tries the values at the vendor before they are kept. Throws {@link VendorRefused}. */
  accept(values: unknown): Promise<Connected>
}

export interface Folder {
  name: string
  /** Path for `storage.paths.root`. */
  path: string
}

export interface Vendor {
  provider: ConnectionProvider
  use: ConnectionUse
  /** Interval of checks, in milliseconds. A token that expires is also checked 15 minutes before. */
  checkEveryMs: number
  oauth?: OAuthFlow
  pasted?: PastedFlow
  /**
   * Tries stored credentials, and renews those that need it. `expiresAt` is the stored end of the token's life. Throws {@link VendorRefused}:
   * `revoked` if a person must connect anew, any other reason for a passing failure.
   */
  check(credentials: WrittenCredentials, expiresAt: number | null): Promise<Checked>
  /** Ends the credentials at the vendor. Absent where the vendor offers no such call. */
  revoke?(credentials: WrittenCredentials): Promise<void>
  /** Lists the folders directly below a path, sorted by name, at most 1,000. Storages only. The path `''` is the top. */
  folders?(credentials: WrittenCredentials, path: string): Promise<Folder[]>
}

/** App that was registered at one server of many, such as a Mastodon instance. */
export interface VendorApp {
  clientId: string
  clientSecret: string
}

/** Place of an app. */
export interface VendorAppKey {
  /** Origin of the server. */
  server: string
  redirectUri: string
  /** Scopes of the app, separated by spaces. */
  scopes: string
}

/** Store of the apps that were registered at servers of many. */
export interface VendorApps {
  /** Returns the app. An app that cannot be opened any more counts as absent. */
  find(key: VendorAppKey): Promise<VendorApp | undefined>
  /** Stores the app instead of an earlier app of this place. */
  keep(key: VendorAppKey, app: VendorApp): Promise<void>
  /** Removes an app that its server does not know any more. */
  forget(key: VendorAppKey): Promise<void>
}

/** Tools of every vendor's file. */
export interface VendorTools {
  /** For the vendor's own address, which an operator configured. */
  fetch: Fetch
  /** For addresses that a tenant gave. Reaches public servers only, and follows no redirect. */
  guardedFetch: Fetch
  /** Allows private servers and HTTP in development. */
  allowPrivate: boolean
  /** Registered apps. Without a store, vendors with many servers are not offered. */
  apps?: VendorApps
  now(): number
}
