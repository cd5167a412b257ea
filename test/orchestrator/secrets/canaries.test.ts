import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Database } from '../../../orchestrator/database/database.ts'
import { type Canary, canariesIn } from '../../support/fixtures/canary-search.ts'
import { type DatabaseOfTest, databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { importTenants, run, serving } from '../../support/fixtures/secret-store.ts'

const project = fileURLToPath(new URL('../../../', import.meta.url))

/** Secrets with characters that JSON and URLs escape. */
const secret = (name: string) => `canary/${name}+"quoted"&${crypto.randomUUID()}`

const s3 = { endpoint_url: 'https://s3.example', bucket: 'photos', region: 'auto' }
const google = { type: 'service_account', private_key: secret('private_key') }
const credentials = {
  dropbox: { provider: 'dropbox', refresh_token: secret('dropbox') },
  s3: { provider: 's3', access_key_id: 'id', secret_access_key: secret('s3'), ...s3 },
  managed: { provider: 'managed', access_key_id: 'id', secret_access_key: secret('managed'), ...s3 },
  gdrive: { provider: 'gdrive', service_account: google },
  openai: { provider: 'openai', api_key: secret('openai') },
  telegram: { provider: 'telegram', bot_token: secret('telegram') },
  smtp: { provider: 'smtp', password: secret('smtp') },
  instagram: { provider: 'instagram', access_token: secret('instagram'), user_id: '1' },
  bluesky: { provider: 'bluesky', handle: 'alice.example', app_password: secret('bluesky') },
  mastodon: { provider: 'mastodon', instance_url: 'https://m.example', access_token: secret('mastodon') },
}
const [oldKey, newKey] = [
  crypto.getRandomValues(new Uint8Array(32)),
  crypto.getRandomValues(new Uint8Array(32)),
]
const environmentToken = `service-token-${crypto.randomUUID()}`
const kmsSecret = secret('kms').replaceAll('"', "'")
const hookSecret = secret('webhook')

const stored: Canary[] = [
  ...secretsIn(credentials),
  { name: 'old key', secret: oldKey },
  { name: 'new key', secret: newKey },
  { name: 'token of the environment', secret: environmentToken },
  { name: 'KMS', secret: kmsSecret },
  { name: 'webhook', secret: hookSecret },
]

/** Returns all canaries within a value. */
function secretsIn(value: unknown, name = ''): Canary[] {
  if (typeof value === 'string') return value.startsWith('canary/') ? [{ name, secret: value }] : []
  return Object.entries(z.record(z.string(), z.unknown()).parse(value)).flatMap(([key, inner]) =>
    secretsIn(inner, `${name}/${key}`),
  )
}

const keyOf = (kid: string, key: Uint8Array) => `${kid}:${Buffer.from(key).toString('base64url')}`

/** Everything that programs printed or answered, except answers whose purpose is a secret. */
function createOutputs() {
  const texts: string[] = []
  return { texts, add: (...more: string[]) => void texts.push(...more) }
}
type Outputs = ReturnType<typeof createOutputs>

describe.each(databaseKinds)('secrets in %s', (kind) => {
  const databases = databasesOf(kind, { hasOwnServer: true })
  // Starts the server of PostgreSQL outside of the time limit of a test.
  beforeAll(async () => (await databases.createMigrated())[Symbol.asyncDispose]())
  afterAll(databases.close)

  it('keeps secrets out of files, tables, outputs and refusals when everything was tried', async () => {
    await using database = await databases.createMigrated()
    const outputs = createOutputs()
    const canaries = [...stored]
    expect(canaries.length).toBe(15)
    const password = database.url === undefined ? undefined : new URL(database.url).password
    if (password) canaries.push({ name: 'password of the database', secret: password })
    const variables = variablesOf(database)
    const said = async (env: Record<string, string>, ...args: string[]) => {
      const { printed, said: told } = await run(env, ...args)
      outputs.add(...printed, ...told)
      return printed
    }
    const imported = await importTenants(database, variables, {
      alice: credentials,
      bob: { x: credentials.smtp },
    })
    expect(imported.code).toBe(0)
    outputs.add(...imported.printed, ...imported.said)
    const created = await run(variables, 'token', 'create', '--name', 'fleet', '--scopes', 'credentials')
    outputs.add(...created.said)
    canaries.push({ name: 'created token', secret: created.printed.at(-1) ?? '' })

    await callProcess(variables, created.printed.at(-1) ?? '', outputs)
    await refusedCommands(database, variables, said)
    const opened = await database.opened()
    await addWebhook(variables)
    await said(
      { ...variables, ORCHESTRATOR_KEYS: `${keyOf('new', newKey)},${keyOf('old', oldKey)}` },
      'rotate-keys',
      '--data',
    )
    await said({ ...variables, ORCHESTRATOR_KEYS: keyOf('new', newKey) }, 'keys', 'list')
    const [history] = await said(variables, 'history', 'alice')
    await said(variables, 'rollback', 'alice', String(JSON.parse(history ?? '[]')[0]?.config_version))
    await said(variables, 'audit', 'verify')
    await said(variables, 'token', 'list')

    const search = async () => [
      ...canariesIn(outputs.texts.join('\n'), canaries),
      ...canariesIn(await dumpOf(opened), canaries),
      ...(await filesOf(database, opened)).flatMap((file) => canariesIn(readFileSync(file), canaries)),
    ]
    expect(await search()).toEqual([])

    // The search can fail: it finds a planted secret in tables and files.
    const data = Buffer.from(credentials.smtp.password).toString('base64')
    const event = { id: 'planted', tenant: 'alice', type: 'planted', data, at: 'now' }
    await opened.change((tx) => tx.insertInto('event').values(event).execute())
    const found = await search()
    expect(found.length).toBeGreaterThanOrEqual(2)
    expect(found.filter((hit) => !hit.startsWith('/smtp/password as base64'))).toEqual([])
  }, 120_000)
})

function variablesOf(database: DatabaseOfTest): Record<string, string> {
  return {
    ...database.variables,
    ORCHESTRATOR_KEYS: keyOf('old', oldKey),
    ORCHESTRATOR_SERVICE_TOKEN: environmentToken,
    AWS_SECRET_ACCESS_KEY: kmsSecret,
  }
}

/** Starts the process as operators do, and sends good and bad calls. */
async function callProcess(
  variables: Record<string, string>,
  created: string,
  outputs: Outputs,
): Promise<void> {
  const child = spawn(process.execPath, ['orchestrator/main.ts'], {
    cwd: project,
    env: { PATH: process.env.PATH, ...variables, ORCHESTRATOR_PORT: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const listening = Promise.withResolvers<string>()
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => {
      outputs.add(chunk.toString())
      const url = /listens on (\S+)/.exec(chunk.toString())?.[1]
      if (url !== undefined) listening.resolve(url)
    })
  const closed = once(child, 'close')
  void closed.then(() => listening.reject(new Error('The process ended.')))
  const url = await listening.promise
  const post = (path: string, body: string, token = created, tenant = 'alice') =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'x-tenant': tenant, 'content-type': 'application/json' },
      body,
    })
  for (const ref of Object.keys(credentials)) {
    const resolved = await post('/v1/credentials/resolve', JSON.stringify({ credentials_ref: ref }))
    expect(resolved.status).toBe(200)
    await resolved.arrayBuffer()
  }
  const canary = credentials.smtp.password
  const bad = [
    post('/v1/credentials/resolve', `{"credentials_ref":"${canary}`),
    post('/v1/credentials/resolve', JSON.stringify({ credentials_ref: canary })),
    post('/v1/credentials/resolve', JSON.stringify({ credentials_ref: 'smtp' }), encodeURIComponent(canary)),
    post('/v1/credentials/resolve', JSON.stringify({ credentials_ref: 'smtp' }), environmentToken, 'bob'),
    post('/v1/billing/usage', JSON.stringify({ tenant_id: canary, idempotency_key: canary })),
    post('/v1/claims', JSON.stringify({ key: canary }), environmentToken),
    post('/v1/runtime/by-host', JSON.stringify({ host: canary }), environmentToken),
  ]
  for (const response of await Promise.all(bad)) {
    expect(response.status).toBeGreaterThanOrEqual(400)
    outputs.add(await response.text(), JSON.stringify([...response.headers]))
  }
  child.kill('SIGTERM')
  await closed
}

/** Runs commands that fail with secrets in their input. */
async function refusedCommands(
  { directory, url }: DatabaseOfTest,
  variables: Record<string, string>,
  said: (env: Record<string, string>, ...args: string[]) => Promise<unknown>,
): Promise<void> {
  const file = join(directory, 'broken.yaml')
  const broken = [
    `alice: { x: "${secret('yaml')}`,
    JSON.stringify({ alice: { x: { ...credentials.smtp, provider: 'no' } } }),
  ]
  for (const text of broken) {
    writeFileSync(file, text)
    await said(variables, 'import-yaml', file, file)
  }
  writeFileSync(file, '')
  await said({ ...variables, ORCHESTRATOR_KEYS: `${keyOf('old', oldKey)}=broken` }, 'keys', 'list')
  await said({ ...variables, ORCHESTRATOR_KEYS: keyOf('old', newKey) }, 'rotate-keys', '--data')
  await said({ ...variables, ORCHESTRATOR_SERVICE_TOKEN: kmsSecret.slice(0, 10) }, 'keys', 'list')
  if (url === undefined) return
  const unreachable = new URL(url)
  unreachable.port = '1'
  await said({ ...variables, DATABASE_URL: unreachable.href }, 'keys', 'list')
}

async function addWebhook(variables: Record<string, string>): Promise<void> {
  await using server = await serving(variables)
  const place = { tenant: 'alice', ref: 'hook', provider: 'webhook' }
  await server.database.change(async (tx) => {
    const { value, data_key } = await server.envelope.seal(tx, place, hookSecret)
    const row = { id: 'hook', tenant: 'alice', url: 'https://example.org', types: '', at: 'now' }
    await tx
      .insertInto('webhook')
      .values({ ...row, secret: value, data_key })
      .execute()
  })
}

/** Returns all rows of all tables as JSON lines. */
async function dumpOf({ read }: Database): Promise<string> {
  const tables = await read.introspection.getTables()
  const rows = await Promise.all(
    tables.map(async ({ name }) => (await sql`select * from ${sql.table(name)}`.execute(read)).rows),
  )
  expect(rows.flat().length).toBeGreaterThan(10)
  return rows
    .flat()
    .map((row) => JSON.stringify(row))
    .join('\n')
}

/** Lists the files of the database: the data directory, and that of the server of PostgreSQL after a checkpoint. */
async function filesOf({ directory, url }: DatabaseOfTest, { read }: Database): Promise<string[]> {
  const folders = [directory]
  if (url !== undefined) {
    await sql`checkpoint`.execute(read)
    const { rows } = await sql<{ data_directory: string }>`show data_directory`.execute(read)
    for (const { data_directory } of rows)
      folders.push(join(data_directory, 'base'), join(data_directory, 'pg_wal'))
  }
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name)),
  )
}
