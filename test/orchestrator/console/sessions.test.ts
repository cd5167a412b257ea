import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { createConsole } from '../../../orchestrator/console/app.ts'
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

const host = new URL(consoleOrigin).host

describe.each(databaseKinds)('sessions of operators on %s', (kind) => {
  const databases = databasesOf(kind)
  beforeAll(async () => (await databases.createMigrated())[Symbol.asyncDispose]())
  afterAll(databases.close)

  async function start() {
    const own = await databases.createMigrated()
    onTestFinished(() => own[Symbol.asyncDispose]())
    const database = await own.opened()
    const clock = { time: Date.now() }
    const running = await startConsole(database, { now: () => clock.time })
    const olga = running.browser()
    await olga.signIn()
    const { services, provider } = running

    /** Asks another process, whose clock and variables may differ. */
    const elsewhere = (
      path: string,
      options: { variables?: Record<string, string>; aheadMs?: number; form?: true },
    ) => {
      const env = parseEnvironment({ ...consoleVariables(provider.issuer), ...options.variables })
      const now = () => clock.time + (options.aheadMs ?? 0)
      return createConsole({ ...services, env, now }).request(`${consoleOrigin}${path}`, {
        method: options.form ? 'POST' : 'GET',
        headers: {
          cookie: olga.jar.header(new URL(consoleOrigin)),
          'sec-fetch-site': 'same-origin',
          ...(options.form && { 'content-length': '0' }),
        },
      })
    }
    return { clock, olga, elsewhere, database, ...running }
  }

  it('ends a session at a process whose clock is behind the clock of the sign-in', async () => {
    const { olga, elsewhere } = await start()
    const ended = await elsewhere('/auth/logout', { form: true, aheadMs: -5000 })
    expect(ended.status).toBe(303)
    expect((await olga.send('/api/galleries')).status).toBe(401)
    await olga.signIn()
    expect((await olga.send('/api/galleries')).status).toBe(200)
  })

  it('begins a session after an end that a clock ahead of this clock wrote', async () => {
    const { olga, elsewhere } = await start()
    await elsewhere('/auth/logout', { form: true, aheadMs: 60_000 })
    expect((await olga.send('/api/galleries')).status).toBe(401)
    await olga.signIn()
    expect((await olga.send('/api/galleries')).status).toBe(200)
  })

  it('ends a session at the next request after the operator leaves the list', async () => {
    const { elsewhere } = await start()
    expect((await elsewhere('/api/galleries', {})).status).toBe(200)
    const without = await elsewhere('/api/galleries', { variables: { OPERATOR_EMAILS: otherOperator } })
    expect(without.status).toBe(401)
  })

  it('keeps a session while its old secret is listed, and ends it afterwards', async () => {
    const { elsewhere } = await start()
    const [fresh, old] = ['a-new-secret-of-at-least-32-characters', 'a-secret-of-at-least-32-characters']
    for (const [secrets, status] of [
      [`${fresh},${old}`, 200],
      [fresh, 401],
    ] as const) {
      const answer = await elsewhere('/api/galleries', { variables: { WEB_SESSION_SECRET: secrets } })
      expect(answer.status).toBe(status)
    }
  })

  it.each([
    ['a session of a gallery', 'session', host],
    ['a state of a sign-in', 'console-sign-in', host],
    ['a session of another console', 'console-session', 'console.other.test'],
  ])('refuses %s that has the same secret', async (_, purpose, audience) => {
    const { browser, clock } = await start()
    const sealer = createSealer({
      secrets: [new Secret('a-secret-of-at-least-32-characters')],
      purpose,
      schema: z.looseObject({}),
      now: () => clock.time,
    })
    const content = { email: operator, at: new Date(clock.time).toISOString(), path: '/', secrets: {} }
    const token = await sealer.seal(content, { audience, expiresInSeconds: 600 })
    const answer = await browser().send('/api/galleries', { headers: { cookie: `__Host-console=${token}` } })
    expect(answer.status).toBe(401)
  })
})
