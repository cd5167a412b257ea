import { SignJWT, UnsecuredJWT } from 'jose'
import { expect, it } from 'vitest'
import {
  createSigningKey,
  goodClaims,
  type ScriptedIssuer,
  signWith,
} from '../../support/fakes/scripted-issuer.ts'
import { baseDomain } from '../../support/fixtures/fleet.ts'
import { describeOnBothHosts } from '../../support/fixtures/hosts.ts'
import { alice, signIn, startWithScript, status } from '../../support/fixtures/sign-in/fleet.ts'
import { clientSecret } from '../../support/fixtures/sign-in/identity-provider.ts'

type Forgery = (nonce: string, issuer: ScriptedIssuer) => Promise<string>

const seconds = () => Math.floor(Date.now() / 1000)

/** Creates a token of the provider with changed claims; `undefined` removes a claim. */
function withClaims(change: Record<string, unknown>): Forgery {
  return (nonce, { keys: [key], issuer }) => {
    if (!key) throw new Error('The issuer has no key.')
    return signWith(key, { ...goodClaims(nonce, issuer), ...change })
  }
}

/** Creates a valid token with one of its three parts changed. */
function withParts(change: (parts: string[]) => string[]): Forgery {
  return async (nonce, issuer) => change((await withClaims({})(nonce, issuer)).split('.')).join('.')
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** `about` is the reason in the audit line. */
const forgeries: [title: string, forge: Forgery, about: string][] = [
  [
    'unsigned (`alg: none`)',
    async (nonce, { issuer }) => new UnsecuredJWT(goodClaims(nonce, issuer)).encode(),
    'alg',
  ],
  [
    'signed with the client secret (HS256)',
    (nonce, { issuer }) =>
      new SignJWT(goodClaims(nonce, issuer))
        .setProtectedHeader({ alg: 'HS256', kid: 'first' })
        .sign(new TextEncoder().encode(clientSecret.padEnd(32, ' '))),
    'alg',
  ],
  [
    'signed with the public key as a secret (HS256)',
    (nonce, { issuer, keys }) =>
      new SignJWT(goodClaims(nonce, issuer))
        .setProtectedHeader({ alg: 'HS256', kid: 'first' })
        .sign(new TextEncoder().encode(JSON.stringify(keys[0]?.publicJwk))),
    'alg',
  ],
  [
    'signed with another algorithm by a key of the set (ES256)',
    async (nonce, issuer) => {
      const key = await createSigningKey('curve', 'ES256')
      issuer.keys.push(key)
      return signWith(key, goodClaims(nonce, issuer.issuer))
    },
    'alg',
  ],
  [
    're-signed with an attacker’s key under the same kid',
    async (nonce, { issuer }) => signWith(await createSigningKey('first'), goodClaims(nonce, issuer)),
    'signature',
  ],
  [
    'signed with a key that is not in the set',
    async (nonce, { issuer }) => signWith(await createSigningKey('unknown'), goodClaims(nonce, issuer)),
    'kid',
  ],
  [
    'signed with a key in its own header',
    async (nonce, { issuer }) => {
      const { privateKey, publicJwk } = await createSigningKey('own')
      return new SignJWT(goodClaims(nonce, issuer))
        .setProtectedHeader({ alg: 'RS256', jwk: publicJwk })
        .sign(privateKey)
    },
    'signature',
  ],
  [
    'truncated',
    withParts(([head = '', body = '', signature = '']) => [head, body, signature.slice(0, -4)]),
    'signature',
  ],
  ['without its signature', withParts(([head = '', body = '']) => [head, body, '']), 'signature'],
  [
    'changed after it was signed',
    withParts(([head = '', body = '', signature = '']) => [head, `${body}A`, signature]),
    'signature',
  ],
  [
    'under another header',
    withParts(([, body = '', signature = '']) => [encoded({ alg: 'none' }), body, signature]),
    'alg',
  ],
  ['not a JWT', async () => 'nonsense', 'token'],
  ['of another issuer', withClaims({ iss: 'https://evil.example/' }), 'iss'],
  [
    'of the issuer with an extra slash',
    (nonce, issuer) => withClaims({ iss: `${issuer.issuer}/` })(nonce, issuer),
    'iss',
  ],
  ['for another client', withClaims({ aud: 'somebody-else' }), 'aud'],
  ['without an audience', withClaims({ aud: undefined }), 'aud'],
  ['for two clients without azp', withClaims({ aud: ['publisher', 'other'] }), 'azp'],
  [
    'for two clients with the azp of the other',
    withClaims({ aud: ['publisher', 'other'], azp: 'other' }),
    'azp',
  ],
  ['with the azp of another client', withClaims({ azp: 'other' }), 'azp'],
  ['expired', withClaims({ iat: seconds() - 400, exp: seconds() - 100 }), 'exp'],
  ['without an expiry', withClaims({ exp: undefined }), 'exp'],
  ['from the future', withClaims({ iat: seconds() + 3600, exp: seconds() + 7200 }), 'iat'],
  ['not valid yet', withClaims({ nbf: seconds() + 3600 }), 'nbf'],
  ['too old for this sign-in', withClaims({ iat: seconds() - 3600, exp: seconds() + 3600 }), 'iat'],
  ['without iat', withClaims({ iat: undefined }), 'iat'],
  ['without a nonce', withClaims({ nonce: undefined }), 'nonce'],
  ['with the nonce of another sign-in', withClaims({ nonce: 'a'.repeat(43) }), 'nonce'],
  [
    'with a truncated nonce',
    (nonce, issuer) => withClaims({ nonce: nonce.slice(0, -1) })(nonce, issuer),
    'nonce',
  ],
  ['without a subject', withClaims({ sub: undefined }), 'sub'],
  ['with an empty subject', withClaims({ sub: '' }), 'sub'],
  ['with a numeric subject', withClaims({ sub: 1 }), 'sub'],
]

const unusableEmails: [title: string, change: Record<string, unknown>, words: string][] = [
  ['is not verified', { email_verified: false }, 'not confirmed'],
  ['has email_verified as text', { email_verified: 'true' }, 'did not say clearly'],
  ['has email_verified as a number', { email_verified: 1 }, 'did not say clearly'],
  ['has no email_verified', { email_verified: undefined }, 'did not say whether'],
  ['is missing', { email: undefined }, 'no e-mail address'],
  ['is a list', { email: ['person@shibari.test'] }, 'no e-mail address'],
  ['has a Kelvin sign for a k', { email: 'boo\u212a@shibari.test' }, 'no e-mail address'],
  ['has a dotless i', { email: 'al\u0131ce@shibari.test' }, 'no e-mail address'],
  ['contains a second address', { email: 'person@shibari.test@evil.example' }, 'no e-mail address'],
  ['contains a line break', { email: 'person@shibari.test\nalice@shibari.test' }, 'no e-mail address'],
]

describeOnBothHosts('an ID token', (kind) => {
  it('signs a person in with a valid token', async () => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    expect((await signIn(browser, alice)).status).toBe(200)
    expect(await status(browser, alice)).toEqual({ admin: true, email: `person@${baseDomain}` })
  })

  it.each([
    ['for two clients with our azp', { aud: ['publisher', 'other'], azp: 'publisher' }],
    ['with an address in capitals and spaces', { email: ' Person@Shibari.TEST ' }],
  ])('signs a person in when the ID token is %s', async (_title, change) => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.idToken = withClaims(change)
    const browser = fleet.browser()
    await signIn(browser, alice)
    expect(await status(browser, alice)).toEqual({ admin: true, email: `person@${baseDomain}` })
  })

  it.each(['PS256', 'ES256', 'ES384', 'EdDSA'])(
    'signs a person in when the token is signed with %s and the discovery document lists that algorithm',
    async (alg) => {
      await using fleet = await startWithScript(kind)
      fleet.issuer.metadata = {
        ...fleet.issuer.metadata,
        id_token_signing_alg_values_supported: [alg, 'HS256'],
      }
      const key = await createSigningKey('other', alg)
      fleet.issuer.keys.push(key)
      fleet.issuer.idToken = (nonce, { issuer }) => signWith(key, goodClaims(nonce, issuer))
      const browser = fleet.browser()
      await signIn(browser, alice)
      expect(await status(browser, alice)).toEqual({ admin: true, email: `person@${baseDomain}` })
    },
  )

  it('accepts only RS256 when the discovery document lists no algorithms', async () => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.metadata = { ...fleet.issuer.metadata, id_token_signing_alg_values_supported: undefined }
    const key = await createSigningKey('curve', 'ES256')
    fleet.issuer.keys.push(key)
    const good = fleet.issuer.idToken
    fleet.issuer.idToken = (nonce, { issuer }) => signWith(key, goodClaims(nonce, issuer))
    expect((await signIn(fleet.browser(), alice)).status).toBe(403)
    expect(fleet.host.lines.join('\n')).toContain(
      String.raw`signed with \"ES256\"; allowed algorithms: RS256`,
    )
    fleet.issuer.idToken = good
    expect((await signIn(fleet.browser(), alice)).status).toBe(200)
  })

  it('does not ask for a token when the issuer supports none of the accepted algorithms', async () => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.metadata = {
      ...fleet.issuer.metadata,
      id_token_signing_alg_values_supported: ['HS256', 'none', 'RS512'],
    }
    expect((await signIn(fleet.browser(), alice)).status).toBe(503)
    expect(fleet.issuer.authorizations).toEqual([])
    expect(fleet.host.lines.join('\n')).toContain('signs ID tokens with none of RS256, PS256')
  })

  it('logs both issuers when they differ', async () => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.idToken = withClaims({ iss: 'https://evil.example/\u202e' })
    await signIn(fleet.browser(), alice)
    expect(fleet.host.lines.join('\n')).toContain(
      String.raw`names issuer \"https://evil.example/?\", but \"${fleet.issuer.issuer}\" is configured`,
    )
  })

  it.each(forgeries)('refuses the sign-in when the ID token is %s', async (_title, forge, about) => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.idToken = forge
    const browser = fleet.browser()
    const page = await signIn(browser, alice)
    expect([page.status, page.url.pathname]).toEqual([403, '/auth/callback'])
    expect(page.headers.getSetCookie().filter((line) => /session=[^;]/.test(line))).toEqual([])
    expect(await status(browser, alice)).toEqual({ admin: false })
    const log = fleet.host.lines.join('\n')
    expect(log).toContain(`"reason":"id_token_invalid","about":"${about}"`)
    expect(page.text).toContain('You were not signed in')
  })

  it('refuses the sign-in when an earlier token of the same person is replayed', async () => {
    await using fleet = await startWithScript(kind)
    const good = fleet.issuer.idToken
    let first = ''
    fleet.issuer.idToken = async (nonce, issuer) => {
      first ||= await good(nonce, issuer)
      return first
    }
    await signIn(fleet.browser(), alice)
    const browser = fleet.browser()
    expect((await signIn(browser, alice)).status).toBe(403)
    expect(await status(browser, alice)).toEqual({ admin: false })
  })

  it.each(unusableEmails)('refuses the sign-in when the e-mail address %s', async (_title, change, words) => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.idToken = withClaims(change)
    const browser = fleet.browser()
    const page = await signIn(browser, alice)
    expect(page.status).toBe(403)
    expect(page.text).toContain(words)
    expect(page.text).toContain(`href="${alice}/"`)
    expect(await status(browser, alice)).toEqual({ admin: false })
  })

  it('answers 503 instead of a refusal when the signing keys are unavailable', async () => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.metadata = { ...fleet.issuer.metadata, jwks_uri: `${fleet.issuer.issuer}/nowhere` }
    const browser = fleet.browser()
    expect((await signIn(browser, alice)).status).toBe(503)
    expect(await status(browser, alice)).toEqual({ admin: false })
  })
})
