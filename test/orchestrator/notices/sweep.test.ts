import { afterAll, describe, expect, it } from 'vitest'
import { addEvent } from '../../../orchestrator/notices/outbox.ts'
import { sweepEvents } from '../../../orchestrator/notices/sweep.ts'
import { createWebhook } from '../../../orchestrator/notices/webhooks.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { author, noticesGround } from '../../support/fixtures/notices.ts'

const day = 24 * 60 * 60 * 1000

describe.each(databaseKinds)('the sweep of old events, on %s', (kind) => {
  const databases = databasesOf(kind)
  afterAll(() => databases.close())

  async function ground(place: Awaited<ReturnType<typeof databases.create>>) {
    const { database, envelope } = await noticesGround(place)
    await database.change((tx) => tx.deleteFrom('event').execute())
    return {
      database,
      create: () =>
        createWebhook(
          { database, envelope, allowPrivate: true },
          { tenant: 'alice', url: 'http://127.0.0.1:1/', types: [] },
          author,
        ),
      add: (at: number) =>
        database.change((tx) => addEvent(tx, { tenant: 'alice', type: 'post.failed', data: {} }, at)),
      events: () => database.read.selectFrom('event').select('at').orderBy('at').execute(),
    }
  }

  it('removes events and done deliveries when they are older than 30 days, and keeps due deliveries', async () => {
    await using place = await databases.createMigrated()
    const { database, create, add, events } = await ground(place)
    const now = Date.now()
    await create()
    await add(now - 40 * day)
    const done_at = new Date(now - 31 * day).toISOString()
    await database.change((tx) =>
      tx.updateTable('webhook_delivery').set({ state: 'delivered', done_at }).execute(),
    )
    await add(now - 39 * day)
    await add(now - 29 * day)
    expect(await sweepEvents(database, now)).toBe(false)
    const kept = [39, 29].map((days) => ({ at: new Date(now - days * day).toISOString() }))
    expect(await events()).toEqual(kept)
    expect(await database.read.selectFrom('webhook_delivery').select('state').execute()).toEqual([
      { state: 'due' },
      { state: 'due' },
    ])
  })

  it('removes 500 events in one step when more are old', async () => {
    await using place = await databases.createMigrated()
    const { database, events } = await ground(place)
    const now = Date.now()
    const at = new Date(now - 40 * day).toISOString()
    const rows = Array.from({ length: 501 }, (_, index) => ({
      id: `evt_${index}`,
      tenant: 'alice',
      type: 'post.failed',
      data: '{}',
      at,
    }))
    await database.change((tx) => tx.insertInto('event').values(rows).execute())
    expect(await sweepEvents(database, now)).toBe(true)
    expect(await events()).toHaveLength(1)
    expect(await sweepEvents(database, now)).toBe(false)
    expect(await events()).toEqual([])
  })
})
