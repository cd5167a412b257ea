/** The official SDK, isolated from environment variables: the process serves many tenants. */
import { OpenAI } from 'openai'
import { boundedAnswer } from '../../../base/bounded-body.ts'
import { parseJson } from '../../../base/json.ts'
import { toldError } from './told-errors.ts'

/** Subset of `fetch` that the client uses. */
export type OpenAiFetch = (url: string, init: RequestInit) => Promise<Response>

export interface OpenAiApi {
  /** Ends in `/v1`. */
  baseUrl: string
  fetch: OpenAiFetch
}

/** Request headers that are passed on. The SDK's other headers describe this machine or come from `OPENAI_CUSTOM_HEADERS`. */
const headersSent = ['accept', 'content-type', 'user-agent']
/** Upper bound on an answer. The largest, a list of models, has a few hundred kilobytes. */
const maxAnswerBytes = 4 * 2 ** 20
/** Upper bound on the kept characters of an error text. Real errors are shorter. */
const longestError = 4000

/**
 * Creates a client for one key. Overrides every setting that the SDK reads from the environment, and leaves retries to the caller.
 * Logs nothing, and follows no redirect, so that the key reaches no other server. An error in an answer with status 200 is thrown
 * like any other. `onAnswer` gets the body of each answer with status 200 before that check.
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

/** Replaces the status 200 of an error by the status that OpenAI would have sent. */
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

/** Moves the text of an error to the member `error`. Some servers put the text elsewhere, and the SDK would drop it. */
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
