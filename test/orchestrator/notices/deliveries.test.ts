import { Webhook } from 'standardwebhooks'
import { afterAll, describe, expect, it } from 'vitest'
import { verifyAudit } from '../../../orchestrator/audit/chain.ts'
import { createDeliveries } from '../../../orchestrator/notices/deliveries.ts'
import { addEvent, type EventType, everyTenant } from '../../../orchestrator/notices/outbox.ts'
import { createWebhookCall } from '../../../orchestrator/notices/webhook-call.ts'
import {
  createWebhook,
  listDeliveries,
  listWebhooks,
  retryDelivery,
} from '../../../orchestrator/notices/webhooks.ts'
import { createConfiguredKeys, parseKeys } from '../../../orchestrator/secrets/configured-keys.ts'
import { createEnvelope } from '../../../orchestrator/secrets/envelope.ts'
import { createGuardedFetch } from '../../../src/node/guarded-fetch.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { startReceiver, status } from '../../support/fixtures/http-receiver.ts'
import { author, noticesGround, sendDue, stoppedClock } from '../../support/fixtures/notices.ts'

const minute = 60_000

describe.each(databaseKinds)('deliveries to webhooks, on %s', (kind) => {
  const databases = databasesOf(kind)
  afterAll(() => databases.close())

  async function open({ timeoutMs = 15_000, allowPrivate = true } = {}) {
    const place = await databases.createMigrated()
    const ground = await noticesGround(place)
    const { database, envelope } = ground
    const receiver = await startReceiver()
    const clock = stoppedClock()
    const call = createWebhookCall({ fetch: createGuardedFetch({ allowPrivate }), now: clock.now, timeoutMs })
    const outletOn = (on = database) =>
      createDeliveries({ database: on, envelope, call, now: clock.now, random: () => 0 })
    const create = (tenant = 'alice', types: EventType[] = []) =>
      createWebhook(
        { database, envelope, allowPrivate: true },
        { tenant, url: `${receiver.url}/${tenant}`, types },
        author,
      )
    const event = (tenant = 'alice', type: EventType = 'post.published') =>
      database.change((tx) => addEvent(tx, { tenant, type, data: { file: 'dusk.jpg' } }, clock.now()))
    return {
      ...ground,
      receiver,
      clock,
      call,
      outlet: outletOn(),
      outletOn,
      create,
      event,
      deliveries: () => listDeliveries(database),
      async [Symbol.asyncDispose]() {
        await receiver[Symbol.asyncDispose]()
        await place[Symbol.asyncDispose]()
      },
    }
  }

  it('sends what the library verifies when an event occurs', async () => {
    await using plane = await open()
    const { secret } = await plane.create()
    await plane.publish('/New')
    plane.clock.advance(2000)
    expect(await sendDue(plane.outlet)).toBe(1)
    const [call] = plane.receiver.calls
    const verified = new Webhook(secret).verify(call?.body ?? '', headersOf(call?.headers))
    expect(verified).toEqual({
      type: 'config.published',
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/),
      data: {
        tenant: 'alice',
        config_version: expect.stringMatching(/^[0-9a-f]{64}$/),
        parent: expect.stringMatching(/^[0-9a-f]{64}$/),
        author: author.name,
      },
    })
    const other = `whsec_${Buffer.alloc(32).toString('base64')}`
    expect(() => new Webhook(other).verify(call?.body ?? '', headersOf(call?.headers))).toThrow()
    expect(await plane.deliveries()).toMatchObject([{ state: 'delivered', tries: 1, error: null }])
  })

  it('sends an event to the webhooks of its tenant, of all tenants, and of its type when there are several', async () => {
    await using plane = await open()
    await plane.create('alice')
    await plane.create('bob')
    await plane.create(everyTenant, ['post.failed'])
    await plane.event('alice', 'post.published')
    await plane.event('alice', 'post.failed')
    await sendDue(plane.outlet)
    const paths = plane.receiver.calls.map(({ path }) => path)
    expect(paths.toSorted()).toEqual(['/*', '/alice', '/alice'])
  })

  it('sends nothing when the change rolls back', async () => {
    await using plane = await open()
    await plane.create()
    const failing = plane.database.change(async (tx) => {
      await addEvent(tx, { tenant: 'alice', type: 'post.failed', data: {} })
      throw new Error('rolled back')
    })
    await expect(failing).rejects.toThrow('rolled back')
    expect(await sendDue(plane.outlet)).toBe(0)
  })

  it('tries for three days under one ID when the receiver fails, and then notes the failure', async () => {
    await using plane = await open()
    plane.receiver.answer = status(500)
    await plane.create()
    await plane.event()
    const startedAt = plane.clock.now()
    let lastAt = startedAt
    for (let step = 0; step < 80 * 12; step++) {
      if ((await sendDue(plane.outlet)) > 0) lastAt = plane.clock.now()
      plane.clock.advance(step < 12 ? 5000 : 5 * minute)
    }
    expect(plane.receiver.calls).toHaveLength(10)
    expect(new Set(plane.receiver.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(plane.receiver.calls.map(({ body }) => body)).size).toBe(1)
    expect(Math.round((lastAt - startedAt) / (60 * minute))).toBe(76)
    expect(await plane.deliveries()).toMatchObject([{ state: 'failed', tries: 10, error: 'HTTP 500' }])
  })

  it.each([
    { answer: status(302, { location: 'http://127.0.0.1:1/' }), error: 'HTTP 302' },
    { answer: status(404), error: 'HTTP 404' },
    { answer: status(503), error: 'HTTP 503' },
  ])(
    'notes a failure and follows no redirect when the receiver answers $error',
    async ({ answer, error }) => {
      await using plane = await open()
      plane.receiver.answer = answer
      await plane.create()
      await plane.event()
      expect(await sendDue(plane.outlet)).toBe(1)
      expect(plane.receiver.calls).toHaveLength(1)
      expect(await plane.deliveries()).toMatchObject([{ state: 'due', tries: 1, error }])
    },
  )

  it('waits as long as the receiver asks for when it answers 429 with Retry-After', async () => {
    await using plane = await open()
    plane.receiver.answer = status(429, { 'retry-after': '3600' })
    await plane.create()
    await plane.event()
    await sendDue(plane.outlet)
    plane.clock.advance(59 * minute)
    expect(await sendDue(plane.outlet)).toBe(0)
    plane.clock.advance(minute)
    expect(await sendDue(plane.outlet)).toBe(1)
  })

  it('disables the webhook and fails its deliveries when the receiver answers 410', async () => {
    await using plane = await open()
    plane.receiver.answer = status(410)
    const { id } = await plane.create()
    await plane.event()
    await plane.event()
    expect(await sendDue(plane.outlet)).toBe(1)
    await plane.event()
    expect(await sendDue(plane.outlet)).toBe(0)
    expect(await listWebhooks(plane.database)).toMatchObject([{ id, disabled_at: expect.any(String) }])
    const failed = { state: 'failed', error: 'HTTP 410' }
    const deliveries = await plane.deliveries()
    expect(deliveries).toMatchObject([failed, failed])
    const [{ event } = { event: '' }] = deliveries
    await expect(retryDelivery(plane.database, { event, webhook: id }, author)).rejects.toThrow(/disabled/)
    const lines = await plane.database.read.selectFrom('audit').select('action').execute()
    expect(lines.map(({ action }) => action)).toContain('webhook.disable')
    expect(await verifyAudit(plane.database)).toMatchObject({ brokenAt: null })
  })

  it('notes a timeout when the receiver is slow', async () => {
    await using plane = await open({ timeoutMs: 50 })
    plane.receiver.answer = () => {}
    await plane.create()
    await plane.event()
    await sendDue(plane.outlet)
    expect(await plane.deliveries()).toMatchObject([{ state: 'due', error: 'timeout' }])
  })

  it('counts a delivery without reading the body when the answer is endless', async () => {
    await using plane = await open()
    plane.receiver.answer = (response) => {
      response.writeHead(200)
      const write = () => void (response.write('x'.repeat(65_536)) ? setImmediate(write) : undefined)
      response.on('drain', write)
      write()
    }
    await plane.create()
    await plane.event()
    expect(await sendDue(plane.outlet)).toBe(1)
    expect(await plane.deliveries()).toMatchObject([{ state: 'delivered' }])
  })

  it('refuses the address without a call when it is private', async () => {
    await using plane = await open({ allowPrivate: false })
    await plane.create()
    await plane.event()
    expect(await sendDue(plane.outlet)).toBe(1)
    expect(plane.receiver.calls).toEqual([])
    expect(await plane.deliveries()).toMatchObject([{ state: 'due', error: 'address refused' }])
  })

  it('keeps the delivery due when the signing secret does not open', async () => {
    await using plane = await open()
    await plane.create()
    await plane.event()
    const envelope = createEnvelope(plane.database, createConfiguredKeys(parseKeys(`k2:${'B'.repeat(42)}A`)))
    const outlet = createDeliveries({ ...plane, envelope })
    expect(await sendDue(outlet)).toBe(1)
    expect(plane.receiver.calls).toEqual([])
    expect(await plane.deliveries()).toMatchObject([{ state: 'due', error: 'signing secret unavailable' }])
  })

  it('sends again under the same ID when a process dies between call and note', async () => {
    await using plane = await open()
    await plane.create()
    await plane.event()
    let isDead = false
    const dying = plane.outletOn({
      ...plane.database,
      change: (act) => (isDead ? Promise.reject(new Error('killed')) : plane.database.change(act)),
    })
    const [delivery] = await dying.lease(1)
    isDead = true
    if (delivery)
      await expect(dying.deliver(delivery, new AbortController().signal)).rejects.toThrow('killed')
    expect(await sendDue(plane.outlet)).toBe(0)
    plane.clock.advance(30_000)
    expect(await sendDue(plane.outlet)).toBe(1)
    const [first, second] = plane.receiver.calls.map(({ headers }) => headers['webhook-id'])
    expect(first).toMatch(/^evt_/)
    expect(second).toBe(first)
  })

  it('keeps the outcome of the second process when the first process is late', async () => {
    await using plane = await open()
    await plane.create()
    await plane.event()
    const [late] = await plane.outlet.lease(1)
    plane.clock.advance(30_000)
    const [second] = await plane.outlet.lease(1)
    plane.receiver.answer = status(500)
    const { signal } = new AbortController()
    if (late) await plane.outlet.deliver(late, signal)
    expect(await plane.deliveries()).toMatchObject([{ tries: 0, error: null }])
    plane.receiver.answer = status(200)
    if (second) await plane.outlet.deliver(second, signal)
    expect(await plane.deliveries()).toMatchObject([{ state: 'delivered' }])
  })

  it('makes a call due again without counting it when the process ends', async () => {
    await using plane = await open()
    const ending = new AbortController()
    plane.receiver.answer = () => ending.abort()
    await plane.create()
    await plane.event()
    const [delivery] = await plane.outlet.lease(1)
    if (delivery) await plane.outlet.deliver(delivery, ending.signal)
    expect(await plane.deliveries()).toMatchObject([{ state: 'due', tries: 0 }])
    plane.receiver.answer = status(200)
    expect(await sendDue(plane.outlet)).toBe(1)
  })

  it('leases one delivery of each webhook when several are due', async () => {
    await using plane = await open()
    await plane.create('alice')
    await plane.create('bob')
    for (let i = 0; i < 3; i++) {
      await plane.event('alice')
      await plane.event('bob')
    }
    const leased = await plane.outlet.lease(10)
    expect(leased.map(({ message }) => message.tenant).toSorted()).toEqual(['alice', 'bob'])
    expect(await plane.outlet.lease(10)).toEqual([])
  })

  it('sends a failed delivery anew when an operator asks', async () => {
    await using plane = await open()
    plane.receiver.answer = status(500)
    const { id } = await plane.create()
    await plane.event()
    await plane.database.change((tx) => tx.updateTable('webhook_delivery').set({ tries: 9 }).execute())
    await sendDue(plane.outlet)
    expect(await listDeliveries(plane.database, 'failed')).toHaveLength(1)
    plane.receiver.answer = status(200)
    const [{ event } = { event: '' }] = await plane.deliveries()
    await retryDelivery(plane.database, { event, webhook: id }, author)
    plane.clock.advance(minute)
    expect(await sendDue(plane.outlet)).toBe(1)
    expect(await plane.deliveries()).toMatchObject([{ state: 'delivered', tries: 1 }])
  })
})

/** Returns the headers that the library reads. */
function headersOf(headers: Readonly<Record<string, string | string[] | undefined>> = {}) {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]))
}
