/** How requests reach Dropbox: its three hosts, or one address that stands for all of them. */
import { boundedAnswer } from '../../../base/bounded-body.ts'

/** The part of `fetch` that is used; {@link createDropboxFetch} makes it. */
export type DropboxFetch = (url: string, init?: RequestInit) => Promise<Response>

/** A page of a listing has 2,000 entries, each with a name and a path that Dropbox writes twice. Bytes. */
export const maxAnswerBytes = 32 * 2 ** 20

export const tokenUrl = 'https://api.dropboxapi.com/oauth2/token'
const contentHost = 'https://content.dropboxapi.com/'
export const contentUrl = (route: string) => `${contentHost}2/${route}`

/**
 * Gives a fetch that sends what is meant for the api, content and notify hosts to `baseUrl`, paths unchanged, and that
 * follows no redirect: an answer from elsewhere is not Dropbox's, and a token must not travel there.
 */
export function createDropboxFetch(
  fetch: typeof globalThis.fetch,
  baseUrl: string | undefined,
): DropboxFetch {
  const base = baseUrl === undefined ? undefined : new URL(baseUrl)
  return async (url, init) => {
    const response = await fetch(base ? moved(url, base) : url, { ...init, redirect: 'manual' })
    // The SDK reads whole answers; files are read here, each with a limit of its own.
    return url.startsWith(contentHost) ? response : boundedAnswer(response, maxAnswerBytes)
  }
}

/**
 * The value of the `Dropbox-API-Arg` header: JSON in which every character from U+007F on is escaped, because a header
 * carries ASCII only (Dropbox HTTP documentation, "Content-download endpoints").
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
