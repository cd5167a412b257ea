/** Tests of the emulated token endpoint of Google. */
import { describe, expect, it } from 'vitest'
import {
  askByAssertion,
  askByRefreshToken,
  connectedDrive,
  driveClient,
  googleApp,
  reasonOf,
  startGoogleDrive,
  tokenOf,
} from '../../support/fixtures/google-drive.ts'

async function errorOf(asked: Promise<Response>): Promise<[number, string]> {
  const response = await asked
  return [response.status, (await response.json()).error]
}

describe('the emulated token endpoint of Google', () => {
  it('issues tokens to its own app only, and not for secrets in the address', async () => {
    const { url } = await startGoogleDrive()
    expect(await errorOf(askByRefreshToken(url, 'of nobody'))).toEqual([400, 'invalid_grant'])
    const other = { ...googleApp, id: 'another' }
    expect(await errorOf(askByRefreshToken(url, undefined, other))).toEqual([401, 'invalid_client'])
    const wrong = { ...googleApp, secret: 'wrong' }
    expect(await errorOf(askByRefreshToken(url, undefined, wrong))).toEqual([401, 'invalid_client'])
    const query = new URLSearchParams({ grant_type: 'refresh_token' })
    expect((await fetch(`${url}/token?${query}`, { method: 'POST' })).status).toBe(400)
    expect((await askByRefreshToken(url)).status).toBe(200)
  })

  it('refuses expired, revoked and missing tokens with 401', async () => {
    const drive = await connectedDrive()
    const about = () => drive.client.get('/drive/v3/about', { fields: 'user' })
    expect((await about()).status).toBe(200)
    drive.account.expireAccessTokens()
    expect(await reasonOf(await about())).toEqual([401, 'authError'])
    const fresh = driveClient(drive.url, await tokenOf(await askByRefreshToken(drive.url)))
    drive.account.disconnect()
    expect(await reasonOf(await fresh.get('/drive/v3/about', { fields: 'user' }))).toEqual([401, 'authError'])
    expect(await errorOf(askByRefreshToken(drive.url))).toEqual([400, 'invalid_grant'])
    expect(await reasonOf(await fetch(`${drive.url}/drive/v3/about?fields=user`))).toEqual([401, 'required'])
  })

  it('issues tokens for the assertion of a service account', async () => {
    const { emulator, url } = await startGoogleDrive()
    const { key } = await emulator.addServiceAccount('robot')
    const client = driveClient(url, await tokenOf(await askByAssertion(url, key)))
    const about = await (await client.get('/drive/v3/about', { fields: 'user(emailAddress)' })).json()
    expect(about).toEqual({ user: { emailAddress: key.client_email } })
  })

  it('checks signature, audience, times, scope and delegation of an assertion', async () => {
    const { emulator, url, account } = await startGoogleDrive()
    const robot = await emulator.addServiceAccount('robot')
    const { key } = robot
    const foreign = await emulator.addServiceAccount('foreign')
    const now = Math.floor(Date.now() / 1000)
    const badKey = { ...key, private_key: foreign.key.private_key }
    expect(await errorOf(askByAssertion(url, badKey))).toEqual([400, 'invalid_grant'])
    for (const claims of [
      { aud: `${url}/token` },
      { iat: now - 7200, exp: now - 3600 },
      { iat: now + 3600, exp: now + 7200 },
      { iat: now, exp: now + 7200 },
      { iss: 'nobody@example.org' },
    ])
      expect(await errorOf(askByAssertion(url, key, claims))).toEqual([400, 'invalid_grant'])
    const readOnly = { scope: 'https://www.googleapis.com/auth/drive.readonly' }
    expect(await errorOf(askByAssertion(url, key, readOnly))).toEqual([400, 'invalid_scope'])
    const asPerson = { sub: account.email }
    expect(await errorOf(askByAssertion(url, key, asPerson))).toEqual([401, 'unauthorized_client'])
    robot.delegate(account.email)
    const client = driveClient(url, await tokenOf(await askByAssertion(url, key, asPerson)))
    expect(await (await client.get('/drive/v3/files/root', { fields: 'id' })).json()).toEqual({
      id: account.root,
    })
  })
})
