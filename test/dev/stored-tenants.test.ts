/** Restarts of the demo on its kept database. */

import { expect, it } from 'vitest'
import { stringify } from 'yaml'
import { putDemoTenants } from '../../dev/demo/stored-tenants.ts'
import type { Database } from '../../orchestrator/database/database.ts'
import { bind, tenantSchema } from '../../orchestrator/registry/binding.ts'
import { parseRegistry } from '../../orchestrator/registry/file.ts'
import { history, publish, rollback } from '../../orchestrator/registry/sql/history.ts'
import { createSqlRegistry } from '../../orchestrator/registry/sql.ts'
import { createConfiguredKeys } from '../../orchestrator/secrets/configured-keys.ts'
import { createEnvelope } from '../../orchestrator/secrets/envelope.ts'
import { databasesOf } from '../support/fixtures/databases.ts'

const person = { name: 'someone', requestId: 'test' }

/** Returns what the demo makes at a start. */
function made({ mailPort = 1025, title = 'Alice', apiKey = 'sk-first', publishes = true } = {}) {
  const config = {
    features: { publish_enabled: publishes },
    storage: { provider: 'local', paths: { root: '/' } },
    appearance: { title },
    ai: { credentials_ref: 'alice-ai' },
    email_server: {
      host: '127.0.0.1',
      port: mailPort,
      use_tls: false,
      from_email: 'a@example.org',
      password_ref: 'p',
    },
  }
  return parseRegistry({
    tenants: stringify({ tenants: { alice: { hosts: ['alice.localhost'], ttl_seconds: 60, config } } }),
    secrets: stringify({ alice: { 'alice-ai': { provider: 'openai', api_key: apiKey } } }),
    variables: {},
    versionKey: 'key',
  })
}

async function opened() {
  const databases = databasesOf('sqlite')
  const own = await databases.createMigrated()
  const database = await own.opened()
  const envelope = createEnvelope(database, createConfiguredKeys([{ kid: 'k', key: new Uint8Array(32) }]))
  return {
    database,
    start: async (start?: Parameters<typeof made>[0]) =>
      (await putDemoTenants(database, envelope, await made(start))).alice?.config,
    registry: createSqlRegistry({ database, envelope, pollMs: -1 }),
    [Symbol.asyncDispose]: () => own[Symbol.asyncDispose](),
  }
}

async function publishByPerson(database: Database, config: Record<string, unknown>): Promise<void> {
  const bound = await bind(
    'alice',
    tenantSchema.parse({ hosts: ['alice.localhost'], ttl_seconds: 60, config }),
  )
  await publish(database, { tenant: 'alice', written: JSON.stringify(config), bound }, person)
}

it('publishes nothing when the demo restarts without a change', async () => {
  await using demo = await opened()
  await demo.start()
  await demo.start()
  expect(await history(demo.database, 'alice')).toHaveLength(1)
})

it('follows the demo when only the demo has published', async () => {
  await using demo = await opened()
  await demo.start()
  expect(await demo.start({ title: 'Alice in Rope', mailPort: 2025 })).toMatchObject({
    appearance: { title: 'Alice in Rope' },
    email_server: { port: 2025 },
  })
})

it('keeps the configuration of a person at every restart, with the new port of the mail server', async () => {
  await using demo = await opened()
  const config = await demo.start()
  await publishByPerson(demo.database, { ...config, appearance: { title: 'Mine' } })
  for (const mailPort of [2025, 3025]) {
    expect(await demo.start({ mailPort })).toMatchObject({
      appearance: { title: 'Mine' },
      email_server: { port: mailPort, from_email: 'a@example.org' },
    })
  }
  expect((await history(demo.database, 'alice')).map(({ author }) => author)).toEqual([
    ...['someone', 'someone', 'someone'],
    'npm run demo',
  ])
})

it('keeps a rollback of a person', async () => {
  await using demo = await opened()
  await demo.start({ title: 'First' })
  const [first] = await history(demo.database, 'alice')
  await demo.start({ title: 'Second' })
  await rollback(demo.database, { tenant: 'alice', version: first?.config_version ?? '' }, person)
  expect(await demo.start({ title: 'Third' })).toMatchObject({ appearance: { title: 'First' } })
})

it('replaces the credentials when the emulated vendors have new accounts', async () => {
  await using demo = await opened()
  const config = await demo.start()
  await publishByPerson(demo.database, { ...config, appearance: { title: 'Mine' } })
  await demo.start({ apiKey: 'sk-second' })
  expect((await demo.registry.credentials('alice', 'alice-ai'))?.answer).toMatchObject({
    api_key: 'sk-second',
  })
})

it("keeps the user's own photos view only when a person has published for the sample photos", async () => {
  await using demo = await opened()
  const config = await demo.start()
  await publishByPerson(demo.database, { ...config, appearance: { title: 'Mine' } })
  expect(await demo.start({ publishes: false })).toMatchObject({
    features: { publish_enabled: false },
    appearance: { title: 'Mine' },
  })
})
