import { describe, expect, it } from 'vitest'
import { checkIdToken, createSigningKeys } from '../../src/openid/id-token.ts'
import {
  createSigningKey,
  goodClaims,
  person,
  signWith,
  startScriptedIssuer,
} from '../support/fakes/scripted-issuer.ts'
import { clientId } from '../support/fixtures/sign-in/identity-provider.ts'

describe('the signing keys of the identity provider', () => {
  async function check(keys: ReturnType<typeof createSigningKeys>, token: string, issuer: string) {
    return checkIdToken(token, { issuer, clientId, nonce: 'n', keys, algorithms: ['RS256'], now: Date.now })
  }

  it('fetches the signing keys once and keeps them while the provider is unavailable', async () => {
    await using issuer = await startScriptedIssuer()
    const keys = createSigningKeys(`${issuer.issuer}/jwks`)
    const [key] = issuer.keys
    if (!key) throw new TypeError('unreachable')
    for (let use = 0; use < 3; use++) {
      const token = await signWith(key, goodClaims('n', issuer.issuer))
      expect(await check(keys, token, issuer.issuer)).toEqual({
        person: { subject: person.sub, email: person.email },
      })
      issuer.isDown = true
    }
    expect(issuer.requests).toEqual(['/jwks'])
  })

  it('refuses tokens with an unknown key without fetching the keys each time', async () => {
    await using issuer = await startScriptedIssuer()
    const keys = createSigningKeys(`${issuer.issuer}/jwks`)
    const foreignKey = await createSigningKey('stranger')
    for (let use = 0; use < 5; use++) {
      const token = await signWith(foreignKey, goodClaims('n', issuer.issuer))
      await expect(check(keys, token, issuer.issuer)).rejects.toMatchObject({
        code: 'sign_in_refused',
        reason: 'id_token_invalid',
      })
    }
    expect(issuer.requests).toEqual(['/jwks'])
  })

  it('throws sign_in_unavailable when the signing keys are unavailable', async () => {
    await using issuer = await startScriptedIssuer()
    issuer.isDown = true
    const token = await signWith(await createSigningKey('x'), goodClaims('n', issuer.issuer))
    const keys = createSigningKeys(`${issuer.issuer}/jwks`)
    await expect(check(keys, token, issuer.issuer)).rejects.toMatchObject({ code: 'sign_in_unavailable' })
  })
})
