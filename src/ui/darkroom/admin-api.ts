/** Admin calls to the API of the page's own host. No call throws: every answer is a result or a problem. */
import { createParser } from 'eventsource-parser'
import { parseJson } from '../../base/json.ts'
import type { Rating } from '../../contract/rating.ts'
import type { Analysis as AnsweredAnalysis } from '../../handlers/routes/analysis-schemas.ts'
import type { CaptionRulesAnswer, SavedEdit } from '../../handlers/routes/captions-schemas.ts'
import type { ChangedPosts } from '../../handlers/routes/changes-schemas.ts'
import type { CuratedAnswer } from '../../handlers/routes/curation-schemas.ts'
import type { Published } from '../../handlers/routes/publishing-schemas.ts'
import type { CaptionVariants } from '../../handlers/routes/variants-schemas.ts'
import type { Folder } from '../../ports/photo.ts'
import type { Photo } from '../gallery/gallery-api.ts'
import { isRecord } from '../json.ts'
import { type ApiProblem, pageProblem, problemFrom, problemOf, unreached } from '../problem.ts'

export type { ChangedPosts, Published }
export type VariantKind = CaptionVariants['kind']
export type Analysis = AnsweredAnalysis & { rating?: Rating }

/** Name of a channel. A gallery may have several channels of a platform. */
export type ChannelName = string

type AnsweredRules = CaptionRulesAnswer['platforms'][number]
/** Fields that an older process does not answer. */
type NewerField = 'type' | 'ratings' | 'changes'
/** A channel with its rules. */
export type PlatformRules = Omit<AnsweredRules, NewerField> & Partial<Pick<AnsweredRules, NewerField>>
/** Result of publishing to a channel. */
export type PlatformOutcome = Published['results'][string]

export type Result<T> = { value: T } | { problem: ApiProblem }

/** Step of a long operation, as the server names it. */
export interface Stage {
  stage: string
  platform?: string
}

export interface PublishRequest {
  /** SHA-256 digest of the intended photo. The server refuses another photo with the same name. */
  sha256?: string
  /** Version of the intended photo, while its digest is unknown. */
  version?: string | undefined
  platforms: readonly ChannelName[]
  captions: Readonly<Record<ChannelName, string>>
  /** The admin's own rating of the photo. */
  rating?: Rating
  force?: boolean
}

/** Returns the photo's digest as a field of a request; its version if the digest is unknown. */
export function ofContent({ sha256, version }: Photo): Pick<PublishRequest, 'sha256' | 'version'> {
  return sha256 === null ? { version } : { sha256 }
}

/** Texts that an admin wrote. Missing fields keep their saved values. */
export interface EditedCaptions {
  captions?: Readonly<Record<ChannelName, string>>
  alt_text?: string
  rating?: Rating
}

export type Curation = 'keep' | 'remove' | 'restore' | 'delete'

export const adminApi = {
  captionRules: () => send<CaptionRulesAnswer>('GET', '/api/config/captions'),
  /** `embedded`: the server looks for words inside the photo first. */
  photo: (name: string, query: { folder?: Folder; embedded?: 'read' } = {}) =>
    send<Photo>('GET', `${photoPath(name)}?${new URLSearchParams(query)}`),
  save: (name: string, edit: EditedCaptions) => send<SavedEdit>('PATCH', photoPath(name), edit),
  analyze: (name: string, isFresh: boolean, onStage: (stage: Stage) => void) =>
    stream<Analysis>(`${photoPath(name)}/analyze?force_refresh=${isFresh}`, {}, onStage),
  /** Suggests other captions. Saves nothing. */
  vary: (
    name: string,
    request: Pick<CaptionVariants, 'kind' | 'captions'>,
    onStage: (stage: Stage) => void,
  ) => stream<CaptionVariants>(`${photoPath(name)}/captions/variants`, request, onStage),
  publish: (name: string, request: PublishRequest, onStage: (stage: Stage) => void) =>
    stream<Published>(`${photoPath(name)}/publish`, request, onStage),
  /** Dry run: returns what publishing would send, and the status of earlier attempts. */
  preview: (name: string, request: PublishRequest) =>
    send<Published>('POST', `${photoPath(name)}/publish`, { ...request, dry_run: true }),
  curate: (name: string, action: Curation, body: object = {}) =>
    send<CuratedAnswer>('POST', `${photoPath(name)}/${action}`, body),
  retract: (name: string, platforms: readonly ChannelName[]) =>
    stream<ChangedPosts>(`${photoPath(name)}/retract`, { platforms }, () => {}),
  correct: (name: string, platform: ChannelName, caption: string) =>
    stream<ChangedPosts>(
      `${photoPath(name)}/correct`,
      { platforms: [platform], captions: { [platform]: caption } },
      () => {},
    ),
}

/** Timeout of a JSON call, longer than any storage needs to move a photo. */
const answerMs = 60_000
/** Silence after which a stream counts as lost: several of the server's keep-alive intervals (src/handlers/progress.ts). */
const silenceMs = 60_000

function photoPath(name: string): string {
  return `/api/images/${encodeURIComponent(name)}`
}

/** Sends a request for JSON, with an optional JSON body. */
export async function send<T>(method: string, path: string, body?: object): Promise<Result<T>> {
  const signal = AbortSignal.timeout(answerMs)
  const response = await request(method, path, 'application/json', signal, body)
  if (!(response instanceof Response)) return { problem: response }
  if (!response.ok) return { problem: await problemOf(response) }
  const value: unknown = await response.json().catch(() => null)
  return isRecord(value) ? { value: value as T } : { problem: lost }
}

/** Runs a long operation. Calls `onStage` for each stage and resolves with the result. */
async function stream<T>(path: string, body: object, onStage: (stage: Stage) => void): Promise<Result<T>> {
  const line = new AbortController()
  const hangUp = () => line.abort()
  let timer = setTimeout(hangUp, silenceMs)
  try {
    const response = await request('POST', path, 'text/event-stream', line.signal, body)
    if (!(response instanceof Response)) return { problem: response }
    if (!response.ok || !response.body) return { problem: await problemOf(response) }
    let result: Result<T> = { problem: lost }
    const parser = createParser({
      onEvent({ event, data }) {
        const content = parseJson(data)
        if (!isRecord(content)) return
        // The server validates its own events, so the cast is safe.
        if (event === 'progress' && typeof content.stage === 'string') onStage(content as unknown as Stage)
        if (event === 'result') result = { value: content as T }
        if (event === 'error') result = { problem: problemFrom(content) }
      },
    })
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      clearTimeout(timer)
      timer = setTimeout(hangUp, silenceMs)
      parser.feed(read.value)
    }
    return result
  } catch {
    return { problem: lost }
  } finally {
    clearTimeout(timer)
  }
}

/** Problem of a connection that failed while the server was working. The server still finishes its work. */
export const lost = pageProblem('answer_lost')

async function request(
  method: string,
  path: string,
  accept: string,
  signal: AbortSignal,
  body?: object,
): Promise<Response | ApiProblem> {
  try {
    return await fetch(path, {
      method,
      cache: 'no-store',
      signal,
      headers: { accept, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
  } catch {
    return unreached()
  }
}
