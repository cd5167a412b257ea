import { afterAll, describe, expect, it, onTestFinished } from 'vitest'
import { verifyAudit } from '../../orchestrator/audit/chain.ts'
import { createSqlUsage } from '../../orchestrator/usage/sql-usage.ts'
import { databaseKinds, databasesOf } from '../support/fixtures/databases.ts'
import { commandsOf, printed } from '../support/fixtures/orchestrator-commands.ts'

const canary = 'canary-refresh-token'
const credentials = JSON.stringify({ provider: 'dropbox', refresh_token: canary })
const storage = { provider: 'dropbox', credentials_ref: 's', paths: { root: '/Photos' } }
const configText = (more: Record<string, unknown> = {}) => JSON.stringify({ storage, ...more })

describe.each(databaseKinds)('commands of a fleet on %s', (kind) => {
  const databases = databasesOf(kind)
  afterAll(() => databases.close())

  /** An empty fleet. `tenant` adds a tenant with storage credentials and a configuration. */
  async function fleet() {
    const place = await databases.createMigrated()
    onTestFinished(() => place[Symbol.asyncDispose]())
    const run = commandsOf(place.variables)
    const done = async (args: readonly string[], input?: string) => {
      const finished = await run(args, input)
      expect(finished).toMatchObject({ code: 0 })
      return finished
    }
    const tenant = async (name: string, more: Record<string, unknown> = {}) => {
      await done(['tenant', 'create', name, '--host', `${name}.test.example`])
      await done(['credentials', 'put', name, 's'], credentials)
      return String(printed(await done(['config', 'publish', name, '-'], configText(more))).config_version)
    }
    const current = async (name: string) => printed(await done(['tenant', 'show', name])).config_version
    return { place, run, done, tenant, current }
  }

  it('creates a tenant once, and lists it', async () => {
    const { run, done } = await fleet()
    const args = ['tenant', 'create', 'alice', '--host', 'alice.test.example', '--host', 'al.test.example']
    const created = printed(await done(args))
    expect(created).toMatchObject({
      hosts: ['al.test.example', 'alice.test.example'],
      suspended: false,
      config_version: null,
    })
    expect(await run(args)).toMatchObject({ code: 1, said: 'A tenant has the name alice already.' })
    expect(JSON.parse((await done(['tenant', 'list'])).out)).toEqual([created])
  })

  it('creates a tenant with its first configuration, and warns about missing credentials', async () => {
    const { done } = await fleet()
    const args = ['tenant', 'create', 'alice', '--host', 'alice.test.example', '--config', '-']
    const { said } = await done(args, configText())
    expect(said).toContain('storage.credentials_ref: the storage has a reference without stored credentials')
  })

  it('creates nothing when the configuration of a new tenant is malformed', async () => {
    const { run, done } = await fleet()
    const args = ['tenant', 'create', 'alice', '--host', 'alice.test.example', '--config', '-']
    expect(await run(args, '{"storage": 1}')).toMatchObject({ code: 1 })
    expect(JSON.parse((await done(['tenant', 'list'])).out)).toEqual([])
  })

  it('changes exactly the given settings', async () => {
    const { run, done, tenant } = await fleet()
    await tenant('alice')
    await tenant('bob')
    const before = printed(await done(['tenant', 'show', 'alice']))
    const set = async (...args: string[]) => printed(await done(['tenant', 'set', 'alice', ...args]))
    expect(await set('--ttl', '60', '--ai-budget', '5000', '--suspend', '--out-of-credit')).toEqual({
      ...before,
      ttl_seconds: 60,
      ai_budget: 5000,
      suspended: true,
      insufficient_balance: true,
    })
    expect(await set('--ttl', '600', '--ai-budget', 'none', '--resume', '--in-credit')).toEqual(before)
    expect((await set('--host', 'new.test.example')).hosts).toEqual(['new.test.example'])
    const taken = await run(['tenant', 'set', 'alice', '--ttl', '1', '--host', 'bob.test.example'])
    expect(taken.code).toBe(1)
    expect(taken.said).toContain('already belongs to bob')
    expect(printed(await done(['tenant', 'show', 'alice'])).ttl_seconds).toBe(600)
  })

  it('publishes by compare-and-set, and tells the current version to the second author', async () => {
    const { run, done, tenant, current } = await fleet()
    const first = await tenant('alice')
    const publish = ['config', 'publish', 'alice', '-', '--expect', first]
    const second = printed(
      await done([...publish, '--note', 'why'], configText({ content: { debug: true } })),
    )
    expect(second).toMatchObject({
      parent: first,
      published: true,
      difference: { changes: [{ path: 'content', after: { debug: true } }] },
    })
    const late = await run(publish, configText({ content: { debug: false } }))
    expect(late.code).toBe(3)
    expect(late.said).toContain(`${String(second.config_version)} is current`)
    expect(await current('alice')).toBe(second.config_version)
    expect(JSON.parse((await done(['history', 'alice'])).out)).toMatchObject([
      { config_version: second.config_version, parent: first, note: 'why', author: 'olga' },
      { config_version: first, parent: null },
    ])
  })

  it('publishes nothing when the configuration is current already', async () => {
    const { done, tenant } = await fleet()
    const version = await tenant('alice')
    const again = printed(await done(['config', 'publish', 'alice', '-'], configText()))
    expect(again).toMatchObject({ config_version: version, published: false, difference: { changes: [] } })
  })

  it('refuses a configuration that violates a rule unless it is forced', async () => {
    const { run, done, tenant, current } = await fleet()
    const version = await tenant('alice')
    const config = configText({ features: { publish_enabled: true } })
    const refused = await run(['config', 'publish', 'alice', '-'], config)
    expect(refused.code).toBe(1)
    expect(refused.said).toContain('publishing is on, but no channel is enabled')
    expect(await current('alice')).toBe(version)
    const forced = await done(['config', 'publish', 'alice', '-', '--force'], config)
    expect(forced.said).toContain('publishing is on, but no channel is enabled')
    expect(await current('alice')).toBe(printed(forced).config_version)
  })

  it('checks a configuration without a change, and names unknown keys with the nearest known key', async () => {
    const { run, done, tenant, current } = await fleet()
    const version = await tenant('alice')
    const good = await done(
      ['config', 'check', 'alice', '-'],
      configText({ features: { publish_enable: true } }),
    )
    expect(printed(good).warnings).toEqual([
      'tenants.alice.config.features.publish_enable is not known (did you mean publish_enabled?)',
    ])
    const bad = await run(['config', 'check', 'alice', '-'], configText({ features: { publish_enabled: 1 } }))
    expect([bad.code, printed(bad).violations]).toMatchObject([1, [{ path: 'publishers' }]])
    expect(await current('alice')).toBe(version)
  })

  it('shows and compares versions', async () => {
    const { run, done, tenant } = await fleet()
    const first = await tenant('alice', { features: { auto_view_enabled: 'yes' } })
    const changed = configText({ features: { auto_view_enabled: 'no' } })
    const expected = {
      changes: [{ path: 'features.auto_view_enabled', before: true, after: false }],
      more: 0,
    }
    expect(printed(await done(['config', 'diff', 'alice', '-'], changed))).toEqual(expected)
    await done(['config', 'publish', 'alice', '-'], changed)
    const between = await done(['config', 'diff', 'alice', '--from', first])
    expect(printed(between)).toEqual(expected)
    expect(between.said).toBe('~ features.auto_view_enabled: true -> false')
    expect(printed(await done(['config', 'show', 'alice', '--version', first]))).toMatchObject({
      written: { features: { auto_view_enabled: 'yes' } },
      sent: { features: { auto_view_enabled: true } },
    })
    expect(await run(['config', 'show', 'alice', '--version', 'f'.repeat(64)])).toMatchObject({ code: 1 })
  })

  it('warns about a rollback to a version whose credentials are gone', async () => {
    const { done, tenant } = await fleet()
    const first = await tenant('alice')
    await done(['credentials', 'put', 'alice', 'other'], credentials)
    const moved = JSON.stringify({ storage: { ...storage, credentials_ref: 'other' } })
    await done(['config', 'publish', 'alice', '-'], moved)
    await done(['credentials', 'delete', 'alice', 's'])
    const back = await done(['rollback', 'alice', first, '--note', 'too early'])
    expect(back.said).toContain('the storage has a reference without stored credentials')
    expect(JSON.parse((await done(['history', 'alice'])).out)[0]).toMatchObject({
      config_version: first,
      note: 'too early',
    })
  })

  it('changes one setting of many tenants, and keeps unknown keys', async () => {
    const { run, done, tenant, current } = await fleet()
    await tenant('alice', { features: { typo: 1 } })
    await tenant('bob', { content: { debug: true } })
    await done(['tenant', 'create', 'carol', '--host', 'carol.test.example'])
    const args = ['config', 'set', '--path', 'content.debug', '--value', 'true', '--all']
    const before = await current('alice')
    const dry = printed(await done([...args, '--dry-run']))
    expect(dry).toMatchObject({
      dry_run: true,
      skipped: ['carol'],
      tenants: [
        { tenant: 'alice', published: false, difference: { changes: [{ path: 'content' }] } },
        { tenant: 'bob', published: false, difference: { changes: [] } },
      ],
    })
    expect(await current('alice')).toBe(before)
    expect((await run([...args, '--plan', '0123456789abcdef'])).code).toBe(3)
    const { said, ...finished } = await done([...args, '--plan', String(dry.plan)])
    expect(printed({ said, ...finished })).toMatchObject({
      tenants: [
        { tenant: 'alice', published: true },
        { tenant: 'bob', published: false },
      ],
    })
    expect(said).toContain('features.typo is not known')
    expect(printed(await done(['config', 'show', 'alice'])).sent).toMatchObject({
      features: { typo: 1 },
      content: { debug: true },
    })
  })

  it('refuses a plan when a tenant changed after the dry run', async () => {
    const { run, done, tenant } = await fleet()
    await tenant('alice')
    const args = ['config', 'set', '--path', 'content.debug', '--value', 'true', '--all']
    const { plan } = printed(await done([...args, '--dry-run']))
    await done(['config', 'publish', 'alice', '-'], configText({ content: { archive: false } }))
    expect((await run([...args, '--plan', String(plan)])).code).toBe(3)
  })

  it('changes no tenant when the change fails for one of many', async () => {
    const { run, done, tenant, current } = await fleet()
    const versions = [await tenant('alice'), await tenant('bob')]
    await done(['tenant', 'create', 'carol', '--host', 'carol.test.example'])
    const set = (path: string, value: string, names = 'alice,bob') =>
      run(['config', 'set', '--path', path, '--value', value, '--tenants', names])
    expect(await set('content.debug', 'true', 'alice,carol')).toMatchObject({ code: 1 })
    expect(await set('content.debug', '"maybe"')).toMatchObject({ code: 1 })
    expect(await set('features.publish_enabled', 'true')).toMatchObject({ code: 1 })
    expect([await current('alice'), await current('bob')]).toEqual(versions)
  })

  it('changes all tenants in spite of a rule that a tenant violates already', async () => {
    const { done, tenant } = await fleet()
    await tenant('alice')
    await done(['credentials', 'delete', 'alice', 's', '--force'])
    const args = ['config', 'set', '--path', 'content.debug', '--value', 'true', '--all']
    expect(printed(await done(args)).tenants).toMatchObject([{ published: true }])
  })

  it('stores credentials, and prints no value of them', async () => {
    const { run, done, tenant } = await fleet()
    await tenant('alice')
    const same = await done(['credentials', 'put', 'alice', 's'], credentials)
    expect(printed(same).changed).toBe(false)
    const malformed = await run(['credentials', 'put', 'alice', 's'], `{provider: s3, bucket: ${canary}}`)
    expect(malformed.code).toBe(1)
    const broken = await run(
      ['credentials', 'put', 'alice', 's'],
      `{provider: dropbox, refresh_token: "${canary}`,
    )
    expect(broken.code).toBe(1)
    const unknown = await run(['credentials', 'put', 'bob', 's'], credentials)
    expect(unknown).toMatchObject({ code: 1, said: 'No tenant has the name bob.' })
    const listed = await done(['credentials', 'list', 'alice'])
    expect(JSON.parse(listed.out)).toMatchObject([{ ref: 's', provider: 'dropbox' }])
    for (const { out, said } of [same, malformed, broken, listed]) expect(out + said).not.toContain(canary)
  })

  it('keeps credentials that the current configuration uses', async () => {
    const { run, done, tenant } = await fleet()
    await tenant('alice')
    const refused = await run(['credentials', 'delete', 'alice', 's'])
    expect(refused.code).toBe(1)
    expect(refused.said).toContain('uses these credentials: storage.credentials_ref')
    await done(['credentials', 'delete', 'alice', 's', '--force'])
    expect(JSON.parse((await done(['credentials', 'list', 'alice'])).out)).toEqual([])
    expect((await run(['credentials', 'delete', 'alice', 's'])).code).toBe(1)
  })

  it('prints the usage of a month', async () => {
    const { place, run, done, tenant } = await fleet()
    await tenant('alice')
    await done(['tenant', 'set', 'alice', '--ai-budget', '100'])
    const database = await place.opened()
    const usage = createSqlUsage(database)
    const note = () =>
      ({ time: '', request_id: 'r', action: 'billing.usage', tenant: 'alice', outcome: 'counted' }) as const
    for (const [key, day, quantity] of [
      ['a', '2026-11-30', 1],
      ['b', '2026-12-01', 5],
      ['c', '2026-12-31', 7],
    ] as const) {
      const event = { idempotency_key: key, metric: 'ai_tokens', quantity, unit: 'tokens' } as const
      await usage.count('alice', { ...event, occurred_at: `${day}T12:00:00Z` }, note)
    }
    expect(printed(await done(['usage', 'alice', '--month', '2026-12']))).toEqual({
      tenant: 'alice',
      month: '2026-12',
      ai_budget: 100,
      totals: { ai_tokens: 12 },
      days: [
        { day: '2026-12-01', metric: 'ai_tokens', quantity: 5 },
        { day: '2026-12-31', metric: 'ai_tokens', quantity: 7 },
      ],
    })
    expect((await run(['usage', 'alice', '--month', '2026-13'])).code).toBe(2)
  })

  it('leaves a whole audit chain', async () => {
    const { place, done, tenant } = await fleet()
    await tenant('alice')
    await done(['tenant', 'set', 'alice', '--suspend'])
    await done(['credentials', 'delete', 'alice', 's', '--force'])
    const database = await place.opened()
    expect(await verifyAudit(database)).toMatchObject({ lines: 5, brokenAt: null })
    const actions = await database.read.selectFrom('audit').select('action').orderBy('seq').execute()
    expect(actions.map(({ action }) => action)).toEqual([
      'tenant.create',
      'credentials.put',
      'config.publish',
      'tenant.change',
      'credentials.delete',
    ])
  })
})
