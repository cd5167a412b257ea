/** Routing of requests to Dropbox: to its three hosts, or to an address that replaces all three. */
import { boundedAnswer } from '../../../base/bounded-body.ts'

/** Subset of `fetch`; {@link createDropboxFetch} creates such a function. */
export type DropboxFetch = (url: string, init?: RequestInit) => Promise<Response>

/** Upper bound on the answer with a listing. A page of a listing has 2,000 entries, each with a name and two spellings of its path. */
export const maxAnswerBytes = 32 * 2 ** 20

/** Upper bound on every other answer that the SDK reads whole, such as a photo's metadata or the account. */
const maxSmallAnswerBytes = 2 ** 20
const listing = /\/files\/list_folder(?:\/continue)?$/

export const tokenUrl = 'https://api.dropboxapi.com/oauth2/token'
const contentHost = 'https://content.dropboxapi.com/'
export const contentUrl = (route: string) => `${contentHost}2/${route}`

/**
 * Creates a fetch that sends requests for the api, content and notify hosts to `baseUrl`, if given, with the same paths. Follows no
 * redirect, so that tokens reach no other server and every answer is from Dropbox.
 */
export function createDropboxFetch(
  fetch: typeof globalThis.fetch,
  baseUrl: string | undefined,
): DropboxFetch {
  const base = baseUrl === undefined ? undefined : new URL(baseUrl)
  return async (url, init) => {
    const response = await fetch(base ? moved(url, base) : url, { ...init, redirect: 'manual' })
    // Bounds the answers that the SDK reads whole. Downloads have their own limits.
    if (url.startsWith(contentHost)) return response
    return boundedAnswer(response, listing.test(new URL(url).pathname) ? maxAnswerBytes : maxSmallAnswerBytes)
  }
}

/**
 * Encodes the value of the `Dropbox-API-Arg` header as JSON. Escapes every character from U+007F on, because headers are limited to
 * ASCII (Dropbox HTTP documentation, "Content-download endpoints").
 */
export function apiArg(argument: unknown): string {
  return JSON.stringify(argument).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function moved(url: string, base: URL): string {
  const { pathname, search } = new URL(url)
  return `${base.origin}${base.pathname.replace(/\/$/, '')}${pathname}${search}`
}
