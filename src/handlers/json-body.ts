/** Request bodies of JSON, before a route's schema sees them: bounded in size and time, and with nothing for what says nothing. */
import type { Context, MiddlewareHandler } from 'hono'
import { createMiddleware } from 'hono/factory'
import { isPublisherError, PublisherError } from '../base/errors.ts'
import { parseJson } from '../base/json.ts'
import { withoutNulls } from '../contract/runtime-answer.ts'
import { arriving, type Pace } from './arriving-body.ts'
import type { AppEnv } from './exchange.ts'

/** The longest captions for all platforms at once, each character written as an escape, stay below it. */
const maxBytes = 2 ** 20

/** A caption is a few kilobytes, which a bad phone line sends in a second. */
const pace: Pace = { graceMs: 8000, bytesPerSecond: 16_000 }
/** Below the 30 s after which Heroku's router gives a request up, so that its client still gets our answer. */
const totalMs = 24_000

/**
 * Reads a JSON body, for the route to parse. Throws `request_too_large` beyond 1 MB, `request_too_slow` for a client that does not keep
 * the pace, and `invalid_request` for a body that breaks off. Bodies of other types are not read; the route refuses them.
 */
export const boundedBody: MiddlewareHandler<AppEnv> = createMiddleware<AppEnv>(async (c, next) => {
  if (isJson(c)) keep(c, await readText(c))
  await next()
})

/**
 * For a body that may be left out: an empty one and `null` say the same, and `null` in a field leaves that field out. Clients
 * name the content type also where they have nothing to send.
 */
export const optionalBody = createMiddleware<AppEnv>(async (c, next) => {
  // Without a type there may be no body at all, and one of another type is refused by the route.
  if (isJson(c)) keep(c, tidied(await c.req.text()))
  await next()
})

function isJson({ req }: Context<AppEnv>): boolean {
  return /\bjson\b/i.test(req.header('content-type') ?? '')
}

/** Puts the text where Hono keeps a body that was read. The value there is a promise, though its type says otherwise. */
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

/** Reads without cancelling the stream on the way out: on Node that would end the connection before the answer. */
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
  throw new PublisherError('invalid_request', 'The request did not arrive whole.', { cause })
}

function tooLarge(): PublisherError {
  return new PublisherError('request_too_large', 'The request is larger than anything that can be said here.')
}

/** What is no JSON stays, for the route's schema to refuse. */
function tidied(text: string): string {
  if (text.trim() === '') return '{}'
  const parsed = parseJson(text)
  return parsed === undefined ? text : JSON.stringify(withoutNulls(parsed) ?? {})
}
