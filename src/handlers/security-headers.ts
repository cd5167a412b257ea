/** Headers that every response carries (design section 6). */
import type { Settings } from '../runtime/settings.ts'

const always: readonly (readonly [string, string])[] = [
  ['x-content-type-options', 'nosniff'],
  ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
]

/** What a route may narrow. */
const unlessSet: readonly (readonly [string, string])[] = [
  // Not `no-referrer`: with it browsers send `Origin: null` also with forms of our own pages (Fetch standard, "append a request Origin header").
  ['referrer-policy', 'same-origin'],
  ['cache-control', 'no-store'],
]

/** Two years, all labels below: the wildcard certificate covers them. */
const strictTransportSecurity = 'max-age=63072000; includeSubDomains'

/** Makes what adds the headers. Answers are private until a route says otherwise. */
export function createSecurityHeaders(settings: Settings): (headers: Headers) => void {
  const contentSecurityPolicy = policy(settings)
  return (headers) => {
    headers.set('content-security-policy', contentSecurityPolicy)
    for (const [name, value] of always) headers.set(name, value)
    for (const [name, value] of unlessSet) if (!headers.has(name)) headers.set(name, value)
    if (settings.forceHttps) headers.set('strict-transport-security', strictTransportSecurity)
  }
}

/** Nothing inline, nothing foreign; only the page's own files and API. */
function policy(settings: Settings): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    `form-action ${["'self'", ...signOutOrigins(settings)].join(' ')}`,
    "frame-ancestors 'none'",
  ].join('; ')
}

/** Chromium holds each redirect after a form against `form-action`: signing out passes the callback host and the provider. */
function signOutOrigins({ provider, callbackHost, forceHttps }: Settings): string[] {
  if (!provider) return []
  return [
    forceHttps ? `https://${callbackHost}` : `http://${callbackHost}:*`,
    new URL(provider.issuer).origin,
  ]
}
