import { describe, expect, it, onTestFinished } from 'vitest'
import { createDatabasePlane } from '../../../orchestrator/control-plane.ts'
import { startPeople } from '../../../orchestrator/people.ts'
import { startOrchestrator } from '../../../orchestrator/server.ts'
import { consoleOrigin, startConsole } from '../../support/fixtures/console.ts'
import { databasesOf } from '../../support/fixtures/databases.ts'
import { openRaw } from '../../support/fixtures/raw-connection.ts'

const host = new URL(consoleOrigin).host

async function start() {
  const databases = databasesOf('sqlite')
  const own = await databases.createMigrated()
  const database = await own.opened()
  const { services } = await startConsole(database)
  const onFailure = () => {}
  const plane = createDatabasePlane({ database, envelope: services.envelope, tokens: [], onFailure })
  const people = startPeople(services)
  const server = await startOrchestrator({
    plane,
    port: 0,
    hostname: '127.0.0.1',
    addCalls: people.addCalls,
    answerPeople: people.answer,
  })
  onTestFinished(async () => {
    await server.close()
    await people.close()
    await plane.close()
    await own[Symbol.asyncDispose]()
    await databases.close()
  })
  return async (target: string, hostHeader: string) => {
    const raw = openRaw(server.port)
    await raw.send(`GET ${target} HTTP/1.1\r\nHost: ${hostHeader}\r\nConnection: close\r\n\r\n`)
    return raw.ended()
  }
}

describe('the host of a request', () => {
  it.each([
    [host, '/tokens'],
    [host.toUpperCase(), '/tokens'],
    [host, `http://${host}/tokens`],
    [host, 'http://evil.test/tokens'],
  ])('leads to the console for %s and %s', async (name, target) => {
    const answer = await (await start())(target, name)
    expect(answer).toMatch(/^HTTP\/1.1 303 .*\r\nlocation: \/auth\/login\?return_to=%2Ftokens\r\n/is)
  })

  it.each([`${host}.`, `${host}:8443`, `x.${host}`, 'connect.publisher.test', 'localhost', 'evil.test'])(
    'reaches no page and no call of the console as %s',
    async (name) => {
      const ask = await start()
      for (const target of ['/tokens', '/api/galleries', '/auth/login', `http://${host}/api/galleries`])
        expect(await ask(target, name)).toMatch(/^HTTP\/1.1 404 /)
    },
  )

  it('reaches no call of the contract or the studio, and no invitation, at the console', async () => {
    const ask = await start()
    for (const target of [
      '/v1/runtime/config?host=alice.shibari.test',
      '/v1/studio/settings',
      '/health',
      '/invitation/x',
    ])
      expect([target, await ask(target, host)]).toEqual([target, expect.stringMatching(/^HTTP\/1.1 404 /)])
  })
})
