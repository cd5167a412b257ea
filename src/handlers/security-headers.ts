/** Headers that every response carries (docs/security.md). */
import type { Settings } from '../runtime/settings/settings.ts'

type Header = readonly [name: string, value: string]

const fixed: readonly Header[] = [
  ['x-content-type-options', 'nosniff'],
  ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  // Answers are private until a route says otherwise.
  ['cache-control', 'no-store'],
  // Not `no-referrer`: with it browsers send `Origin: null` also with forms of our own pages (Fetch standard, "append a request Origin header").
  ['referrer-policy', 'same-origin'],
]

/** Two years, all labels below: the wildcard certificate covers them. */
const strictTransportSecurity = 'max-age=63072000; includeSubDomains'

/** The headers of all answers of a process. What a route sets itself goes over them. */
export function securityHeaders(settings: Settings): readonly Header[] {
  return [
    ['content-security-policy', policy(settings)],
    ...fixed,
    ...(settings.forceHttps ? [['strict-transport-security', strictTransportSecurity] as const] : []),
  ]
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
