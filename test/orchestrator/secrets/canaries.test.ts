import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exportJWK, generateKeyPair } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startKmsEmulator } from '../../../dev/emulators/kms.ts'
import {
  account,
  canaries,
  credentials,
  environmentToken,
  newKey,
  oldKey,
  secretFor,
} from '../../support/fixtures/canaries.ts'
import {
  type Outputs,
  poster,
  refusedCalls,
  refusedCommands,
  resolveAll,
} from '../../support/fixtures/canary-calls.ts'
import { type Canary, canariesIn } from '../../support/fixtures/canary-search.ts'
import { type DatabaseOfTest, databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { eventually } from '../../support/fixtures/eventually.ts'
import { startReceiver } from '../../support/fixtures/http-receiver.ts'
import { start } from '../../support/fixtures/program.ts'
import { importTenants, run, serving } from '../../support/fixtures/secret-store.ts'
import { filesOf, rowsOf } from '../../support/fixtures/stored-bytes.ts'

const main = fileURLToPath(new URL('../../../orchestrator/main.ts', import.meta.url))
const kmsKey = '11111111-aaaa'
type Variables = Record<string, string>

/** The parts of a run: its known secrets, its outputs, and commands whose texts become outputs. */
function createScene(database: DatabaseOfTest) {
  const known: Canary[] = [...canaries]
  const outputs: Outputs = { texts: [], add: (...texts) => void outputs.texts.push(...texts) }
  const password = database.url === undefined ? '' : new URL(database.url).password
  if (password) known.push({ name: 'password of the database', secret: password })
  return {
    known,
    outputs,
    /** Runs a command. */
    async ran(env: Variables, ...args: string[]) {
      const done = await run(env, ...args)
      outputs.add(...done.printed, ...done.said)
      return done
    },
    /** Runs a command that succeeds. */
    async done(env: Variables, ...args: string[]) {
      const { code, printed, said } = await this.ran(env, ...args)
      expect([args[0], code, code ? said : '']).toEqual([args[0], 0, ''])
      return printed.join('\n')
    },
    /** Runs a command that prints a secret on purpose. */
    async creates(env: Variables, ...args: string[]) {
      const { code, printed, said } = await run(env, ...args)
      expect(code).toBe(0)
      outputs.add(...said)
      return printed.join('\n')
    },
    /** Adds the data keys, which the keys of the environment open. */
    async knowDataKeys(env: Variables) {
      await using server = await serving(env)
      const { keys } = server.envelope
      for (const row of await server.database.read.selectFrom('data_key').selectAll().execute())
        known.push({ name: `data key of ${row.tenant}`, secret: await keys.unwrap(row, row) })
    },
  }
}
type Scene = ReturnType<typeof createScene>

describe('the search for secrets', () => {
  const secret = secretFor('search')
  const forms = {
    'clear text': secret,
    base64: Buffer.from(secret).toString('base64'),
    'base64 at another position': Buffer.from(`ab${secret}`).toString('base64'),
    base64url: Buffer.from(secret).toString('base64url'),
    hex: Buffer.from(secret).toString('hex'),
    JSON: JSON.stringify(secret),
    'JSON in JSON': JSON.stringify(JSON.stringify(secret)),
    URL: encodeURIComponent(secret),
  }

  it.each(Object.entries(forms))('finds a secret when it is written as %s', (_, text) => {
    expect(canariesIn(`before ${text} after`, [{ name: 'it', secret }])).not.toEqual([])
  })
})

describe.each(databaseKinds)('secrets in %s', (kind) => {
  const databases = databasesOf(kind, { hasOwnServer: true })
  // Starts the server of PostgreSQL outside of the time limit of a test.
  beforeAll(async () => (await databases.createMigrated())[Symbol.asyncDispose]())
  afterAll(databases.close)

  it('keeps secrets out of files, tables, outputs, backups and exports when everything was tried', async () => {
    await using database = await databases.create()
    await using receiver = await startReceiver()
    const kms = await startKmsEmulator({ account, keyIds: [kmsKey] })
    await using _kms = { [Symbol.asyncDispose]: kms.close }
    const scene = createScene(database)
    const { known, outputs } = scene
    const variables = {
      ...database.variables,
      ORCHESTRATOR_KEYS: oldKey.text,
      ORCHESTRATOR_SERVICE_TOKEN: environmentToken,
      ALLOW_PRIVATE_ENDPOINTS: 'true',
    }
    const withKms = {
      ...variables,
      ORCHESTRATOR_KEYS: newKey.text,
      ORCHESTRATOR_KMS_KEY_ID: kmsKey,
      ORCHESTRATOR_KMS_URL: kms.url,
      AWS_REGION: account.region,
      AWS_ACCESS_KEY_ID: account.accessKeyId,
      AWS_SECRET_ACCESS_KEY: account.secretAccessKey,
      AWS_SESSION_TOKEN: account.sessionToken,
    }
    const imported = await importTenants(database, variables, {
      alice: credentials,
      bob: { x: credentials.smtp },
    })
    expect([imported.code, known.length >= 15]).toEqual([0, true])
    outputs.add(...imported.printed, ...imported.said)
    const create = ['token', 'create', '--name', 'fleet', '--scopes', 'credentials']
    const token = (await scene.creates(variables, ...create)).split('\n').at(-1) ?? ''
    known.push({ name: 'created token', secret: token })
    const webhook = ['webhook', 'create', '--tenant', 'alice', '--url', receiver.url]
    const { secret } = JSON.parse(await scene.creates(variables, ...webhook))
    const decoded = Buffer.from(String(secret).replace('whsec_', ''), 'base64')
    known.push({ name: 'signing text', secret }, { name: 'signing secret', secret: decoded })

    const served = start(main, { ...variables, ORCHESTRATOR_PORT: '0', PATH: process.env.PATH ?? '' })
    try {
      const [, url = ''] = await served.says(/listens on (\S+)\n/)
      const post = poster(url, token)
      expect(new Set(await resolveAll(post, outputs))).toEqual(new Set([200]))
      for (const status of await refusedCalls(post, outputs)) expect(status).toBeGreaterThanOrEqual(400)
      for (const code of await refusedCommands(database, variables, (...args) => scene.ran(...args)))
        expect(code).toBeGreaterThan(0)
      await republish(database, variables, scene)
      await eventually(() => expect(receiver.calls.length).toBeGreaterThan(0))
      outputs.add(...receiver.calls.map((call) => JSON.stringify(call)))

      await scene.knowDataKeys(variables)
      await scene.done(
        { ...variables, ORCHESTRATOR_KEYS: `${newKey.text},${oldKey.text}` },
        'rotate-keys',
        '--data',
      )
      await scene.knowDataKeys(withKms)
      await scene.done(withKms, 'rotate-keys')
      const hits = await refusedByKms(kms, withKms, outputs)
      expect(hits).toBeGreaterThan(0)
      await scene.done(withKms, 'keys', 'list')
      // This process has neither the new key nor the key service.
      for (const status of await resolveAll(post, outputs)) expect([200, 503]).toContain(status)
      await everyList(withKms, scene)
      await transfers(databases, { database, variables: withKms, scene })

      const opened = await database.opened()
      const backup = join(database.directory, 'planted.jsonl.gz')
      const search = async (canaries: readonly Canary[]) => ({
        outputs: canariesIn(outputs.texts.join('\n'), canaries),
        process: canariesIn(JSON.stringify(served.out), canaries),
        tables: canariesIn(await rowsOf(opened), canaries),
        files: (await filesOf(database, opened)).flatMap(({ path, bytes }) =>
          canariesIn(bytes, canaries).map((hit) => `${hit} in ${path.slice(database.directory.length)}`),
        ),
      })
      expect(await search(known)).toEqual({ outputs: [], process: [], tables: [], files: [] })
      if (kind === 'sqlite')
        expect((await filesOf(database, opened)).map(({ path }) => path)).toContainEqual(
          expect.stringMatching(/-wal$/),
        )

      // The search can fail: it finds a planted secret in tables, files, exports and backups.
      const planted = known.filter(({ name }) => name === '/smtp/password')
      const data = JSON.stringify({ of: Buffer.from(credentials.smtp.password).toString('base64') })
      const event = { id: 'planted', tenant: 'alice', type: 'planted', data, at: '2026-12-01T00:00:00.000Z' }
      await opened.change((tx) => tx.insertInto('event').values(event).execute())
      await scene.done(withKms, 'export', 'alice')
      await scene.done(withKms, 'backup', backup)
      const found = await search(planted)
      expect(found.outputs).toContain('/smtp/password as base64')
      expect(found.tables).toContain('/smtp/password as base64')
      expect(found.files).toContainEqual(expect.stringContaining('planted.jsonl.gz'))
      expect(found.files.filter((hit) => !hit.includes('planted')).length).toBeGreaterThan(0)
    } finally {
      served.child.kill('SIGTERM')
      await served.exit
    }
    expect(canariesIn(JSON.stringify(served.out), known)).toEqual([])
    expect(served.out.stderr).toContain('listens on')
  }, 120_000)
})

/** Publishes a configuration, rolls it back, and changes credentials and settings. */
async function republish({ directory }: DatabaseOfTest, variables: Variables, scene: Scene): Promise<void> {
  const [file, ai] = [join(directory, 'config.json'), join(directory, 'ai.json')]
  const storage = { provider: 'dropbox', credentials_ref: 'dropbox', paths: { root: '/Other' } }
  await writeFile(file, JSON.stringify({ storage }))
  await writeFile(ai, JSON.stringify({ ...credentials.openai, api_key: credentials.smtp.password }))
  await scene.done(variables, 'config', 'check', 'alice', file)
  await scene.done(variables, 'config', 'diff', 'alice', file)
  await scene.done(variables, 'config', 'publish', 'alice', file)
  await scene.done(variables, 'credentials', 'put', 'alice', 'second', ai)
  await scene.done(variables, 'credentials', 'put', 'alice', 'openai', ai)
  await scene.done(variables, 'credentials', 'delete', 'alice', 'second')
  await Promise.all([rm(file), rm(ai)])
  const history = JSON.parse(await scene.done(variables, 'history', 'alice'))
  await scene.done(variables, 'rollback', 'alice', String(history.at(-1)?.config_version))
  await scene.done(variables, 'tenant', 'set', 'alice', '--ai-budget', '100')
}

/** Resolves while the key service refuses. Returns the number of refusals. */
async function refusedByKms(
  kms: Awaited<ReturnType<typeof startKmsEmulator>>,
  variables: Variables,
  outputs: Outputs,
): Promise<number> {
  kms.disable(kmsKey)
  await using server = await serving(variables)
  const response = await server.resolve('alice', 'smtp')
  outputs.add(await response.text(), ...server.errors.map((error) => `${error.stack} ${String(error.cause)}`))
  expect(response.status).toBe(503)
  kms.enable(kmsKey)
  expect((await server.resolve('alice', 'smtp')).status).toBe(200)
  return server.errors.length
}

/** Runs every command that prints what is stored. */
async function everyList(variables: Variables, scene: Scene): Promise<void> {
  const commands = [
    ['audit', 'verify'],
    ['audit', 'list', '--limit', '1000'],
    ['token', 'list'],
    ['webhook', 'list'],
    ['webhook', 'deliveries'],
    ['tenant', 'list'],
    ['tenant', 'show', 'alice'],
    ['config', 'show', 'alice'],
    ['credentials', 'list', 'alice'],
    ['usage', 'alice'],
    ['history', 'alice'],
  ]
  for (const command of commands) await scene.done(variables, ...command)
}

/** Exports and imports a tenant, writes a backup, and restores it. The copies are searched too. */
async function transfers(
  databases: ReturnType<typeof databasesOf>,
  { database, variables, scene }: { database: DatabaseOfTest; variables: Variables; scene: Scene },
): Promise<void> {
  const pair = await generateKeyPair('ECDH-ES+A256KW', { extractable: true })
  const privateKey = await exportJWK(pair.privateKey)
  scene.known.push({ name: 'key of the recipient', secret: Buffer.from(privateKey.d ?? '', 'base64url') })
  const place = await databases.create()
  await using _place = place
  const at = (name: string) => join(place.directory, name)
  await writeFile(at('public.jwk'), JSON.stringify(await exportJWK(pair.publicKey)))
  await writeFile(at('private.jwk'), JSON.stringify(privateKey))

  await scene.done(variables, 'export', 'alice')
  await scene.done(variables, 'export', '--yaml')
  await scene.done(variables, 'export', '--yaml', '--tenants', at('t.yaml'), '--secrets', at('s.yaml'))
  const recipient = ['--with-secrets', '--recipient', at('public.jwk')]
  await writeFile(at('alice.json'), await scene.done(variables, 'export', 'alice', ...recipient))
  const backup = join(database.directory, 'backup.jsonl.gz')
  await scene.done(variables, 'backup', backup)

  await using restored = await databases.create()
  await scene.done({ ...variables, ...restored.variables }, 'restore', backup)
  await using second = await databases.create()
  await scene.done(
    { ...variables, ...second.variables },
    'import',
    at('alice.json'),
    '--key',
    at('private.jwk'),
  )
  for (const copy of [restored, second]) {
    const opened = await copy.opened()
    await scene.knowDataKeys({ ...variables, ...copy.variables })
    expect(canariesIn(await rowsOf(opened), scene.known)).toEqual([])
    const files = await filesOf(copy, opened)
    expect(files.flatMap(({ bytes }) => canariesIn(bytes, scene.known))).toEqual([])
  }
}
