import { describe, expect, it } from 'vitest'
import { SettingsError } from '../../../src/base/variables.ts'
import { providerVariables } from '../../../src/providers/registry.ts'
import { parseSettings } from '../../../src/runtime/settings/settings.ts'

const minimal = {
  ORCHESTRATOR_BASE_URL: 'https://orchestrator.test/',
  ORCHESTRATOR_SERVICE_TOKEN: 'first-token, second-token',
  WEB_SESSION_SECRET: 'x'.repeat(32),
}

function messageOf(variables: Record<string, string>): string {
  try {
    parseSettings(variables, providerVariables)
  } catch (error) {
    if (error instanceof SettingsError) return error.message
  }
  throw new Error('The settings were accepted.')
}

describe('parseSettings', () => {
  it('fills in the documented defaults', () => {
    expect(parseSettings(minimal)).toMatchObject({
      port: 8080,
      configSource: { kind: 'orchestrator', baseUrl: 'https://orchestrator.test', timeoutMs: 3000 },
      baseDomain: 'shibari.photo',
      callbackHost: 'app.shibari.photo',
      provider: null,
      adminEmails: [],
      sessionTtlSeconds: 604_800,
      cookieScope: 'domain',
      forceHttps: true,
      secureCookies: true,
      allowPrivateEndpoints: false,
      logLevel: 'info',
    })
  })

  it('accepts several service tokens and several session secrets', () => {
    const settings = parseSettings({ ...minimal, WEB_SESSION_SECRET: `${'a'.repeat(32)},${'b'.repeat(40)}` })
    expect(settings.sessionSecrets.map((secret) => secret.reveal())).toEqual(['a'.repeat(32), 'b'.repeat(40)])
    expect(settings.configSource).toMatchObject({ tokens: [{}, {}] })
  })

  it('uses a file when no orchestrator is named, or with CONFIG_SOURCE=file', () => {
    const { ORCHESTRATOR_BASE_URL: _, ...withoutUrl } = minimal
    expect(parseSettings({ ...withoutUrl, CONFIG_FILE: '/app/config.json' }).configSource.kind).toBe('file')
    const forced = { ...minimal, CONFIG_SOURCE: 'file', CONFIG_FILE: '/app/config.json' }
    expect(parseSettings(forced).configSource).toEqual({ kind: 'file', path: '/app/config.json' })
  })

  it('lists every malformed variable in one message', () => {
    const message = messageOf({
      PORT: 'eighty',
      ORCHESTRATOR_BASE_URL: 'nonsense',
      ORCHESTRATOR_BASE_DOMAIN: 'not a domain',
      FORCE_HTTPS: 'perhaps',
      LOG_LEVEL: 'loud',
    })
    for (const name of [
      'PORT',
      'ORCHESTRATOR_BASE_URL',
      'ORCHESTRATOR_BASE_DOMAIN',
      'FORCE_HTTPS',
      'LOG_LEVEL',
      'WEB_SESSION_SECRET',
    ]) {
      expect(message).toContain(name)
    }
  })

  it.each([
    ['over HTTPS', { ORCHESTRATOR_BASE_DOMAIN: 'localhost' }],
    ['for names beyond this machine', { FORCE_HTTPS: 'false' }],
    [
      'below a name that only ends like localhost',
      { FORCE_HTTPS: 'false', ORCHESTRATOR_BASE_DOMAIN: 'notlocalhost' },
    ],
  ])('refuses DEVELOPMENT_HOSTS when the process runs %s', (_, variables) => {
    expect(messageOf({ ...minimal, ...variables, DEVELOPMENT_HOSTS: 'alice.localhost' })).toContain(
      'DEVELOPMENT_HOSTS needs FORCE_HTTPS=false',
    )
  })

  it('lists missing variables together with malformed variables', () => {
    const message = messageOf({ PORT: 'eighty', DROPBOX_APP_KEY: 'key', AUTH0_CLIENT_ID: 'id' })
    for (const name of [
      'PORT',
      'WEB_SESSION_SECRET',
      'ORCHESTRATOR_BASE_URL or CONFIG_FILE',
      'DROPBOX_APP_SECRET',
      'AUTH0_CLIENT_SECRET',
    ]) {
      expect(message).toContain(name)
    }
    const once = messageOf({ ORCHESTRATOR_BASE_URL: 'nonsense', ORCHESTRATOR_SERVICE_TOKEN: ',' })
    expect(once.match(/ORCHESTRATOR_BASE_URL/g)).toHaveLength(1)
    expect(once.match(/ORCHESTRATOR_SERVICE_TOKEN/g)).toHaveLength(1)
  })

  it.each([
    ['INSTAGRAM_API_BASE_URL', 'nonsense'],
    ['BLUESKY_SERVICE_URL', 'nonsense'],
    ['GOOGLE_API_BASE_URL', 'nonsense'],
    ['GOOGLE_CLIENT_ID', 'without a secret'],
    ['GOOGLE_CLIENT_SECRET', 'without an identifier'],
  ])('checks %s of a vendor that has no provider yet', (name, value) => {
    expect(messageOf({ ...minimal, [name]: value })).toContain(name)
  })

  it.each([
    ['an empty environment', {}, ['WEB_SESSION_SECRET', 'ORCHESTRATOR_BASE_URL', 'CONFIG_FILE']],
    [
      'an environment with only a session secret',
      { WEB_SESSION_SECRET: minimal.WEB_SESSION_SECRET },
      ['ORCHESTRATOR_BASE_URL', 'CONFIG_FILE'],
    ],
    [
      'an orchestrator without a token',
      { ...minimal, ORCHESTRATOR_SERVICE_TOKEN: '' },
      ['ORCHESTRATOR_SERVICE_TOKEN'],
    ],
    [
      'an incomplete Auth0 client',
      { ...minimal, AUTH0_CLIENT_ID: 'id' },
      ['AUTH0_DOMAIN', 'AUTH0_CLIENT_SECRET'],
    ],
    ['an incomplete Dropbox app', { ...minimal, DROPBOX_APP_KEY: 'key' }, ['DROPBOX_APP_SECRET']],
    [
      'a short second session secret',
      { ...minimal, WEB_SESSION_SECRET: `${'a'.repeat(32)},short` },
      ['WEB_SESSION_SECRET'],
    ],
  ])('refuses %s', (_title, variables, names) => {
    for (const name of names) expect(messageOf(variables)).toContain(name)
  })

  describe('settings of the sign-in', () => {
    const auth0 = {
      ...minimal,
      AUTH0_DOMAIN: 'tenant.eu.auth0.com',
      AUTH0_CLIENT_ID: 'id',
      AUTH0_CLIENT_SECRET: 'secret',
    }
    const { AUTH0_DOMAIN: _, ...withoutDomain } = auth0

    it('keeps the issuer exactly, with a slash at the end for Auth0', () => {
      expect(parseSettings(auth0).provider).toMatchObject({
        issuer: 'https://tenant.eu.auth0.com/',
        isAuth0: true,
      })
      for (const issuer of [
        'https://id.example',
        'https://id.example/',
        'https://id.example/realms/x',
        'http://127.0.0.1:9871',
        'http://localhost:9871/',
      ]) {
        const settings = parseSettings({ ...withoutDomain, OIDC_ISSUER_URL: issuer })
        expect(settings.provider).toMatchObject({ issuer, clientId: 'id', isAuth0: false })
      }
      expect(parseSettings({ ...auth0, OIDC_ISSUER_URL: 'https://id.example' }).provider?.issuer).toBe(
        'https://id.example',
      )
    })

    it.each([
      ['http elsewhere', { OIDC_ISSUER_URL: 'http://id.example' }],
      [
        'http on a host that only begins like this machine',
        { OIDC_ISSUER_URL: 'http://127.0.0.1.evil.example' },
      ],
      ['a query', { OIDC_ISSUER_URL: 'https://id.example/?x' }],
      ['a password', { OIDC_ISSUER_URL: 'https://user:canary@id.example/' }],
      ['another protocol', { OIDC_ISSUER_URL: 'ftp://id.example/' }],
      ['a domain with a path', { AUTH0_DOMAIN: 'tenant.auth0.com/' }],
      ['a domain with a scheme', { AUTH0_DOMAIN: 'https://tenant.auth0.com' }],
    ])('refuses an issuer with %s', (_title, change) => {
      const message = messageOf({ ...withoutDomain, ...change })
      expect(message).toContain(Object.keys(change)[0])
      expect(message).not.toContain('canary')
    })

    it('normalises the addresses of the fleet’s admins', () => {
      const { adminEmails } = parseSettings({
        ...minimal,
        ADMIN_LOGIN_EMAILS: ' Op@X.test, second@x.test ,op@x.TEST',
      })
      expect(adminEmails).toEqual(['op@x.test', 'second@x.test'])
      expect(messageOf({ ...minimal, ADMIN_LOGIN_EMAILS: 'op@x.test; canary' })).toMatch(
        /ADMIN_LOGIN_EMAILS must/,
      )
      expect(messageOf({ ...minimal, ADMIN_LOGIN_EMAILS: 'boo\u212a@x.test' })).toContain(
        'ADMIN_LOGIN_EMAILS',
      )
    })

    it.each(['59', '2592001', '3600.5', 'week', '-1'])('refuses a session of %s seconds', (seconds) => {
      expect(messageOf({ ...minimal, WEB_ADMIN_COOKIE_TTL_SECONDS: seconds })).toContain(
        'WEB_ADMIN_COOKIE_TTL_SECONDS',
      )
    })

    it('accepts a session of a minute and of 30 days', () => {
      for (const seconds of [60, 2_592_000]) {
        const settings = parseSettings({ ...minimal, WEB_ADMIN_COOKIE_TTL_SECONDS: String(seconds) })
        expect(settings.sessionTtlSeconds).toBe(seconds)
      }
    })

    it('uses a cookie per host when browsers refuse a cookie for the base domain', () => {
      const scope = (domain: string, wanted?: string) =>
        parseSettings({
          ...minimal,
          ORCHESTRATOR_BASE_DOMAIN: domain,
          ...(wanted && { ADMIN_COOKIE_SCOPE: wanted }),
        }).cookieScope
      expect(scope('shibari.photo')).toBe('domain')
      expect(scope('shibari.photo', 'host')).toBe('host')
      expect(scope('localhost')).toBe('host')
      expect(scope('localhost', 'domain')).toBe('host')
      expect(messageOf({ ...minimal, ADMIN_COOKIE_SCOPE: 'site' })).toContain('ADMIN_COOKIE_SCOPE')
    })

    it('refuses a callback host that could not set the cookie', () => {
      const elsewhere = { ...auth0, AUTH_CALLBACK_HOST: 'login.elsewhere.test' }
      expect(messageOf(elsewhere)).toContain('AUTH_CALLBACK_HOST')
      expect(messageOf({ ...elsewhere, AUTH_CALLBACK_HOST: 'evilshibari.photo' })).toContain(
        'AUTH_CALLBACK_HOST',
      )
      expect(parseSettings({ ...elsewhere, ADMIN_COOKIE_SCOPE: 'host' }).callbackHost).toBe(
        'login.elsewhere.test',
      )
      expect(parseSettings({ ...auth0, AUTH_CALLBACK_HOST: 'Login.Shibari.Photo' }).callbackHost).toBe(
        'login.shibari.photo',
      )
    })
  })

  it('never repeats a value in its error message', () => {
    const message = messageOf({
      ...minimal,
      WEB_SESSION_SECRET: 'canary-too-short',
      ORCHESTRATOR_BASE_URL: 'canary-url',
      PORT: 'canary-port',
    })
    expect(message).not.toContain('canary')
  })
})
