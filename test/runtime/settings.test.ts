import { describe, expect, it } from 'vitest'
import { parseSettings, SettingsError } from '../../src/runtime/settings.ts'

const minimal = {
  ORCHESTRATOR_BASE_URL: 'https://orchestrator.test/',
  ORCHESTRATOR_SERVICE_TOKEN: 'first-token, second-token',
  WEB_SESSION_SECRET: 'x'.repeat(32),
}

function messageOf(variables: Record<string, string>): string {
  try {
    parseSettings(variables)
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
      authMode: 'none',
      forceHttps: true,
      secureCookies: true,
      allowPrivateEndpoints: false,
      dropboxApp: null,
      logLevel: 'info',
    })
  })

  it('takes several service tokens and several session secrets', () => {
    const settings = parseSettings({ ...minimal, WEB_SESSION_SECRET: `${'a'.repeat(32)},${'b'.repeat(40)}` })
    expect(settings.sessionSecrets.map((secret) => secret.reveal())).toEqual(['a'.repeat(32), 'b'.repeat(40)])
    expect(settings.configSource).toMatchObject({ tokens: [{}, {}] })
  })

  it('uses a file where no orchestrator is named, and also where it is asked to', () => {
    const { ORCHESTRATOR_BASE_URL: _, ...withoutUrl } = minimal
    expect(parseSettings({ ...withoutUrl, CONFIG_FILE: '/app/config.json' }).configSource.kind).toBe('file')
    const forced = { ...minimal, CONFIG_SOURCE: 'file', CONFIG_FILE: '/app/config.json' }
    expect(parseSettings(forced).configSource).toEqual({ kind: 'file', path: '/app/config.json' })
  })

  it('names everything that is wrong in one message', () => {
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
    ['nothing at all', {}, ['WEB_SESSION_SECRET']],
    [
      'a session secret only',
      { WEB_SESSION_SECRET: minimal.WEB_SESSION_SECRET },
      ['ORCHESTRATOR_BASE_URL', 'CONFIG_FILE'],
    ],
    ['no token', { ...minimal, ORCHESTRATOR_SERVICE_TOKEN: '' }, ['ORCHESTRATOR_SERVICE_TOKEN']],
    ['half of Auth0', { ...minimal, AUTH0_CLIENT_ID: 'id' }, ['AUTH0_DOMAIN', 'AUTH0_CLIENT_SECRET']],
    ['half of Dropbox', { ...minimal, DROPBOX_APP_KEY: 'key' }, ['DROPBOX_APP_SECRET']],
    [
      'a short second session secret',
      { ...minimal, WEB_SESSION_SECRET: `${'a'.repeat(32)},short` },
      ['WEB_SESSION_SECRET'],
    ],
  ])('refuses %s', (_title, variables, names) => {
    for (const name of names) expect(messageOf(variables)).toContain(name)
  })

  it('never repeats a value', () => {
    const message = messageOf({
      ...minimal,
      WEB_SESSION_SECRET: 'canary-too-short',
      ORCHESTRATOR_BASE_URL: 'canary-url',
      PORT: 'canary-port',
    })
    expect(message).not.toContain('canary')
  })
})
