/** Calls of the settings page to its own host. No call throws: every answer is a result or a problem. */
import { filledText, isRecord, jsonOf, listOf, textOf } from '../json.ts'
import { type ApiProblem, problemOf, unreached } from '../problem.ts'
import { language } from '../texts.ts'
import {
  type Connection,
  connectionIn,
  connectionsIn,
  type Folder,
  foldersIn,
  type ListedThing,
  listedIn,
  type SettingsAnswer,
  settingsIn,
} from './answers.ts'

/** Problem of a call, with the faults of single fields. */
export interface StudioProblem extends ApiProblem {
  errors?: readonly FieldFault[]
  /** Kind of a refusal of a vendor, such as `wrong_account`. */
  reason?: string
}

/** Fault of a field, in words of the server. */
export interface FieldFault {
  /** Path of the field; empty for a fault of all fields together. */
  path: string
  detail: string
}

export type Result<T> = { value: T } | { problem: StudioProblem }

/** Beginning of a connection: the page of the vendor, or the connection that was tried and kept. */
export type Begun = { url: string } | { connection: Connection | null }

/** Secret that the server shows once. */
export interface Created {
  secret: string | null
}

/** Timeout of a call. The server tries pasted values at the vendor meanwhile. */
const timeoutMs = 45_000

export const studioApi = {
  async settings(): Promise<Result<SettingsAnswer>> {
    return settingsOf(await call('GET', '/api/settings'))
  },
  /** Changes settings by a JSON merge patch. Refused with 409 if another device was first. */
  async patch(patch: object, version: string): Promise<Result<SettingsAnswer>> {
    const answer = await call('PATCH', '/api/settings', patch, {
      'if-match': `"${version}"`,
      'content-type': 'application/merge-patch+json',
    })
    return settingsOf(answer)
  },
  async connections(): Promise<Result<Connection[]>> {
    return mapped(await call('GET', '/api/connections'), connectionsIn)
  },
  async connect(provider: string, values: object): Promise<Result<Begun>> {
    return mapped(await call('POST', connectionPath(provider), { ...values, language }), (body) => {
      const url = memberOf(body, 'url')
      if (typeof url === 'string' && isWebUrl(url)) return { url }
      return { connection: connectionIn(memberOf(body, 'connection')) }
    })
  },
  /** Returns a warning in words, if the vendor could not end the access. */
  async disconnect(provider: string): Promise<Result<{ warning: string | null }>> {
    return mapped(await call('DELETE', connectionPath(provider)), (body) => ({
      warning: filledText(memberOf(body, 'warning')) ?? null,
    }))
  },
  async folders(path: string): Promise<Result<Folder[]>> {
    return mapped(await call('GET', `/api/connections/folders?${new URLSearchParams({ path })}`), foldersIn)
  },
  async list(kind: 'keys' | 'webhooks'): Promise<Result<ListedThing[]>> {
    return mapped(await call('GET', `/api/settings/${kind}`), (body) => listedIn(body, kind))
  },
  async create(kind: 'keys' | 'webhooks', body: object): Promise<Result<Created>> {
    return mapped(await call('POST', `/api/settings/${kind}`, body), (answer) => ({
      secret: secretIn(answer),
    }))
  },
  remove: (kind: 'keys' | 'webhooks', id: string) =>
    call('DELETE', `/api/settings/${kind}/${encodeURIComponent(id)}`),
  /** Values of the gallery without a studio. */
  async read(path: string): Promise<unknown> {
    const answer = await call('GET', path)
    return 'value' in answer ? answer.value.body : null
  },
}

export type StudioApi = typeof studioApi

const connectionPath = (provider: string) => `/api/connections/${encodeURIComponent(provider)}`

interface Answer {
  body: unknown
  etag: string | null
}

async function call(
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<Result<Answer>> {
  try {
    const response = await fetch(path, {
      method,
      cache: 'no-store',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        accept: 'application/json',
        ...(body && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body && { body: JSON.stringify(body) }),
    })
    if (!response.ok) return { problem: await fullProblemOf(response) }
    return { value: { body: await jsonOf(response), etag: response.headers.get('etag') } }
  } catch {
    return { problem: unreached() }
  }
}

async function fullProblemOf(response: Response): Promise<StudioProblem> {
  const copy = response.clone()
  const problem = await problemOf(response)
  const body = await jsonOf(copy)
  const errors = listOf(memberOf(body, 'errors')).flatMap(faultIn)
  const reason = filledText(memberOf(body, 'reason'))
  return { ...problem, ...(errors.length > 0 && { errors }), ...(reason && { reason }) }
}

function faultIn(value: unknown): FieldFault[] {
  if (!isRecord(value) || typeof value.detail !== 'string') return []
  const pointer = textOf(value.pointer) ?? ''
  return [{ path: pointer.slice(1).replaceAll('/', '.'), detail: value.detail }]
}

function settingsOf(answer: Result<Answer>): Result<SettingsAnswer> {
  if ('problem' in answer) return answer
  const value = settingsIn(answer.value.body, answer.value.etag)
  return value ? { value } : { problem: { ...unreached(), code: 'unexpected_answer' } }
}

function mapped<T>(answer: Result<Answer>, map: (body: unknown) => T): Result<T> {
  return 'problem' in answer ? answer : { value: map(answer.value.body) }
}

function memberOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? Reflect.get(body, name) : undefined
}

/** Finds the secret beside the new key or webhook, or in it. */
function secretIn(answer: unknown): string | null {
  for (const holder of [answer, memberOf(answer, 'key'), memberOf(answer, 'webhook')])
    for (const name of ['secret', 'token', 'key']) {
      const secret = memberOf(holder, name)
      if (typeof secret === 'string') return secret
    }
  return null
}

/** Refuses addresses such as `javascript:`, although only the own server sends addresses. */
function isWebUrl(url: string): boolean {
  return URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)
}
