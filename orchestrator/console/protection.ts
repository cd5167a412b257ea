/** Guards of all pages for people: response headers, the origin of changes, and bounded bodies. */
import type { Context, MiddlewareHandler } from 'hono'

/** Largest body: a configuration as text in a form. */
const maxBodyBytes = 1024 * 1024

const fixed: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  // Not `no-referrer`, which makes browsers send `Origin: null` with forms of our own pages.
  'referrer-policy': 'same-origin',
  'x-frame-options': 'DENY',
}

const policy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "frame-ancestors 'none'",
]

/** Methods of any page or call. */
const methods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE'])

export interface ProtectionOptions {
  /** Origin whose pages may send changes. */
  origin: string
  /** True if a form leads to other sites in the end, as an invitation leads to the sign-in. */
  formsLeave?: boolean
}

/** Sets the headers, and refuses changes from pages of other origins with 403, also those of sibling hosts. */
export function protect({ origin, formsLeave = false }: ProtectionOptions): MiddlewareHandler {
  const csp = [...policy, ...(formsLeave ? [] : ["form-action 'self'"])].join('; ')
  const isSecure = origin.startsWith('https:')
  return async (c, next) => {
    const refusal = refusalOf(c, origin)
    if (refusal) {
      c.res = c.text(...refusal)
      if (c.res.status === 405) c.res.headers.set('allow', [...methods].join(', '))
    } else await next()
    const { headers } = c.res
    for (const [name, value] of Object.entries(fixed)) headers.set(name, value)
    headers.set('content-security-policy', csp)
    if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
    if (isSecure) headers.set('strict-transport-security', 'max-age=63072000')
  }
}

function refusalOf(c: Context, origin: string): [text: string, status: 403 | 405 | 411 | 413] | undefined {
  const { method } = c.req
  if (method === 'GET' || method === 'HEAD') return undefined
  // The API itself names the methods of each call.
  if (!methods.has(method)) return c.req.path.startsWith('/api/') ? undefined : ['Method not allowed.', 405]
  if (!isFrom(c, origin))
    return ['Nothing was changed: this request did not come from a page of this site.', 403]
  const length = c.req.header('content-length')
  if (c.req.header('transfer-encoding') !== undefined || (length === undefined && method !== 'DELETE'))
    return ['Send the body with its Content-Length.', 411]
  return Number(length ?? 0) > maxBodyBytes ? ['The body is too large.', 413] : undefined
}

/** Checks the page that sent the request. `Sec-Fetch-Site` decides if present, since scripts cannot set it. */
function isFrom(c: Context, origin: string): boolean {
  const site = c.req.header('sec-fetch-site')
  if (site !== undefined) return site === 'same-origin'
  return c.req.header('origin') === origin
}
