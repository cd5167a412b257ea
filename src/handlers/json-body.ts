/** Request bodies of JSON, before a route's schema sees them: bounded, and with nothing for what says nothing. */
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { createMiddleware } from 'hono/factory'
import { isPublisherError, PublisherError } from '../errors.ts'
import { withoutNulls } from '../runtime/contract.ts'
import type { AppEnv } from './exchange.ts'

/** The longest captions for all platforms at once, each character written as an escape, stay below it. */
const maxBytes = 2 ** 20

/** Refuses what is larger with `request_too_large`, before it lies in memory. */
export const boundedBody: MiddlewareHandler<AppEnv> = bodyLimit({
  maxSize: maxBytes,
  onError: () => {
    throw new PublisherError(
      'request_too_large',
      'The request is larger than anything that can be said here.',
    )
  },
})

/**
 * For a body that may be left out: an empty one and `null` say the same, and `null` in a field leaves that field out. Clients
 * name the content type also where they have nothing to send.
 */
export const optionalBody = createMiddleware<AppEnv>(async (c, next) => {
  // Without a type there may be no body at all, and one of another type is refused by the route.
  if (/\bjson\b/i.test(c.req.header('content-type') ?? '')) {
    const text = tidied(await c.req.text().catch(throwBrokenOff))
    // Where Hono keeps a body that was read: a promise, whatever its type says.
    Object.assign(c.req.bodyCache, { text: Promise.resolve(text) })
  }
  await next()
})

function throwBrokenOff(cause: unknown): never {
  if (isPublisherError(cause)) throw cause
  throw new PublisherError('invalid_request', 'The request did not arrive whole.', { cause })
}

/** What is no JSON stays, for the route's schema to refuse. */
function tidied(text: string): string {
  if (text.trim() === '') return '{}'
  try {
    return JSON.stringify(withoutNulls(JSON.parse(text)) ?? {})
  } catch {
    return text
  }
}
