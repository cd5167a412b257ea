import { afterAll, describe, expect, it } from 'vitest'
import { addEvent } from '../../../orchestrator/notices/outbox.ts'
import { createWebhook, listDeliveries } from '../../../orchestrator/notices/webhooks.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { eventually } from '../../support/fixtures/eventually.ts'
import { startReceiver, status } from '../../support/fixtures/http-receiver.ts'
import { author, noticesGround, testKeys } from '../../support/fixtures/notices.ts'
import { startOrchestratorProcess } from '../../support/fixtures/orchestrator-process.ts'

const longToken = 'service-token-of-the-fleet'

describe.each(databaseKinds)('a serving process, on %s', (kind) => {
  const databases = databasesOf(kind)
  afterAll(() => databases.close())

  it('delivers each event once when two processes share a database and nothing fails', async () => {
    await using place = await databases.createMigrated()
    const { database, envelope, publish } = await noticesGround(place)
    await using receiver = await startReceiver()
    receiver.answer = status(204)
    const options = { database, envelope, allowPrivate: true }
    for (const name of ['a', 'b', 'c', 'd'])
      await createWebhook(options, { tenant: 'alice', url: `${receiver.url}/${name}`, types: [] }, author)
    const variables = {
      ...place.variables,
      ORCHESTRATOR_KEYS: testKeys,
      ORCHESTRATOR_SERVICE_TOKEN: longToken,
      FLEET_URL: receiver.url,
      ALLOW_PRIVATE_ENDPOINTS: 'true',
    }
    await using first = await startOrchestratorProcess(variables)
    await using second = await startOrchestratorProcess(variables)
    await database.change(async (tx) => {
      for (let photo = 0; photo < 20; photo++)
        await addEvent(tx, { tenant: 'alice', type: 'post.published', data: { photo } })
    })
    await publish('/New')
    await eventually(async () => {
      const due = (await listDeliveries(database)).filter(({ state }) => state !== 'delivered')
      expect(due).toEqual([])
      expect(await database.read.selectFrom('invalidation').select('host').execute()).toEqual([])
    })
    const calls = receiver.calls.map(({ path, headers }) => `${path} ${headers['webhook-id']}`)
    const events = calls.filter((call) => !call.startsWith('/internal'))
    // 20 posts and the published configuration, at four webhooks.
    expect(events).toHaveLength(84)
    expect(new Set(events).size).toBe(84)
    const invalidations = receiver.calls.filter(({ path }) => path === '/internal/invalidate')
    expect(invalidations.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${longToken}`])
    expect(await Promise.all([first.end('SIGTERM'), second.end('SIGTERM')])).toEqual([0, 0])
  }, 60_000)

  it('calls the receiver again under the same ID when the sending process is killed during the call', async () => {
    await using place = await databases.createMigrated()
    const { database, envelope } = await noticesGround(place)
    await using receiver = await startReceiver()
    receiver.answer = () => {}
    const options = { database, envelope, allowPrivate: true }
    await createWebhook(options, { tenant: 'alice', url: receiver.url, types: [] }, author)
    const variables = {
      ...place.variables,
      ORCHESTRATOR_KEYS: testKeys,
      ORCHESTRATOR_SERVICE_TOKEN: longToken,
      FLEET_URL: receiver.url,
      ALLOW_PRIVATE_ENDPOINTS: 'true',
    }
    await using killed = await startOrchestratorProcess(variables)
    await database.change((tx) => addEvent(tx, { tenant: 'alice', type: 'post.failed', data: {} }))
    await eventually(() => expect(receiver.calls).toHaveLength(1))
    await killed.end('SIGKILL')
    receiver.answer = status(204)
    // The end of the lease, without waiting for it.
    const leased_until = new Date(0).toISOString()
    await database.change((tx) => tx.updateTable('webhook_delivery').set({ leased_until }).execute())
    await using next = await startOrchestratorProcess(variables)
    await eventually(async () =>
      expect(await listDeliveries(database)).toMatchObject([{ state: 'delivered', tries: 1 }]),
    )
    const [first, second] = receiver.calls.map(({ headers }) => headers['webhook-id'])
    expect(second).toBe(first)
    expect(await next.end('SIGTERM')).toBe(0)
  }, 60_000)
})
