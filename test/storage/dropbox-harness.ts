/** An emulated Dropbox for one test, and stores that speak to it over HTTP. */
import { onTestFinished } from 'vitest'
import { createDropboxEmulator, type DropboxEmulatorOptions } from '../../dev/emulators/dropbox.ts'
import type { CredentialSource } from '../../src/credentials.ts'
import {
  createDropboxStore,
  type DropboxCredentials,
  type DropboxStoreOptions,
} from '../../src/providers/storage/dropbox.ts'
import { Secret } from '../../src/secret.ts'
import { parsePhotoName } from '../../src/workflow/photo.ts'
import type { StoragePaths } from '../../src/workflow/ports/storage.ts'

/** Secrets that must turn up nowhere but in the bodies and headers where the protocol puts them. */
export const canaries = {
  refreshToken: 'canary-refresh-token',
  freshRefreshToken: 'canary-fresh-refresh-token',
  appSecret: 'canary-app-secret',
}

export const paths: StoragePaths = {
  root: '/Photos',
  archive: '/Photos/archive',
  keep: '/Photos/keep',
  remove: '/Photos/reject',
}

export const photo = parsePhotoName

/** Fast enough for tests, and patient enough for `Retry-After: 1`. */
export const quickRetry = {
  attempts: 4,
  baseMs: 1,
  capMs: 2000,
  attemptTimeoutMs: 5000,
  deadlineMs: 10_000,
}

/** Gives these refresh tokens one after another, the next one after each rejection; the last one for ever. */
export function credentialSource(...tokens: string[]) {
  const rejected: DropboxCredentials[] = []
  const all = tokens.map((token) => ({ refresh_token: new Secret(token) }))
  const source: CredentialSource<DropboxCredentials> = {
    async get() {
      const credentials = all[Math.min(rejected.length, all.length - 1)]
      if (!credentials) throw new Error('no credentials')
      return credentials
    },
    reject(credentials) {
      rejected.push(credentials)
    },
  }
  return { source, rejected }
}

/** An emulator with one account; whoever opens it closes it. */
export async function openDropbox(options: Partial<DropboxEmulatorOptions> = {}) {
  const app = { key: 'app-key', secret: canaries.appSecret }
  const emulator = createDropboxEmulator({ app, ...options })
  const server = await emulator.listen()
  return {
    emulator,
    url: server.url,
    close: server.close,
    account: emulator.addAccount('alice', canaries.refreshToken),
    /** A store of its own process: nothing is shared with another one but the account. */
    store: (overrides: Partial<DropboxStoreOptions> = {}) =>
      createDropboxStore({
        credentials: credentialSource(canaries.refreshToken).source,
        app: { key: app.key, secret: new Secret(app.secret) },
        paths,
        baseUrl: server.url,
        retry: quickRetry,
        ...overrides,
      }),
    /** How often a route was called. */
    count: (route: string) => emulator.calls.filter((call) => call.route === route).length,
  }
}

/** The same for one test, closed at its end. */
export async function startDropbox(options: Partial<DropboxEmulatorOptions> = {}) {
  const dropbox = await openDropbox(options)
  onTestFinished(dropbox.close)
  return dropbox
}

export function streamOf(...chunks: (Uint8Array | string)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks)
        controller.enqueue(typeof chunk === 'string' ? encoder.encode(chunk) : chunk)
      controller.close()
    },
  })
}

/** The error with which a promise rejects. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('the promise did not reject')
}
