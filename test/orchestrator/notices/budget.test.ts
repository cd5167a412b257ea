import { afterAll, describe, expect, it } from 'vitest'
import { putCredentials } from '../../../orchestrator/registry/sql/credentials.ts'
import { createSqlRegistry } from '../../../orchestrator/registry/sql.ts'
import { isOverBudget } from '../../../orchestrator/usage/budget.ts'
import { usageOf } from '../../../orchestrator/usage/month.ts'
import { createSqlUsage } from '../../../orchestrator/usage/sql-usage.ts'
import { databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { author, noticesGround, stoppedClock } from '../../support/fixtures/notices.ts'

describe.each(databaseKinds)('the AI budget of a tenant, on %s', (kind) => {
  const databases = databasesOf(kind)
  afterAll(() => databases.close())

  async function open(budget: number | null = 1000) {
    const place = await databases.createMigrated()
    const { database, envelope } = await noticesGround(place)
    await database.change((tx) => tx.updateTable('tenant').set({ ai_budget: budget }).execute())
    const clock = stoppedClock(Date.UTC(2026, 11, 15))
    const usage = createSqlUsage(database, clock.now)
    let events = 0
    const count = (quantity: number, { metric = 'ai_tokens', key = `event-${++events}` } = {}) => {
      const occurred_at = new Date(clock.now()).toISOString()
      const isTokens = metric === 'ai_tokens'
      return usage.count(
        'alice',
        {
          idempotency_key: key,
          metric: isTokens ? 'ai_tokens' : 'storage_ops_requests',
          quantity,
          unit: isTokens ? 'tokens' : 'requests',
          occurred_at,
        },
        (outcome) => ({
          time: occurred_at,
          request_id: 'request-1',
          action: 'billing.usage',
          tenant: 'alice',
          outcome,
        }),
      )
    }
    const warnings = async () => {
      const rows = await database.read
        .selectFrom('event')
        .select(['tenant', 'data'])
        .where('type', '=', 'budget.warning')
        .orderBy('at')
        .execute()
      return rows.map(({ tenant, data }) => ({ tenant, ...JSON.parse(data) }))
    }
    return {
      database,
      envelope,
      clock,
      count,
      warnings,
      [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
    }
  }

  it('warns once a month when 80 % are used', async () => {
    await using plane = await open()
    await plane.count(799)
    expect(await plane.warnings()).toEqual([])
    await plane.count(1)
    await plane.count(500)
    const december = { tenant: 'alice', month: '2026-12', used: 800, budget: 1000 }
    expect(await plane.warnings()).toEqual([december])
    plane.clock.advance(20 * 24 * 60 * 60 * 1000)
    await plane.count(799)
    expect(await plane.warnings()).toEqual([december])
    await plane.count(100)
    expect(await plane.warnings()).toEqual([december, { ...december, month: '2027-01', used: 899 }])
  })

  it('does not warn when the tenant has no budget, an event is repeated, or storage requests are counted', async () => {
    await using unlimited = await open(null)
    await unlimited.count(1_000_000)
    expect(await unlimited.warnings()).toEqual([])
    await using plane = await open()
    for (let i = 0; i < 5; i++) await plane.count(300, { key: 'same' })
    await plane.count(5000, { metric: 'storage_ops_requests' })
    expect(await plane.warnings()).toEqual([])
  })

  it('refuses AI credentials at once when the budget is used, and those of other providers never', async () => {
    await using plane = await open()
    const { database, envelope, clock } = plane
    await database.change(async (tx) => {
      const openai = { provider: 'openai', api_key: 'sk-1' } as const
      const dropbox = { provider: 'dropbox', refresh_token: 'rt-1' } as const
      for (const [ref, value] of Object.entries({ ai: openai, storage: dropbox }))
        await putCredentials(tx, envelope, { tenant: 'alice', ref, provider: value.provider, value }, author)
    })
    const registry = createSqlRegistry({ database, envelope, now: clock.now, pollMs: 60_000 })
    const refusals = async () => {
      const found = await Promise.all(['ai', 'storage'].map((ref) => registry.credentials('alice', ref)))
      return found.map((credentials) => credentials?.insufficientBalance)
    }
    await plane.count(999)
    expect(await refusals()).toEqual([false, false])
    await plane.count(1)
    expect(await refusals()).toEqual([true, false])
    clock.advance(20 * 24 * 60 * 60 * 1000)
    expect(await refusals()).toEqual([false, false])
  })

  it('keeps sums readable when events name the largest safe integer', async () => {
    await using plane = await open()
    for (let event = 0; event < 3; event++) await plane.count(Number.MAX_SAFE_INTEGER)
    const { totals } = await usageOf(plane.database.read, 'alice', '2026-12')
    expect(totals).toEqual({ ai_tokens: 1e14 })
    expect(await isOverBudget(plane.database.read, 'alice', plane.clock.now())).toBe(true)
  })

  it('reads the budget only when AI credentials are resolved', async () => {
    await using plane = await open()
    const { database, envelope, clock } = plane
    await database.change((tx) =>
      putCredentials(
        tx,
        envelope,
        {
          tenant: 'alice',
          ref: 'storage',
          provider: 'dropbox',
          value: { provider: 'dropbox', refresh_token: 'rt-1' },
        },
        author,
      ),
    )
    const registry = createSqlRegistry({ database, envelope, now: clock.now, pollMs: 60_000 })
    expect(await registry.credentials('alice', 'storage')).toBeDefined()
    // The answer is in memory, so a closed database does no harm.
    await database.close()
    expect(await registry.credentials('alice', 'storage')).toMatchObject({ insufficientBalance: false })
  })
})
