import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type BlueskyServer, startBluesky } from '../../../dev/peers/pds.ts'
import { beginConnection, disconnect, listConnections } from '../../../orchestrator/connections/connect.ts'
import { createTokenChecks } from '../../../orchestrator/connections/token-life.ts'
import type { CredentialsOf } from '../../../src/contract/credentials.ts'
import type { CredentialSource } from '../../../src/ports/credentials.ts'
import { createBlueskyService } from '../../../src/providers/publishers/bluesky/service.ts'
import { createBlueskyPublisher } from '../../../src/providers/publishers/bluesky.ts'
import { planned } from '../../support/contracts/publisher-scene.ts'
import { resolved, vendorAt } from '../../support/fixtures/bluesky-session.ts'
import { allowAt, endSessionsAt } from '../../support/fixtures/bluesky-sign-in.ts'
import { loopbackCallback } from '../../support/fixtures/bluesky-vendor.ts'
import {
  browserOn,
  configOf,
  connectionServices,
  createGalleries,
  personOfTest,
} from '../../support/fixtures/connections.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { sendDue } from '../../support/fixtures/notices.ts'
import { postOf } from '../../support/fixtures/posts.ts'
import { quick } from '../../support/fixtures/quick-retry.ts'

let server: BlueskyServer
beforeAll(async () => {
  server = await startBluesky({ accounts: [] })
})
afterAll(() => server.close())

describe.each(databaseKinds)('a gallery that connects Bluesky, on %s', (kind) => {
  const databases = databasesOf(kind)
  beforeAll(async () => (await databases.create())[Symbol.asyncDispose]())
  afterAll(databases.close)

  let accounts = 0
  async function connect() {
    const own = await databases.createMigrated()
    onTestFinished(() => own[Symbol.asyncDispose]())
    const database = await own.opened()
    await createGalleries(database, ['alice'])
    const clock = { now: Date.now() }
    const account = await server.open(`${kind.toLowerCase()}${++accounts}`)
    const { services, pages } = connectionServices(database, {
      vendors: [vendorAt(server, () => clock.now)],
      now: () => clock.now,
      variables: {
        ORCHESTRATOR_PUBLIC_URL: new URL(loopbackCallback).origin,
        ALLOW_PRIVATE_ENDPOINTS: 'true',
      },
    })
    const begun = await beginConnection(services, {
      ...{ tenant: 'alice', provider: 'bluesky', actor: personOfTest, language: 'en' },
      values: { handle: account.handle },
    })
    const browser = browserOn(pages)
    const start = await browser.open('url' in begun ? begun.url : '')
    const answer = await allowAt(start.headers.get('location') ?? '', account)
    const end = await browser.open(`${loopbackCallback}?${answer}`)
    expect(end.headers.get('location')).toBe('https://alice.shibari.test/settings?connected=bluesky')
    const { publishers } = await configOf(database, 'alice')
    const ref: string = publishers[0].credentials_ref

    async function read(): Promise<CredentialsOf<'bluesky'>> {
      const found = await services.registry.credentials('alice', ref)
      if (!found || !('answer' in found) || !found.answer) throw new Error('There are no credentials.')
      expect(JSON.stringify(found.answer)).not.toMatch(/refresh_token|ref-/)
      return resolved(found.answer)
    }
    return {
      ...{ database, services, account, clock, read },
      checks: () => createTokenChecks(services, () => 0),
      shown: async () =>
        (await listConnections(services, 'alice')).find(({ provider }) => provider === 'bluesky'),
    }
  }

  /** Creates a publisher that keeps its credentials until they are rejected, as the fleet does. */
  function publisherOf(read: () => Promise<CredentialsOf<'bluesky'>>) {
    let known: CredentialsOf<'bluesky'> | undefined
    const credentials: CredentialSource<CredentialsOf<'bluesky'>> = {
      async get() {
        known ??= await read()
        return known
      },
      reject() {
        known = undefined
      },
    }
    const service = createBlueskyService({ serviceUrl: server.url, fetch, retry: quick })
    return createBlueskyPublisher({ service, owner: 'alice.shibari.photo', config: {}, credentials })
  }

  const posts = ({ did }: { did: string }) => server.created.filter((uri) => uri.includes(did)).length
  const renewals = () =>
    server.calls.filter(({ method, status }) => method === '/oauth/token' && status === 200)

  it('publishes before and after the control plane renewed the session', async () => {
    const { account, clock, read, checks, shown } = await connect()
    expect(await shown()).toMatchObject({ state: 'ok', account: `@${account.handle}` })
    const publisher = publisherOf(read)
    await publisher.publish(await postOf(), planned(publisher))
    const before = await read()

    clock.now += 46 * 60_000
    await sendDue(checks())
    expect((await read()).access_token?.reveal()).not.toBe(before.access_token?.reveal())
    await publisher.publish(await postOf(), planned(publisher))
    expect(posts(account)).toBe(2)
    expect(await shown()).toMatchObject({ state: 'ok' })
  })

  it('renews a session once when two processes check it at the same time', async () => {
    const { account, clock, read, checks, shown } = await connect()
    const before = renewals().length
    clock.now += 46 * 60_000
    await Promise.all([sendDue(checks()), sendDue(checks())])
    expect(renewals().length - before).toBe(1)
    const publisher = publisherOf(read)
    await publisher.publish(await postOf(), planned(publisher))
    expect(posts(account)).toBe(1)
    expect(await shown()).toMatchObject({ state: 'ok' })
  })

  it('shows a broken connection when the person ended the session at Bluesky', async () => {
    const { account, clock, checks, shown } = await connect()
    await endSessionsAt(server.url, account)
    clock.now += 46 * 60_000
    await sendDue(checks())
    expect(await shown()).toMatchObject({ state: 'broken', error: { code: 'invalid_grant' } })
  })

  it('ends the session at Bluesky when it disconnects', async () => {
    const { account, services, read } = await connect()
    const publisher = publisherOf(async () => before)
    const before = await read()
    expect(await disconnect(services, { tenant: 'alice', provider: 'bluesky', actor: personOfTest })).toEqual(
      {
        warning: null,
      },
    )
    await expect(publisher.publish(await postOf(), planned(publisher))).rejects.toMatchObject({
      code: 'credentials_rejected',
    })
    expect(posts(account)).toBe(0)
  })
})
