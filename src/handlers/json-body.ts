/** Reads JSON request bodies before a route's schema sees them: bounds their size and time, and drops nulls. */
import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { isPublisherError, PublisherError } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'
import { withoutNulls } from '../contract/runtime-answer.ts'
import { arriving, type Pace } from './arriving-body.ts'
import type { AppEnv } from './exchange.ts'

/** Body limit, above the longest captions of all platforms with every character escaped. */
const maxBytes = 2 ** 20

/** Minimum rate. A slow mobile connection sends a caption of a few kilobytes in a second. */
const pace: Pace = { graceMs: 8000, bytesPerSecond: 16_000 }
/** Stays below the 30 s request timeout of Heroku's router, so that the client still gets our error. */
const totalMs = 24_000

/**
 * Reads a JSON body for the route to parse. Throws `request_too_large` beyond 1 MiB, `request_too_slow` for a client below the minimum
 * rate, and `invalid_request` for an incomplete body. Bodies of other types are not read; the route refuses them.
 */
export const boundedBody: MiddlewareHandler<AppEnv> = createMiddleware<AppEnv>(async (c, next) => {
  if (isJson(c)) keep(c, await readText(c))
  await next()
})

/**
 * Accepts an empty body and `null` as `{}`, and drops fields that are `null`. Some clients name the content type even when they send
 * nothing.
 */
export const optionalBody = createMiddleware<AppEnv>(async (c, next) => {
  // A request without a content type may have no body. The route refuses other types.
  if (isJson(c)) keep(c, tidied(await c.req.text()))
  await next()
})

function isJson({ req }: Context<AppEnv>): boolean {
  return /\bjson\b/i.test(req.header('content-type') ?? '')
}

/** Stores the text where Hono caches a body that was read. The cached value is a promise, though its type says otherwise. */
function keep({ req }: Context<AppEnv>, text: string): void {
  Object.assign(req.bodyCache, { text: Promise.resolve(text) })
}

async function readText({ req }: Context<AppEnv>): Promise<string> {
  if (Number(req.header('content-length') ?? 0) > maxBytes) throw tooLarge()
  const { body } = req.raw
  if (!body) return ''
  const message = 'The request arrived too slowly. Nothing was changed; try again with a better connection.'
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for await (const chunk of chunksOf(arriving(body, { pace: () => pace, totalMs, message }))) {
    bytes += chunk.byteLength
    if (bytes > maxBytes) throw tooLarge()
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

/** Reads the stream and never cancels it: on Node, cancelling closes the connection before the response is sent. */
async function* chunksOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read().catch(throwBrokenOff)
    if (done) return
    yield value
  }
}

function throwBrokenOff(cause: unknown): never {
  if (isPublisherError(cause)) throw cause
  throw new PublisherError('invalid_request', 'The request body is incomplete.', { cause })
}

function tooLarge(): PublisherError {
  return new PublisherError('request_too_large', 'The request body is larger than 1 MB.')
}

/** Drops nulls. Text that is not JSON stays, so that the route's schema refuses it. */
function tidied(text: string): string {
  if (text.trim() === '') return '{}'
  const parsed = parseJson(text)
  return parsed === undefined ? text : JSON.stringify(withoutNulls(parsed) ?? {})
}
