/** The API as the web app uses it. Every answer is a photo or a problem; nothing is thrown. */

import { retryAfterMs } from '../base/retry.ts'
import type { AdminStatus } from '../handlers/routes/config-schemas.ts'
import type { Photo as AnsweredPhoto } from '../handlers/routes/images-schemas.ts'
import type { Folder } from '../ports/photo.ts'

/** The content of `metadata` depends on the person who asks, so each value is checked where it is shown. */
export type Photo = Omit<AnsweredPhoto, 'metadata'> & { metadata: Readonly<Record<string, unknown>> | null }

/** Of the server's own sentences, whichever the page speaks: who reads it out has to know (WCAG 2.2, 3.1.2). */
export const serverLanguage = 'en'

export interface ApiProblem {
  /** The server's code (src/base/error-codes.ts), or `offline`, `unreachable`, `unexpected_answer` where there is none. */
  code: string
  /** 0 where there was no answer. */
  status: number
  /** What the server says to people. */
  detail: string | null
  requestId: string | null
  /** The server's `Retry-After`. */
  retryAfterSeconds: number | null
}

/** `count`: how many photos there are on the walk. */
export type Answer = { photo: Photo; count?: number } | { problem: ApiProblem }

/** Who looks at this gallery. */
export interface Account {
  /** `null`: nobody is signed in. */
  email: string | null
  isAdmin: boolean
  canSignIn: boolean
  /** What is on for this gallery. */
  features: Features
  /** For admins: AI models that will be retired. */
  notices: AiNotice[]
}

export type AiNotice = NonNullable<AdminStatus['notices']>[number]

export interface Features {
  analyze: boolean
  publish: boolean
  keep: boolean
  remove: boolean
  delete: boolean
  /** Lists, moves and uploads of files. */
  library: boolean
  /** What one photo may weigh. */
  maxUploadMegabytes: number
  /** Nothing leaves while the gallery is in review. */
  review: boolean
  altText: boolean
}

export interface Names {
  names: string[]
  /** The root folder, where it does not exist: for admins. */
  missingFolder: string | null
}

export interface GalleryApi {
  /** The next photo of this visitor's walk. */
  random(): Promise<Answer>
  photo(item: { name: string; folder: Folder }): Promise<Answer>
  /** The names of all photos that visitors see. */
  names(isByDate: boolean): Promise<Names | { problem: ApiProblem }>
  /** Why a picture did not load, for the browser does not say. `null` when it loads now. */
  pictureProblem(photo: Photo): Promise<ApiProblem | null>
  /** `null` where nobody can tell now. */
  account(): Promise<Account | null>
}

const timeoutMs = 20_000

/** The API of the page's own host. */
export function createApi(): GalleryApi {
  let isFirst = true
  /** The first photo is on its way already (src/handlers/routes/fetch-ahead.ts), which browsers give to an ordinary request only. */
  function askForNext(path: string): Promise<Answer> {
    const cache = isFirst ? 'default' : 'no-store'
    isFirst = false
    return askForPhoto(path, cache)
  }
  return {
    random: () => askForNext('/api/images/random'),
    photo: ({ name, folder }) => askForNext(`/api/images/${encodeURIComponent(name)}${elsewhere(folder)}`),
    async names(isByDate) {
      const answer = await askForJson(`/api/images/list${isByDate ? '?sort=last_modified&order=desc' : ''}`)
      if ('problem' in answer) return answer
      const body = isRecord(answer.body) ? answer.body : {}
      return isTextList(body.filenames)
        ? { names: body.filenames, missingFolder: textOf(body.missing_folder) }
        : { problem: unreadable }
    },
    pictureProblem: ({ thumbnail_url }) => pictureProblemAt(thumbnail_url),
    async account() {
      const [status, features] = await Promise.all([
        askForRecord('/api/admin/status'),
        askForRecord('/api/config/features'),
      ])
      if (!status || !features) return null
      return {
        email: typeof status.email === 'string' ? status.email : null,
        isAdmin: status.admin === true,
        canSignIn: features.auth_mode !== 'none',
        notices: Array.isArray(status.notices) ? status.notices : [],
        features: {
          analyze: features.analyze_caption_enabled === true,
          publish: features.publish_enabled === true && features.mode !== 'review',
          keep: features.keep_enabled === true,
          remove: features.remove_enabled === true,
          delete: features.delete_enabled === true,
          library: features.library_enabled === true,
          maxUploadMegabytes: typeof features.max_upload_mb === 'number' ? features.max_upload_mb : 50,
          review: features.mode === 'review',
          altText: features.alt_text_enabled === true,
        },
      }
    },
  }
}

/** Why the picture at this address did not load. `null` when it loads now. */
export async function pictureProblemAt(url: string): Promise<ApiProblem | null> {
  const response = await ask(url, 'image/*')
  if (!(response instanceof Response)) return response
  if (!response.ok) return problemOf(response)
  await response.body?.cancel()
  return null
}

function elsewhere(folder: Folder): string {
  return folder === 'root' ? '' : `?folder=${folder}`
}

/** What was read but is not what it should be. */
export const unreadable: ApiProblem = {
  code: 'unexpected_answer',
  status: 200,
  detail: null,
  requestId: null,
  retryAfterSeconds: null,
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((member) => typeof member === 'string')
}

/** Gets a JSON document, whatever it holds. */
export async function askForJson(path: string): Promise<{ body: unknown } | { problem: ApiProblem }> {
  const response = await ask(path, 'application/json')
  if (!(response instanceof Response)) return { problem: response }
  return response.ok ? { body: await jsonOf(response) } : { problem: await problemOf(response) }
}

async function askForRecord(path: string): Promise<Record<string, unknown> | null> {
  const response = await ask(path, 'application/json')
  if (!(response instanceof Response) || !response.ok) return null
  const body = await jsonOf(response)
  return isRecord(body) ? body : null
}

async function askForPhoto(path: string, cache: RequestCache): Promise<Answer> {
  const response = await ask(path, 'application/json', cache)
  if (!(response instanceof Response)) return { problem: response }
  if (!response.ok) return { problem: await problemOf(response) }
  const body = await jsonOf(response)
  const count = Number(response.headers.get('x-total-count')) || undefined
  if (isPhoto(body)) return { photo: body, ...(count && { count }) }
  return { problem: { ...without(response), code: 'unexpected_answer' } }
}

/** `no-store`: asking for the same thing again after a failure must reach the server. */
async function ask(
  path: string,
  accept: string,
  cache: RequestCache = 'no-store',
): Promise<Response | ApiProblem> {
  try {
    return await fetch(path, {
      headers: { accept },
      cache,
      signal: AbortSignal.timeout(timeoutMs),
    })
  } catch {
    return unreached()
  }
}

/** No answer came. */
export function unreached(): ApiProblem {
  const code = navigator.onLine ? 'unreachable' : 'offline'
  return { code, status: 0, detail: null, requestId: null, retryAfterSeconds: null }
}

/** Reads a problem document (RFC 9457). A proxy's error page in its place leaves what the status and headers say. */
export async function problemOf(response: Response): Promise<ApiProblem> {
  const bare = without(response)
  const body = await jsonOf(response)
  return isRecord(body) ? { ...bare, ...saidBy(body, bare) } : bare
}

/** A problem that came inside of a stream. */
export function problemFrom(body: Record<string, unknown>): ApiProblem {
  const status = typeof body.status === 'number' ? body.status : 0
  const bare = { code: 'unexpected_answer', status, detail: null, requestId: null, retryAfterSeconds: null }
  return { ...bare, ...saidBy(body, bare) }
}

function saidBy(body: Record<string, unknown>, otherwise: ApiProblem) {
  return {
    code: typeof body.code === 'string' ? body.code : otherwise.code,
    detail: typeof body.detail === 'string' ? body.detail : null,
    requestId: typeof body.request_id === 'string' ? body.request_id : otherwise.requestId,
  }
}

function without({ status, headers }: Response): ApiProblem {
  const wait = retryAfterMs(headers, Date.now())
  return {
    code: 'unexpected_answer',
    status,
    detail: null,
    requestId: headers.get('x-request-id'),
    retryAfterSeconds: wait === undefined ? null : Math.ceil(wait / 1000),
  }
}

/** `null` for what is no JSON or broke off. */
async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json()
  } catch {
    return null
  }
}

/** Looks at what the page cannot do without. The server validates its own answers; the bundle carries no schema library. */
function isPhoto(value: unknown): value is Photo {
  return (
    isRecord(value) &&
    ['filename', 'temp_url', 'thumbnail_url'].every((field) => typeof value[field] === 'string') &&
    ['caption', 'sd_caption', 'sha256'].every(
      (field) => value[field] === null || typeof value[field] === 'string',
    ) &&
    (value.metadata === null || isRecord(value.metadata))
  )
}

export const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
