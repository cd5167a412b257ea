/** What an admin can do, over the API of the page's own host. Nothing is thrown: every answer is a result or a problem. */
import { createParser } from 'eventsource-parser'
import type {
  Analysis,
  CaptionRulesAnswer,
  CuratedAnswer,
  Published,
} from '../../handlers/schemas/workflow.ts'
import { type ApiProblem, isRecord, problemFrom, problemOf, unreached } from '../api.ts'

export type { Analysis, CaptionRulesAnswer, Published }
export type PlatformRules = CaptionRulesAnswer['platforms'][number]
export type PlatformName = PlatformRules['platform']
export type PlatformOutcome = NonNullable<Published['results'][PlatformName]>

export type Result<T> = { value: T } | { problem: ApiProblem }

/** One step of long work, as the server names it. */
export interface Stage {
  stage: string
  platform?: string
}

export interface PublishRequest {
  platforms: readonly PlatformName[]
  captions: Partial<Record<PlatformName, string>>
  force?: boolean
}

export type CurationAction = 'keep' | 'remove' | 'restore' | 'delete'

export const adminApi = {
  captionRules: () => send<CaptionRulesAnswer>('GET', '/api/config/captions'),
  analyze: (name: string, isFresh: boolean, onStage: (stage: Stage) => void) =>
    stream<Analysis>(`${photoPath(name)}/analyze?force_refresh=${isFresh}`, {}, onStage),
  publish: (name: string, request: PublishRequest, onStage: (stage: Stage) => void) =>
    stream<Published>(`${photoPath(name)}/publish`, request, onStage),
  curate: (name: string, action: CurationAction, body: object = {}) =>
    send<CuratedAnswer>('POST', `${photoPath(name)}/${action}`, body),
}

function photoPath(name: string): string {
  return `/api/images/${encodeURIComponent(name)}`
}

/** Asks for JSON, with a JSON body where there is one. */
export async function send<T>(method: string, path: string, body?: object): Promise<Result<T>> {
  const response = await request(method, path, 'application/json', body)
  if (!(response instanceof Response)) return { problem: response }
  if (!response.ok) return { problem: await problemOf(response) }
  const value: unknown = await response.json().catch(() => null)
  return isRecord(value) ? { value: value as T } : { problem: lost }
}

/** Long work: stages come as they are reached, the result at the end. */
async function stream<T>(path: string, body: object, onStage: (stage: Stage) => void): Promise<Result<T>> {
  const response = await request('POST', path, 'text/event-stream', body)
  if (!(response instanceof Response)) return { problem: response }
  if (!response.ok || !response.body) return { problem: await problemOf(response) }
  let result: Result<T> | null = null
  const parser = createParser({
    onEvent({ event, data }) {
      const content: unknown = JSON.parse(data)
      if (!isRecord(content)) return
      // What the server says to its own page fits its own schemas.
      if (event === 'progress' && typeof content.stage === 'string') onStage(content as unknown as Stage)
      if (event === 'result') result = { value: content as T }
      if (event === 'error') result = { problem: problemFrom(content) }
    },
  })
  try {
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
    for (let read = await reader.read(); !read.done; read = await reader.read()) parser.feed(read.value)
  } catch {
    return { problem: lost }
  }
  return result ?? { problem: lost }
}

/** The line broke while the server was at work, which it brings to its end all the same. */
const lost: ApiProblem = {
  code: 'answer_lost',
  status: 0,
  detail: null,
  requestId: null,
  retryAfterSeconds: null,
}

async function request(
  method: string,
  path: string,
  accept: string,
  body?: object,
): Promise<Response | ApiProblem> {
  try {
    return await fetch(path, {
      method,
      cache: 'no-store',
      headers: { accept, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
    })
  } catch {
    return unreached()
  }
}
