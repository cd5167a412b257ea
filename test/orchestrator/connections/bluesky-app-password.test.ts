import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type BlueskyServer, startBluesky } from '../../../dev/peers/pds.ts'
import { createBlueskyVendor } from '../../../orchestrator/connections/vendors/bluesky.ts'
import { credentialsSchema } from '../../../src/contract/credentials.ts'
import { describeVendor, refusal } from '../../support/contracts/vendor.ts'
import { openPastedScene, toolsOf } from '../../support/fixtures/bluesky-vendor.ts'

let server: BlueskyServer
beforeAll(async () => {
  server = await startBluesky({ accounts: ['carol'] })
})
afterAll(() => server.close())

describeVendor('Bluesky with an app password', { way: 'pasted' }, () => openPastedScene(server))

describe('an account with an app password', () => {
  const vendorOf = (settings = {}, allowPrivate = true) =>
    createBlueskyVendor(
      { BLUESKY_SERVICE_URL: server.url, BLUESKY_DIRECTORY_URL: server.directoryUrl, ...settings },
      { ...toolsOf(), allowPrivate },
    )
  const accept = (vendor: ReturnType<typeof vendorOf>, values: object) => {
    if (!vendor.pasted) throw new Error('The vendor takes no values.')
    return vendor.pasted.accept(vendor.pasted.values.parse(values))
  }
  const carol = () => {
    const { handle, appPassword } = server.account('carol')
    return { handle, app_password: appPassword }
  }

  it('becomes credentials of the form that the publisher knows', async () => {
    const { credentials, accountId, expiresAt } = await accept(vendorOf(), carol())
    expect(credentials).toEqual({ provider: 'bluesky', ...carol() })
    expect(credentialsSchema.safeParse(credentials).success).toBe(true)
    expect(accountId).toBe(server.account('carol').did)
    expect(expiresAt).toBeNull()
  })

  it("names the account's own server when the entry server does not sign the account in", async () => {
    const proxy = await server.openProxy()
    const account = await server.open('dave', proxy.url)
    const { credentials } = await accept(vendorOf(), {
      handle: account.handle,
      app_password: account.appPassword,
    })
    expect(credentials).toMatchObject({ service: proxy.url })
    await proxy.close()
  })

  it('takes the server that the person names', async () => {
    const proxy = await server.openProxy()
    const { credentials } = await accept(vendorOf(), { ...carol(), service: `${proxy.url}/` })
    expect(credentials).toMatchObject({ service: proxy.url })
    expect(proxy.calls.map(({ method }) => method)).toEqual(['com.atproto.server.createSession'])
    await proxy.close()
  })

  it.each([
    'http://169.254.169.254/',
    'https://127.0.0.1',
    'https://[::1]/',
    'https://10.0.0.1',
    'https://user:canary-pass@example.org',
    'https://example.org/path',
    'file:///etc/passwd',
    'gopher://example.org',
    'http://example.org',
    'nonsense',
  ])('refuses the server %s before any request', async (service) => {
    const before = server.calls.length
    const refused = await refusal(accept(vendorOf({}, false), { ...carol(), service }))
    expect(refused.reason).toBe('bad_address')
    expect(server.calls).toHaveLength(before)
  })

  it('refuses a server that an account names when it is not on the public internet', async () => {
    const refused = await refusal(accept(vendorOf({}, false), carol()))
    expect(refused.reason).toBe('bad_address')
  })

  it('refuses a handle that the server does not know', async () => {
    const refused = await refusal(accept(vendorOf(), { handle: 'nobody.test', app_password: 'canary' }))
    expect(refused).toMatchObject({ reason: 'invalid', message: expect.stringContaining('handle') })
  })

  it('refuses a handle that the account does not name', async () => {
    const foreign = async () => Response.json({ did: server.account('carol').did })
    const vendor = createBlueskyVendor(
      { BLUESKY_SERVICE_URL: server.url, BLUESKY_DIRECTORY_URL: server.directoryUrl },
      {
        ...toolsOf(),
        fetch: (input, init) => (String(input).includes('resolveHandle') ? foreign() : fetch(input, init)),
      },
    )
    const refused = await refusal(accept(vendor, { ...carol(), handle: 'thief.test' }))
    expect(refused.reason).toBe('invalid')
  })

  it.each([
    'carol@example.org',
    'carol',
    '',
    'a.b/../c.test',
    'carol.test\r\nx: y',
    `${'a'.repeat(300)}.test`,
  ])('takes no %j for a handle', (handle) => {
    expect(vendorOf().pasted?.values.safeParse({ ...carol(), handle }).success).toBe(false)
  })

  it("explains what to do with the account's own password and its code by mail", async () => {
    const stop = server.interfere(({ method }) =>
      method.endsWith('createSession')
        ? {
            kind: 'answer',
            status: 401,
            body: JSON.stringify({ error: 'AuthFactorTokenRequired', message: '' }),
          }
        : undefined,
    )
    const refused = await refusal(accept(vendorOf(), carol()))
    stop()
    expect(refused).toMatchObject({ reason: 'invalid', message: expect.stringContaining('app password') })
  })

  it.each([
    [429, { error: 'RateLimitExceeded', message: 'Rate Limit Exceeded' }, 'rate_limited'],
    [401, { error: 'AccountTakedown', message: 'Account has been taken down' }, 'unsuitable'],
    [404, {}, 'bad_address'],
  ])('turns the answer %i %j into the refusal %s', async (status, body, reason) => {
    const stop = server.interfere(({ method }) =>
      method.endsWith('createSession') ? { kind: 'answer', status, body: JSON.stringify(body) } : undefined,
    )
    const refused = await refusal(accept(vendorOf(), carol()))
    stop()
    expect(refused.reason).toBe(reason)
  })
})
