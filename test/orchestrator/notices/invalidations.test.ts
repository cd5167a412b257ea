import { afterAll, describe, expect, it } from 'vitest'
import { createFleetCall } from '../../../orchestrator/notices/fleet-call.ts'
import { createInvalidations } from '../../../orchestrator/notices/invalidations.ts'
import { rollback } from '../../../orchestrator/registry/sql/history.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { startReceiver, status } from '../../support/fixtures/http-receiver.ts'
import { author, noticesGround, sendDue, stoppedClock } from '../../support/fixtures/notices.ts'

const token = 'first-service-token'

describe.each(databaseKinds)('invalidations at the fleet, on %s', (kind) => {
  const databases = databasesOf(kind)
  afterAll(() => databases.close())

  async function open({ timeoutMs = 5000 } = {}) {
    const place = await databases.createMigrated()
    const ground = await noticesGround(place)
    const fleet = await startReceiver()
    const warnings: string[] = []
    const clock = stoppedClock()
    const warn = (text: string) => void warnings.push(text)
    const call = createFleetCall({ fleetUrl: fleet.url, token })
    const outlet = createInvalidations({ ...ground, call, now: clock.now, timeoutMs, warn })
    return {
      ...ground,
      fleet,
      clock,
      outlet,
      warnings,
      warn,
      waiting: () => ground.database.read.selectFrom('invalidation').selectAll().execute(),
      async [Symbol.asyncDispose]() {
        await fleet[Symbol.asyncDispose]()
        await place[Symbol.asyncDispose]()
      },
    }
  }

  it("posts the tenant's host with the first token and the host as Host when two seconds have passed", async () => {
    await using plane = await open()
    await plane.publish('/New')
    plane.clock.advance(2000)
    expect(await sendDue(plane.outlet)).toBe(1)
    expect(plane.fleet.calls).toMatchObject([
      {
        method: 'POST',
        path: '/internal/invalidate',
        headers: { host: 'alice.shibari.test', authorization: `Bearer ${token}` },
        body: '{"host":"alice.shibari.test"}',
      },
    ])
    expect(await plane.waiting()).toEqual([])
  })

  it('sends nothing when the change is refused', async () => {
    await using plane = await open()
    const version = 'a'.repeat(64)
    await expect(rollback(plane.database, { tenant: 'alice', version }, author)).rejects.toThrow(/never had/)
    plane.clock.advance(60_000)
    expect(await sendDue(plane.outlet)).toBe(0)
  })

  it('sends nothing when the change rolls back', async () => {
    await using plane = await open()
    const failing = plane.database.change(async (tx) => {
      const row = { host: 'alice.shibari.test', change: 'x', tries: 0, due_at: '2026', leased_until: null }
      await tx.insertInto('invalidation').values(row).execute()
      throw new Error('rolled back')
    })
    await expect(failing).rejects.toThrow('rolled back')
    expect(await sendDue(plane.outlet)).toBe(0)
  })

  it('tries again with growing delays and warns once when the fleet is away', async () => {
    await using plane = await open()
    plane.fleet.answer = (response) => void response.destroy()
    await plane.publish('/New')
    plane.clock.advance(2000)
    for (const delay of [1000, 2000, 4000]) {
      expect(await sendDue(plane.outlet)).toBe(1)
      plane.clock.advance(delay - 1)
      expect(await sendDue(plane.outlet)).toBe(0)
      plane.clock.advance(1)
    }
    plane.fleet.answer = status(202)
    expect(await sendDue(plane.outlet)).toBe(1)
    expect(await plane.waiting()).toEqual([])
    expect(plane.warnings).toEqual([
      'The fleet cannot be told about changes, and is called again: it cannot be reached.',
    ])
  })

  it('tries again when the fleet does not answer in time', async () => {
    await using plane = await open({ timeoutMs: 20 })
    plane.fleet.answer = () => {}
    await plane.publish('/New')
    plane.clock.advance(2000)
    expect(await sendDue(plane.outlet)).toBe(1)
    expect(await plane.waiting()).toMatchObject([{ tries: 1, leased_until: null }])
    expect(plane.warnings.join()).toContain('does not answer in time')
  })

  it('gives up and names the host when a day has passed', async () => {
    await using plane = await open()
    plane.fleet.answer = status(503)
    await plane.publish('/New')
    await plane.database.change((tx) => tx.updateTable('invalidation').set({ tries: 294 }).execute())
    plane.clock.advance(2000)
    expect(await sendDue(plane.outlet)).toBe(1)
    expect(await plane.waiting()).toEqual([])
    expect(plane.warnings).toEqual([
      'The fleet was not told about a change of alice.shibari.test: it answers 503.',
    ])
  })

  it.each([
    { code: 403, calls: 4 },
    { code: 404, calls: 4 },
    { code: 429, calls: 8 },
    { code: 500, calls: 8 },
  ])('calls $calls times in eight rounds when the fleet answers $code', async ({ code, calls }) => {
    await using plane = await open()
    plane.fleet.answer = status(code)
    await plane.publish('/New')
    for (let round = 0; round < 8; round++) {
      plane.clock.advance(300_000)
      await sendDue(plane.outlet)
    }
    expect(plane.fleet.calls).toHaveLength(calls)
  })

  it('sends a host again when it changes during its call', async () => {
    await using plane = await open()
    await plane.publish('/New')
    plane.clock.advance(2000)
    plane.fleet.answer = (response, call) => {
      plane.fleet.answer = status(204)
      void plane.publish('/Newer').then(() => status(204)(response, call))
    }
    expect(await sendDue(plane.outlet)).toBe(2)
    expect(plane.fleet.calls).toHaveLength(2)
    expect(await plane.waiting()).toEqual([])
  })

  it('leases a host again when the lease of another process has ended', async () => {
    await using plane = await open()
    await plane.publish('/New')
    plane.clock.advance(2000)
    expect(await plane.outlet.lease(10)).toHaveLength(1)
    expect(await plane.outlet.lease(10)).toEqual([])
    plane.clock.advance(30_000)
    expect(await plane.outlet.lease(10)).toHaveLength(1)
  })

  it('makes a call due again without counting it when the process ends', async () => {
    await using plane = await open()
    plane.fleet.answer = () => ending.abort()
    const ending = new AbortController()
    await plane.publish('/New')
    plane.clock.advance(2000)
    const [row] = await plane.outlet.lease(1)
    if (row) await plane.outlet.deliver(row, ending.signal)
    expect(await plane.waiting()).toMatchObject([{ tries: 0, leased_until: null }])
  })

  it('removes the rows with one warning when no token is configured', async () => {
    await using plane = await open()
    const outlet = createInvalidations({ ...plane, call: undefined, now: plane.clock.now })
    for (const root of ['/New', '/Newer']) {
      await plane.publish(root)
      plane.clock.advance(10_000)
      expect(await sendDue(outlet)).toBe(0)
      expect(await plane.waiting()).toEqual([])
    }
    expect(plane.warnings).toHaveLength(1)
  })
})
