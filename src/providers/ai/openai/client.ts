/** The official SDK, closed off from the environment of the process, which is not this tenant's. */
import { OpenAI } from 'openai'
import { boundedAnswer } from '../../../base/bounded-body.ts'
import { parseJson } from '../../../base/json.ts'
import { toldError } from './told-errors.ts'

/** The part of `fetch` that is used. */
export type OpenAiFetch = (url: string, init: RequestInit) => Promise<Response>

export interface OpenAiApi {
  /** Ends with `/v1`. */
  baseUrl: string
  fetch: OpenAiFetch
}

/** The rest of what the SDK sends tells of this machine, or comes from `OPENAI_CUSTOM_HEADERS`. */
const headersSent = ['accept', 'content-type', 'user-agent']
/** A list of models has some hundred kilobytes, an answer less. Bytes. */
const maxAnswerBytes = 4 * 2 ** 20
/** Longer than any real error, and short enough to be kept. Characters. */
const longestError = 4000

/**
 * Makes a client for one key. Whatever the SDK would take from the environment is given here, retries are left to the caller,
 * nothing is logged, and no redirect is followed: a key must not travel on. An error in an answer of status 200 is thrown like any
 * other. `onAnswer` gets the body of each answer of status 200 before that.
 */
export function openClient(
  { baseUrl, fetch }: OpenAiApi,
  apiKey: string,
  onAnswer?: (body: unknown) => void,
): OpenAI {
  return new OpenAI({
    apiKey,
    baseURL: baseUrl,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    logLevel: 'off',
    fetch: async (url, init = {}) => {
      const { headers, ...rest } = init
      const answer = await fetch(url instanceof Request ? url.url : url.toString(), {
        ...rest,
        headers: ownHeaders(new Headers(headers), apiKey),
        redirect: 'manual',
      })
      const response = boundedAnswer(answer, maxAnswerBytes)
      return response.ok ? withToldStatus(response, onAnswer) : withStandardError(response)
    },
  })
}

function ownHeaders(all: Headers, apiKey: string): Headers {
  const kept = new Headers({ authorization: `Bearer ${apiKey}` })
  for (const name of headersSent) {
    const value = all.get(name)
    if (value !== null) kept.set(name, value)
  }
  return kept
}

/** Gives an error that came with status 200 the status that OpenAI would have answered. */
async function withToldStatus(
  response: Response,
  onAnswer: ((body: unknown) => void) | undefined,
): Promise<Response> {
  const text = await response.text()
  const body = parseJson(text)
  if (body === undefined) return new Response(text, response)
  onAnswer?.(body)
  const told = toldError(body)
  return asJson(told ? { error: told.error } : body, response, told?.status ?? response.status)
}

/** The SDK drops an error that is not below `error`, which is where only some servers put it. */
async function withStandardError(response: Response): Promise<Response> {
  const text = await response.text()
  if (hasStandardError(text)) return new Response(text, response)
  return asJson({ error: { message: text.slice(0, longestError) } }, response, response.status)
}

function hasStandardError(text: string): boolean {
  const body = parseJson(text)
  return typeof body === 'object' && body !== null && 'error' in body
}

function asJson(body: unknown, { headers: given }: Response, status: number): Response {
  const headers = new Headers(given)
  headers.set('content-type', 'application/json')
  return new Response(JSON.stringify(body), { status, headers })
}
