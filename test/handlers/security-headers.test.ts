import { describe, expect, it } from 'vitest'
import { securityHeaders } from '../../src/handlers/security-headers.ts'
import { parseSettings } from '../../src/runtime/settings/settings.ts'

const minimal = {
  ORCHESTRATOR_BASE_URL: 'https://orchestrator.test',
  ORCHESTRATOR_SERVICE_TOKEN: 'token',
  ORCHESTRATOR_BASE_DOMAIN: 'shibari.test',
  WEB_SESSION_SECRET: 'x'.repeat(32),
}
const auth0 = {
  ...minimal,
  AUTH0_DOMAIN: 'tenant.eu.auth0.com',
  AUTH0_CLIENT_ID: 'id',
  AUTH0_CLIENT_SECRET: 'secret',
}

function headersWith(variables: Record<string, string>): Headers {
  return new Headers(securityHeaders(parseSettings(variables)).map(([name, value]) => [name, value]))
}

function directive(headers: Headers, name: string): string | undefined {
  const policy = headers.get('content-security-policy')?.split('; ') ?? []
  return policy.find((part) => part.startsWith(`${name} `))
}

describe('the content security policy', () => {
  it.each([
    ['sign-in is not configured', minimal, "form-action 'self'"],
    [
      'people sign in with Auth0',
      auth0,
      "form-action 'self' https://app.shibari.test https://tenant.eu.auth0.com",
    ],
    [
      'the process runs in development',
      { ...auth0, FORCE_HTTPS: 'false', OIDC_ISSUER_URL: 'http://127.0.0.1:9871/realm' },
      "form-action 'self' http://app.shibari.test:* http://127.0.0.1:9871",
    ],
  ])('limits form targets to those of sign-out when %s', (_title, variables, expected) => {
    expect(directive(headersWith(variables), 'form-action')).toBe(expected)
  })

  it('allows only scripts and resources of the page’s own origin', () => {
    const headers = headersWith(auth0)
    expect(directive(headers, 'default-src')).toBe("default-src 'none'")
    expect(directive(headers, 'script-src')).toBe("script-src 'self'")
    expect(directive(headers, 'frame-ancestors')).toBe("frame-ancestors 'none'")
    expect(headers.get('content-security-policy')).not.toMatch(/unsafe|\*/)
  })
})

describe('the other headers', () => {
  it('sets strict defaults for caching and referrers', () => {
    const usual = headersWith(auth0)
    expect([usual.get('referrer-policy'), usual.get('cache-control')]).toEqual(['same-origin', 'no-store'])
  })

  it('requires HTTPS on all hosts, but not in development', () => {
    expect(headersWith(auth0).get('strict-transport-security')).toMatch(/^max-age=\d{8}; includeSubDomains$/)
    expect(headersWith({ ...auth0, FORCE_HTTPS: 'false' }).get('strict-transport-security')).toBeNull()
  })
})
