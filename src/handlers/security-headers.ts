/** Headers that every response carries (design section 6). */
import type { Settings } from '../runtime/settings.ts'

/** Nothing inline, nothing foreign; only the page's own files and API. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

const always: readonly (readonly [string, string])[] = [
  ['content-security-policy', contentSecurityPolicy],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
  ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
]

/** Two years, all labels below: the wildcard certificate covers them. */
const strictTransportSecurity = 'max-age=63072000; includeSubDomains'

/** Adds what is missing. Answers are private until a route says otherwise. */
export function setSecurityHeaders(headers: Headers, { forceHttps }: Settings): void {
  for (const [name, value] of always) headers.set(name, value)
  if (forceHttps) headers.set('strict-transport-security', strictTransportSecurity)
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store')
}
