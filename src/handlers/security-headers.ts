/** Headers that every response carries (docs/security.md). */
import type { Settings } from '../runtime/settings/settings.ts'

type Header = readonly [name: string, value: string]

const fixed: readonly Header[] = [
  ['x-content-type-options', 'nosniff'],
  ['permissions-policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()'],
  ['cross-origin-opener-policy', 'same-origin'],
  ['cross-origin-resource-policy', 'same-origin'],
  // Responses are private unless a route says otherwise.
  ['cache-control', 'no-store'],
  // Not `no-referrer`, which makes browsers send `Origin: null` even with forms of our own pages (Fetch standard, "append a request
  // Origin header").
  ['referrer-policy', 'same-origin'],
]

/** Two years, for all subdomains: the wildcard certificate covers them. */
const strictTransportSecurity = 'max-age=63072000; includeSubDomains'

/** Returns the headers of all responses. A header that a route sets itself wins. */
export function securityHeaders(settings: Settings): readonly Header[] {
  return [
    ['content-security-policy', policy(settings)],
    ...fixed,
    ...(settings.forceHttps ? [['strict-transport-security', strictTransportSecurity] as const] : []),
  ]
}

/** Allows the page's own files and API: nothing inline, nothing from other origins. */
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

/** Origins of the redirects at sign-out: Chromium checks each redirect after a form against `form-action`. */
function signOutOrigins({ provider, callbackHost, forceHttps }: Settings): string[] {
  if (!provider) return []
  return [
    forceHttps ? `https://${callbackHost}` : `http://${callbackHost}:*`,
    new URL(provider.issuer).origin,
  ]
}
