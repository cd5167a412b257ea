import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import { expect, it } from 'vitest'
import { baseDomain } from '../fleet.ts'
import { describeOnBothHosts } from '../hosts.ts'
import { clientSecret } from './provider.ts'
import { createSigningKey, goodClaims, type ScriptedIssuer, signWith } from './scripted-issuer.ts'
import { alice, signIn, startWithScript, status } from './sign-in-fleet.ts'

type Forgery = (nonce: string, issuer: ScriptedIssuer) => Promise<string>

const seconds = () => Math.floor(Date.now() / 1000)

/** A token of the provider itself with other claims; `undefined` takes one away. */
function withClaims(change: Record<string, unknown>): Forgery {
  return (nonce, { keys: [key], issuer }) => {
    if (!key) throw new Error('The issuer has no key.')
    return signWith(key, { ...goodClaims(nonce, issuer), ...change })
  }
}

/** A good token with one of its three parts changed. */
function withParts(change: (parts: string[]) => string[]): Forgery {
  return async (nonce, issuer) => change((await withClaims({})(nonce, issuer)).split('.')).join('.')
}

function encoded(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

const forgeries: [title: string, forge: Forgery][] = [
  [
    'unsigned (`alg: none`)',
    async (nonce, { issuer }) => new UnsecuredJWT(goodClaims(nonce, issuer)).encode(),
  ],
  [
    'signed with the client secret (HS256)',
    (nonce, { issuer }) =>
      new SignJWT(goodClaims(nonce, issuer))
        .setProtectedHeader({ alg: 'HS256', kid: 'first' })
        .sign(new TextEncoder().encode(clientSecret.padEnd(32, ' '))),
  ],
  [
    'signed with the public key as a secret (HS256)',
    (nonce, { issuer, keys }) =>
      new SignJWT(goodClaims(nonce, issuer))
        .setProtectedHeader({ alg: 'HS256', kid: 'first' })
        .sign(new TextEncoder().encode(JSON.stringify(keys[0]?.publicJwk))),
  ],
  [
    'signed with another algorithm by a key of the set (ES256)',
    async (nonce, issuer) => {
      const { privateKey, publicKey } = await generateKeyPair('ES256')
      const publicJwk = { ...(await exportJWK(publicKey)), kid: 'curve', alg: 'ES256', use: 'sig' }
      issuer.keys.push({ kid: 'curve', privateKey, publicJwk })
      return new SignJWT(goodClaims(nonce, issuer.issuer))
        .setProtectedHeader({ alg: 'ES256', kid: 'curve' })
        .sign(privateKey)
    },
  ],
  [
    're-signed with a stranger’s key of the same name',
    async (nonce, { issuer }) => signWith(await createSigningKey('first'), goodClaims(nonce, issuer)),
  ],
  [
    'signed with a key that is not in the set',
    async (nonce, { issuer }) => signWith(await createSigningKey('unknown'), goodClaims(nonce, issuer)),
  ],
  [
    'signed with a key that it brings along',
    async (nonce, { issuer }) => {
      const { privateKey, publicJwk } = await createSigningKey('own')
      return new SignJWT(goodClaims(nonce, issuer))
        .setProtectedHeader({ alg: 'RS256', jwk: publicJwk })
        .sign(privateKey)
    },
  ],
  ['truncated', withParts(([head = '', body = '', signature = '']) => [head, body, signature.slice(0, -4)])],
  ['without its signature', withParts(([head = '', body = '']) => [head, body, ''])],
  [
    'changed after it was signed',
    withParts(([head = '', body = '', signature = '']) => [head, `${body}A`, signature]),
  ],
  [
    'under another header',
    withParts(([, body = '', signature = '']) => [encoded({ alg: 'none' }), body, signature]),
  ],
  ['no token', async () => 'nonsense'],
  ['of another issuer', withClaims({ iss: 'https://evil.example/' })],
  [
    'of the issuer with a slash more',
    (nonce, issuer) => withClaims({ iss: `${issuer.issuer}/` })(nonce, issuer),
  ],
  ['for another client', withClaims({ aud: 'somebody-else' })],
  ['for nobody', withClaims({ aud: undefined })],
  ['for two clients without saying whose it is', withClaims({ aud: ['publisher', 'other'] })],
  ['for two clients and the other one’s', withClaims({ aud: ['publisher', 'other'], azp: 'other' })],
  ['another party’s', withClaims({ azp: 'other' })],
  ['expired', withClaims({ iat: seconds() - 400, exp: seconds() - 100 })],
  ['without an expiry', withClaims({ exp: undefined })],
  ['from the future', withClaims({ iat: seconds() + 3600, exp: seconds() + 7200 })],
  ['not valid yet', withClaims({ nbf: seconds() + 3600 })],
  ['too old for this sign-in', withClaims({ iat: seconds() - 3600, exp: seconds() + 3600 })],
  ['without the time it was made', withClaims({ iat: undefined })],
  ['without a nonce', withClaims({ nonce: undefined })],
  ['of another sign-in (its nonce)', withClaims({ nonce: 'a'.repeat(43) })],
  [
    'with a nonce that only begins right',
    (nonce, issuer) => withClaims({ nonce: nonce.slice(0, -1) })(nonce, issuer),
  ],
  ['without a subject', withClaims({ sub: undefined })],
  ['with an empty subject', withClaims({ sub: '' })],
  ['with a number for a subject', withClaims({ sub: 1 })],
]

const unusableEmails: [title: string, change: Record<string, unknown>, words: string][] = [
  ['is not verified', { email_verified: false }, 'not confirmed'],
  ['is verified as a text', { email_verified: 'true' }, 'not confirmed'],
  ['is verified as a number', { email_verified: 1 }, 'not confirmed'],
  ['says nothing of being verified', { email_verified: undefined }, 'not confirmed'],
  ['is missing', { email: undefined }, 'no e-mail address'],
  ['is a list', { email: ['person@shibari.test'] }, 'no e-mail address'],
  ['has a Kelvin sign for a k', { email: 'boo\u212a@shibari.test' }, 'no e-mail address'],
  ['has a dotless i', { email: 'al\u0131ce@shibari.test' }, 'no e-mail address'],
  ['holds a second address', { email: 'person@shibari.test@evil.example' }, 'no e-mail address'],
  ['holds a line break', { email: 'person@shibari.test\nalice@shibari.test' }, 'no e-mail address'],
]

describeOnBothHosts('an ID token', (kind) => {
  it('signs a person in when all is as it should be', async () => {
    await using fleet = await startWithScript(kind)
    const browser = fleet.browser()
    expect((await signIn(browser, alice)).status).toBe(200)
    expect(await status(browser, alice)).toEqual({ admin: true, email: `person@${baseDomain}` })
  })

  it.each([
    ['for two clients, and ours', { aud: ['publisher', 'other'], azp: 'publisher' }],
    ['with an address in capitals and spaces', { email: ' Person@Shibari.TEST ' }],
  ])('signs a person in when it is %s', async (_title, change) => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.idToken = withClaims(change)
    const browser = fleet.browser()
    await signIn(browser, alice)
    expect(await status(browser, alice)).toEqual({ admin: true, email: `person@${baseDomain}` })
  })

  it.each(forgeries)('signs nobody in when it is %s', async (_title, forge) => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.idToken = forge
    const browser = fleet.browser()
    const page = await signIn(browser, alice)
    expect([page.status, page.url.pathname]).toEqual([403, '/auth/callback'])
    expect(page.headers.getSetCookie().filter((line) => /session=[^;]/.test(line))).toEqual([])
    expect(await status(browser, alice)).toEqual({ admin: false })
    expect(fleet.host.lines.join('\n')).toContain('"reason":"id_token_invalid"')
  })

  it('signs nobody in when it is replayed: a token of an earlier sign-in of the same person', async () => {
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

  it.each(unusableEmails)('signs nobody in when its address %s', async (_title, change, words) => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.idToken = withClaims(change)
    const browser = fleet.browser()
    const page = await signIn(browser, alice)
    expect(page.status).toBe(403)
    expect(page.text).toContain(words)
    expect(page.text).toContain(`href="${alice}/"`)
    expect(await status(browser, alice)).toEqual({ admin: false })
  })

  it('is a 503, not a refusal, where the keys to check it cannot be had', async () => {
    await using fleet = await startWithScript(kind)
    fleet.issuer.metadata = { ...fleet.issuer.metadata, jwks_uri: `${fleet.issuer.issuer}/nowhere` }
    const browser = fleet.browser()
    expect((await signIn(browser, alice)).status).toBe(503)
    expect(await status(browser, alice)).toEqual({ admin: false })
  })
})
