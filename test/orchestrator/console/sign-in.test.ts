import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { listAudit } from '../../../orchestrator/audit/list.ts'
import { createConsoles } from '../../../orchestrator/console/hosts.ts'
import { localPath } from '../../../orchestrator/console/sign-in.ts'
import { parseEnvironment } from '../../../orchestrator/environment.ts'
import { createSealer } from '../../../src/base/sealing/sealed-token.ts'
import { Secret } from '../../../src/base/secret.ts'
import {
  consoleOrigin,
  consoleVariables,
  operator,
  otherOperator,
  startConsole,
} from '../../support/fixtures/console.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'

describe.each(databaseKinds)('the console on %s', (kind) => {
  const databases = databasesOf(kind)
  beforeAll(async () => (await databases.createMigrated())[Symbol.asyncDispose]())
  afterAll(databases.close)

  async function start(options: Parameters<typeof startConsole>[1] = {}) {
    const own = await databases.createMigrated()
    onTestFinished(() => own[Symbol.asyncDispose]())
    const database = await own.opened()
    return { database, ...(await startConsole(database, options)) }
  }

  it.each([
    ['console.test', 'http://publisher.test:8090', ['console.test', 'console.test:8090']],
    ['console.test:3000', 'http://publisher.test:8090', ['console.test:3000']],
    ['console.test', 'https://publisher.test', ['console.test']],
  ])('answers at %s, beside %s, for the hosts %j', async (host, url, hosts) => {
    const variables = { CONSOLE_HOST: host, ORCHESTRATOR_PUBLIC_URL: url }
    const { services } = await start({ variables })
    expect([...createConsoles(services).keys()]).toEqual(hosts)
  })

  it('signs in an operator and returns to the page that was asked for', async () => {
    const { database, browser } = await start()
    const olga = browser()
    const page = await olga.signIn(operator, '/tokens')
    expect([page.status, page.url.href]).toEqual([200, `${consoleOrigin}/tokens`])
    expect(olga.jar.all().find(({ name }) => name === '__Host-console')).toMatchObject({
      isSecure: true,
      isHostOnly: true,
      path: '/',
      sameSite: 'lax',
    })
    const [line] = await listAudit(database, { limit: 1 })
    expect(line).toMatchObject({ action: 'operator.sign_in', actor: operator })
  })

  it('refuses a person who is not an operator', async () => {
    const { browser } = await start()
    const eve = browser()
    const page = await eve.signIn('eve@publisher.test')
    expect([page.status, page.text]).toEqual([403, expect.stringContaining('not on the list of operators')])
    expect((await eve.send('/api/galleries')).status).toBe(401)
  })

  it('refuses an address that the provider has not verified', async () => {
    const { browser, provider } = await start()
    provider.accounts.set(operator, { email: operator, email_verified: false })
    expect((await browser().signIn()).status).toBe(403)
  })

  it('leads other visitors to the sign-in and answers calls with 401', async () => {
    const { browser } = await start()
    const page = await browser().send('/audit?tenant=zoe')
    expect([page.status, page.headers.get('location')]).toEqual([
      303,
      '/auth/login?return_to=%2Faudit%3Ftenant%3Dzoe',
    ])
    const call = await browser().send('/api/tokens')
    expect([call.status, JSON.parse(call.text).code]).toEqual([401, 'not_signed_in'])
  })

  it('ends all sessions of an operator at the sign-out, also copies of the cookie', async () => {
    const { browser } = await start()
    const olga = browser()
    await olga.signIn()
    const copy = olga.jar.header(new URL(consoleOrigin))
    expect((await olga.send('/auth/logout', { form: {} })).status).toBe(303)
    const thief = await browser().send('/api/galleries', { headers: { cookie: copy } })
    expect(thief.status).toBe(401)
    await olga.signIn()
    expect((await olga.send('/api/galleries')).status).toBe(200)
  })

  it('lets an operator end the sessions of another', async () => {
    const { browser } = await start()
    const [olga, omar] = [browser(), browser()]
    await omar.signIn(otherOperator)
    await olga.signIn()
    const ended = await olga.send('/api/operators/sign-out', { json: { email: otherOperator } })
    expect(ended.status).toBe(200)
    expect((await omar.send('/api/galleries')).status).toBe(401)
    expect((await olga.send('/api/galleries')).status).toBe(200)
  })

  it('ends the session after 12 hours', async () => {
    const clock = { time: Date.now() }
    const { browser } = await start({ now: () => clock.time })
    const olga = browser()
    await olga.signIn()
    const cookie = olga.jar.header(new URL(consoleOrigin))
    clock.time += 12 * 3600_000 - 60_000
    expect((await olga.send('/api/galleries', { headers: { cookie } })).status).toBe(200)
    clock.time += 120_000
    expect((await olga.send('/api/galleries', { headers: { cookie } })).status).toBe(401)
  })

  it('refuses forged sessions, and two cookies of the same name', async () => {
    const { browser, database } = await start()
    const olga = browser()
    await olga.signIn()
    const real = olga.jar.header(new URL(consoleOrigin))
    const schema = z.object({ email: z.string(), at: z.string() })
    const forged = await createSealer({
      secrets: [new Secret('another-secret-of-at-least-32-letters')],
      purpose: 'console-session',
      schema,
      now: Date.now,
    }).seal(
      { email: operator, at: new Date().toISOString() },
      { audience: 'console.publisher.test', expiresInSeconds: 60 },
    )
    for (const cookie of [
      `__Host-console=${forged}`,
      `${real}x`,
      `${real}; __Host-console=tossed`,
      real.replace('__Host-console=', 'console='),
    ])
      expect((await browser().send('/api/galleries', { headers: { cookie } })).status).toBe(401)
    await database.change((tx) => tx.deleteFrom('operator').execute())
    expect((await olga.send('/api/galleries')).status).toBe(401)
  })

  it('refuses a callback of another browser and a replayed callback', async () => {
    const { browser, provider } = await start()
    const [olga, victim] = [browser(), browser()]
    provider.person = operator
    const login = await olga.send('/auth/login')
    const before = olga.jar.copy()
    const atProvider = await fetch(login.headers.get('location') ?? '', { redirect: 'manual' })
    expect(atProvider.status).toBe(303)
    const replay = await victim.navigate(`${consoleOrigin}/auth/callback?code=x&state=y`)
    expect([replay.status, replay.text]).toEqual([400, expect.stringContaining('expired')])
    await olga.signIn()
    const old = await browser().send('/auth/callback?code=x&state=y', {
      headers: { cookie: before.header(new URL(consoleOrigin)) },
    })
    expect(old.status).toBe(403)
  })
})

describe('the start of the orchestrator with a console', () => {
  it.each([
    'OPERATOR_EMAILS',
    'OIDC_ISSUER_URL',
    'AUTH0_CLIENT_ID',
    'AUTH0_CLIENT_SECRET',
    'WEB_SESSION_SECRET',
    'ORCHESTRATOR_PUBLIC_URL',
  ])('names %s when it is missing', (name) => {
    const { [name]: _missing, ...others } = consoleVariables('https://issuer.test')
    expect(() => parseEnvironment(others)).toThrow(name)
  })

  it('refuses a public address with a path, below which no vendor would find it', () => {
    const variables = consoleVariables('https://issuer.test')
    const at = (url: string) => () => parseEnvironment({ ...variables, ORCHESTRATOR_PUBLIC_URL: url })
    expect(at('https://publisher.test/control')).toThrow('ORCHESTRATOR_PUBLIC_URL must be an address without')
    expect(at('https://publisher.test/')()).toMatchObject({ CONSOLE_HOST: 'console.publisher.test' })
  })

  it('refuses plain HTTP in production', () => {
    const variables = { ...consoleVariables('https://issuer.test'), NODE_ENV: 'production' }
    const keys = { ORCHESTRATOR_KEYS: `k1:${Buffer.alloc(32, 1).toString('base64url')}` }
    expect(() =>
      parseEnvironment({ ...variables, ...keys, ORCHESTRATOR_PUBLIC_URL: 'http://publisher.test' }),
    ).toThrow('ORCHESTRATOR_PUBLIC_URL')
  })
})

describe('the address after the sign-in', () => {
  it.each(['//evil.test', '/\\evil.test', 'https://evil.test', '/a\r\nx: y', '/auth/login', '', '/'])(
    'becomes the start page instead of %j',
    (path) => expect(localPath(path)).toBe('/'),
  )

  it('keeps the path and query of a page of the console', () => {
    expect(localPath('/audit?tenant=zoe')).toBe('/audit?tenant=zoe')
  })
})
