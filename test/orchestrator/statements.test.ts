import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { createDatabasePlane } from '../../orchestrator/control-plane.ts'
import { createDeliveries } from '../../orchestrator/notices/deliveries.ts'
import { createInvalidations } from '../../orchestrator/notices/invalidations.ts'
import { sweepEvents } from '../../orchestrator/notices/sweep.ts'
import type { WebhookOutcome } from '../../orchestrator/notices/webhook-call.ts'
import { type DatabaseOfTest, databaseKinds, databasesOf } from '../support/fixtures/databases.ts'
import { sendDue } from '../support/fixtures/notices.ts'
import { commandsOf } from '../support/fixtures/orchestrator-commands.ts'
import { primary, referenceOver } from '../support/fixtures/reference-orchestrator.ts'
import { envelopeOfTest, fillDatabase, keysOfTest } from '../support/fixtures/reference-planes.ts'
import { studioOver } from '../support/fixtures/studio-calls.ts'
import { isOfSingleTenant, recordStatements, tenantTablesIn } from '../support/fixtures/tenant-statements.ts'

/** Statements about the whole fleet, by their purpose. Beside numbers, none reads rows for a call of the contract. */
const ofTheFleet: Readonly<Record<string, RegExp>> = {
  'polls for changed tenants': /^select max\("revision"\) as "last", count\(\*\) as "tenants" from "tenant"$/,
  'numbers a change': /^select max\("revision"\) as "last" from "tenant"$/,
  'numbers a version': /^select max\("id"\) as "id" from "config_version"$/,
  'lists all tenants': /^select "tenant"\.\*, "config_version"\."config_version" from "tenant" left join /,
  'lists all hosts': /^select "tenant", "host" from "domain" order by "host"$/,
  'writes the files of all tenants':
    /^select "tenant"\."name", [^.]+\."app_type", "tenant"\."schema_version"/,
  'lists all webhooks':
    /^select "id", "tenant", "url", "types", "at", "disabled_at" from "webhook" order by /,
  'lists all deliveries':
    /^select "delivery"\."event", "delivery"\."webhook", "event"\."type", "event"\."tenant"/,
  'counts the data keys of a key': /^select "kid", count\(\*\) as "count" from "data_key" group by "kid"/,
  'rewraps data keys':
    /^select "id", "tenant", "kid", "wrapped" from "data_key" where "kid" <> \S+ and "id" > \S+ order by/,
  'finds the next tenant with old data keys':
    /^select "tenant" from "data_key" where "tenant" > \S+ group by "tenant"/,
  'finds due webhooks': /^select "due"\."webhook" from "webhook_delivery" as "due" where "due"\."state" = /,
  'finds due invalidations': /^select "host"(, "change", "tries")? from "invalidation" where "due_at" <= /,
  'removes invalidations without a fleet': /^delete from "invalidation"$/,
  'finds old deliveries': /^select "event"(, "webhook")? from "webhook_delivery" where "done_at" < /,
  'finds connections that were checked in the future':
    /^select "ref" from "connection" where "checked_at" > /,
  'finds credentials without a connection':
    /^select "credential"\."tenant", "credential"\."ref", .* where "connection"\."ref" is null/,
  'finds old attempts': /^select "id" from "connection_attempt" where "expires_at" < /,
  'finds due connections': /^select \* from "connection" where "provider" in \(/,
  'finds old events': /^select "id" from "event" where "at" < /,
}

const event = {
  idempotency_key: 'same-key',
  metric: 'ai_tokens',
  quantity: 5,
  unit: 'tokens',
  occurred_at: new Date().toISOString(),
  source: 'publisher',
}

describe.each(databaseKinds)('the statements on %s', (kind) => {
  const databases = databasesOf(kind)
  // Starts the server of PostgreSQL outside of the time limit of a test.
  beforeAll(async () => (await databases.create())[Symbol.asyncDispose]())
  afterAll(databases.close)

  it('names the tenant in each statement of calls, commands and notices, except for those about the fleet', async () => {
    await using own = await databases.create()
    const seen = recordStatements()
    await commandsOn(own, databases.create)
    await callsOn(own)
    await studioOn(own)
    await noticesOn(own)
    const done = commandsOf({ ...own.variables, ORCHESTRATOR_KEYS: keysOfTest })
    await done(['webhook', 'deliveries'])
    await done(['webhook', 'deliveries', '--state', 'failed'])
    const others = [...seen].filter((sql) => !isOfSingleTenant(sql))
    const patterns = Object.entries(ofTheFleet)
    expect(others.filter((sql) => !patterns.some(([, pattern]) => pattern.test(sql)))).toEqual([])
    expect(patterns.filter(([, pattern]) => !others.some((sql) => pattern.test(sql)))).toEqual([])
    const tables = new Set([...seen].flatMap(tenantTablesIn))
    expect([...tables].toSorted()).toEqual([
      'api_key',
      'claim',
      'config_version',
      'connection',
      'connection_attempt',
      'credential',
      'data_key',
      'domain',
      'event',
      'invalidation',
      'notice_mail',
      'tenant',
      'usage_day',
      'usage_event',
      'webhook',
      'webhook_delivery',
    ])
  }, 60_000)
})

/** Runs every command that works on a database, except `backup` and `restore`, which are about all rows. */
async function commandsOn(own: DatabaseOfTest, create: () => Promise<DatabaseOfTest>): Promise<void> {
  const variables = { ...own.variables, ORCHESTRATOR_KEYS: keysOfTest }
  const at = (name: string) => join(own.directory, name)
  const runs = async (args: readonly string[], others: Readonly<Record<string, string>> = {}, input = '') => {
    const { code, out, said } = await commandsOf({ ...variables, ...others })(args, input)
    expect([args.join(' '), code, code === 0 ? '' : said]).toEqual([args.join(' '), 0, ''])
    return out
  }
  const newRoot = ['--path', 'storage.paths.root', '--value', '/Newer']
  await fillDatabase(await own.opened())
  const storage = { provider: 'dropbox', credentials_ref: 'storage', paths: { root: '/New' } }
  await writeFile(at('config.json'), JSON.stringify({ storage }))
  await runs(['tenant', 'create', 'zoe', '--host', 'zoe.shibari.test'])
  const value = JSON.stringify({ provider: 'dropbox', refresh_token: 'of-zoe' })
  await runs(['credentials', 'put', 'zoe', 'storage'], {}, value)
  await runs(['credentials', 'put', 'zoe', 'spare'], {}, value)
  await runs(['webhook', 'create', '--tenant', 'zoe', '--url', 'https://hooks.example/zoe'])
  const everyHook = await runs(['webhook', 'create', '--all', '--url', 'https://hooks.example/all'])
  await runs(['config', 'check', 'zoe', at('config.json')])
  await runs(['config', 'publish', 'zoe', at('config.json')])
  await runs(['config', 'set', '--tenants', 'zoe', ...newRoot])
  await runs(['config', 'diff', 'zoe', at('config.json')])
  await runs(['config', 'show', 'zoe'])
  const history = JSON.parse(await runs(['history', 'zoe']))
  await runs(['rollback', 'zoe', history.at(-1).config_version])
  await runs(['credentials', 'list', 'zoe'])
  await runs(['credentials', 'delete', 'zoe', 'spare'])
  for (const setting of [['--ttl', '60'], ['--ai-budget', '5'], ['--suspend'], ['--resume']])
    await runs(['tenant', 'set', 'zoe', ...setting])
  await runs(['tenant', 'set', 'zoe', '--host', 'zoe.shibari.test', '--host', 'other.shibari.test'])
  await runs(['tenant', 'show', 'zoe'])
  await runs(['tenant', 'list'])
  await runs(['usage', 'zoe'])
  await runs(['token', 'create', '--name', 'x', '--scopes', 'runtime'])
  await runs(['token', 'revoke', 'x'])
  await runs(['token', 'list'])
  const newKeys = `k2:${Buffer.alloc(32, 9).toString('base64url')},${keysOfTest}`
  await runs(['rotate-keys'], { ORCHESTRATOR_KEYS: newKeys })
  await runs(['rotate-keys', '--data'], { ORCHESTRATOR_KEYS: `${keysOfTest},${newKeys.split(',')[0]}` })
  await runs(['keys', 'list'])
  await runs(['audit', 'verify'])
  await runs(['audit', 'list'])
  await runs(['audit', 'list', '--tenant', 'zoe'])
  await runs(['webhook', 'list'])
  const pair = await generateKeyPair('ECDH-ES+A256KW', { extractable: true })
  await writeFile(at('public.jwk'), JSON.stringify(await exportJWK(pair.publicKey)))
  await writeFile(at('private.jwk'), JSON.stringify(await exportJWK(pair.privateKey)))
  await runs(['export', '--yaml'])
  await runs(['export', 'zoe', '--yaml', '--tenants', at('t.yaml'), '--secrets', at('s.yaml')])
  const exported = await runs(['export', 'zoe', '--with-secrets', '--recipient', at('public.jwk')])
  await writeFile(at('zoe.json'), exported)
  await using second = await create()
  await runs(['import', at('zoe.json'), '--key', at('private.jwk')], second.variables)
  await runs(['webhook', 'delete', JSON.parse(everyHook).id])
}

/** Sends calls of the contract for several tenants. */
async function callsOn(own: DatabaseOfTest): Promise<void> {
  const database = await own.opened()
  const envelope = envelopeOfTest(database)
  const failures: string[] = []
  const onFailure = (reason: string) => void failures.push(reason)
  const plane = createDatabasePlane({ database, envelope, tokens: [primary], onFailure })
  onTestFinished(() => plane.close())
  const { byHost, resolve, post, request } = referenceOver(plane, [], {})
  await byHost('zoe.shibari.test', { authorization: 'Bearer an-unknown-token' })
  for (const label of ['zoe', 'alice', 'robert', 'unknown']) await byHost(`${label}.shibari.test`)
  await resolve('robert', 'bob-storage')
  await resolve('zoe', 'storage')
  for (const tenant_id of ['zoe', 'zoe', 'robert']) await post('/v1/billing/usage', { ...event, tenant_id })
  const headers = { 'x-tenant': 'zoe' }
  const created = await post('/v1/claims', { key: 'k', holder: 'h', ttl_seconds: 60 }, headers)
  const { version } = await created.json()
  const change = { method: 'PUT', body: JSON.stringify({ version, record: 1 }), headers }
  const replaced = await (await request('/v1/claims/k', change)).json()
  const gone = await request(`/v1/claims/k?version=${replaced.version}`, { method: 'DELETE', headers })
  expect([gone.status, failures]).toEqual([204, []])
}

/** Sends calls of the studio for a tenant. */
async function studioOn(own: DatabaseOfTest): Promise<void> {
  const { call, patch, byHost } = studioOver(await own.opened())
  const post = async (path: string, body: unknown) =>
    (await call(path, { method: 'POST', tenant: 'zoe', body })).json()
  const statuses = [(await patch({ appearance: { title: 'Zoe' } }, 'zoe')).status]
  const key = await post('/keys', { name: 'x', scopes: ['read'] })
  const hook = await post('/webhooks', { url: 'https://hooks.example/a' })
  await byHost('zoe.shibari.test')
  for (const path of ['/settings', '/keys', '/webhooks', '/connections', '/folders'])
    statuses.push((await call(path, { tenant: 'zoe' })).status)
  for (const path of [`/keys/${key.id}`, `/webhooks/${hook.id}`])
    statuses.push((await call(path, { method: 'DELETE', tenant: 'zoe' })).status)
  expect(statuses).toEqual([200, 200, 200, 200, 200, 422, 204, 204])
}

/** Sends the invalidations and events, of which some fail, and removes old rows. */
async function noticesOn(own: DatabaseOfTest): Promise<void> {
  const database = await own.opened()
  const outcomes: WebhookOutcome[] = [{ kind: 'failed', error: 'HTTP 500' }, { kind: 'gone' }]
  await sendDue(
    createDeliveries({
      database,
      envelope: envelopeOfTest(database),
      call: async () => outcomes.shift() ?? { kind: 'delivered' },
    }),
  )
  const statuses = [503, 200]
  const call = async () => statuses.shift() ?? 200
  await sendDue(createInvalidations({ database, call, warn: () => {} }))
  await sendDue(createInvalidations({ database, call: undefined, warn: () => {}, now: inAYear }))
  await sweepEvents(database, inAYear())
}

const inAYear = () => Date.now() + 366 * 24 * 3_600_000

describe('the check of statements', () => {
  it.each([
    'select "value" from "credential" where "ref" = ?',
    'delete from "claim" where "key" = ?',
    'update "tenant" set "config" = ?',
    'select * from "domain"',
    'select * from "event" where exists (select 1 from "webhook_delivery" where "webhook_delivery"."event" = "event"."id")',
    'select * from "webhook" where "disabled_at" is null',
  ])('finds the statement without a tenant %j', (sql) => {
    expect(isOfSingleTenant(sql)).toBe(false)
  })

  it.each([
    'select "value" from "credential" where "tenant" = ? and "ref" = ?',
    'update "webhook" set "disabled_at" = $1 where "id" = $2',
    'select "seq" from "audit_head"',
  ])('accepts the statement %j', (sql) => {
    expect(isOfSingleTenant(sql)).toBe(true)
  })
})
