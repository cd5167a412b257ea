import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { renewDataKeys } from '../../../orchestrator/secrets/renewal.ts'
import { rewrapDataKeys } from '../../../orchestrator/secrets/rotation.ts'
import { type DatabaseOfTest, databaseKinds, databasesOf } from '../../support/fixtures/databases.ts'
import { start } from '../../support/fixtures/program.ts'
import {
  filledWith,
  importTenants,
  keyText,
  resolvedBy,
  run,
  serviceToken,
  serving,
} from '../../support/fixtures/secret-store.ts'
import { rowsOf } from '../../support/fixtures/stored-bytes.ts'

const main = fileURLToPath(new URL('../../../orchestrator/main.ts', import.meta.url))
const actor = { name: 'tester', requestId: 'of-the-test' }
const [old, fresh, other] = [keyText('old'), keyText('new'), keyText('other')]

/** More tenants than one step of a rotation. */
const many = Object.fromEntries(
  Array.from({ length: 45 }, (_, at) => [
    `tenant${at}`,
    { storage: { provider: 'dropbox', refresh_token: `token-of-${at}` } },
  ]),
)
const two = {
  alice: {
    storage: { provider: 'dropbox', refresh_token: 'token-of-alice' },
    mail: { provider: 'smtp', password: 'password-of-alice' },
  },
  bob: { storage: { provider: 'dropbox', refresh_token: 'token-of-bob' } },
}

function withKeys({ variables }: DatabaseOfTest, ...keys: string[]) {
  return { ...variables, ORCHESTRATOR_KEYS: keys.join(',') }
}

function jsonOf({ printed }: { printed: string[] }): unknown {
  return JSON.parse(printed.join('\n'))
}

describe.each(databaseKinds)('keys in %s', (kind) => {
  const databases = databasesOf(kind)
  // Starts the server of PostgreSQL outside of the time limit of a test.
  beforeAll(async () => (await databases.create())[Symbol.asyncDispose]())
  const ofMany = filledWith(databases, old, many)
  const ofTwo = filledWith(databases, old, two)
  afterAll(async () => {
    await ofMany.close()
    await ofTwo.close()
    await databases.close()
  })

  it('rewraps every data key while a process resolves credentials', async () => {
    await using database = await ofMany.copy()
    await using server = await serving(withKeys(database, fresh, old))
    const before = await resolvedBy(await server.resolve('tenant7', 'storage'))
    let isRotating = true
    const statuses = new Set<number>()
    const visitor = (async () => {
      for (let at = 0; isRotating; at = (at + 1) % 45)
        statuses.add((await server.resolve(`tenant${at}`, 'storage')).status)
    })()
    const rotated = await run(withKeys(database, fresh, old), 'rotate-keys')
    isRotating = false
    await visitor
    expect(jsonOf(rotated)).toEqual({ rewrapped: 45, left: 0, kids: { new: 45 } })
    expect([...statuses]).toEqual([200])
    await using later = await serving(withKeys(database, fresh))
    expect(await resolvedBy(await later.resolve('tenant7', 'storage'))).toEqual(before)
  })

  it('writes an audit line with the count for each step', async () => {
    await using database = await ofMany.copy()
    await run(withKeys(database, fresh, old), 'rotate-keys')
    const rows = await (await database.opened()).read
      .selectFrom('audit')
      .select(['actor', 'outcome', 'detail'])
      .where('action', '=', 'keys.rotate')
      .orderBy('seq')
      .execute()
    const details = [20, 20, 5].map((count) => JSON.stringify({ subject: 'new', count }))
    expect(rows).toEqual(details.map((detail) => ({ actor: 'tester', outcome: 'rewrapped', detail })))
  })

  it('continues a rotation that stopped half-way', async () => {
    await using database = await ofMany.copy()
    const { database: opened, envelope, ...store } = await serving(withKeys(database, fresh, old))
    await using _ = store
    let wraps = 0
    const dying = {
      ...envelope.keys,
      wrap: (...args: Parameters<typeof envelope.keys.wrap>) => {
        if (++wraps > 30) throw new TypeError('The process dies here.')
        return envelope.keys.wrap(...args)
      },
    }
    await expect(rewrapDataKeys(opened, dying, actor)).rejects.toThrow('The process dies here.')
    const listed = await run(withKeys(database, fresh, old), 'keys', 'list')
    expect(jsonOf(listed)).toMatchObject({ used: { new: 20, old: 25 } })
    expect(await rewrapDataKeys(opened, envelope.keys, actor)).toEqual({ rewrapped: 25, left: 0 })
  })

  it('rewraps the rest and fails when a data key does not unwrap', async () => {
    await using database = await ofTwo.copy()
    await importTenants(database, withKeys(database, other), {
      carol: { storage: { provider: 'dropbox', refresh_token: 'token-of-carol' } },
    })
    const rotated = await run(withKeys(database, fresh, old), 'rotate-keys')
    expect(rotated.code).toBe(1)
    expect(jsonOf(rotated)).toEqual({ rewrapped: 2, left: 1, kids: { new: 2, other: 1 } })
  })

  it('names used, unused and missing keys', async () => {
    await using database = await ofTwo.copy()
    const whole = await run(withKeys(database, fresh, old), 'keys', 'list')
    expect(jsonOf(whole)).toEqual({ current: 'new', used: { old: 2 }, unused: ['new'], missing: [] })
    expect(whole.code).toBe(0)
    const broken = await run(withKeys(database, fresh), 'keys', 'list')
    expect(jsonOf(broken)).toEqual({ current: 'new', used: { old: 2 }, unused: ['new'], missing: ['old'] })
    expect(broken.code).toBe(1)
  })

  it('encrypts all values again without a new version of the credentials', async () => {
    await using database = await ofTwo.copy()
    const variables = withKeys(database, old)
    // The process remembers rows, because it polls for changes only once an hour.
    await using server = await serving(variables, { pollMs: 3_600_000 })
    const before = await resolvedBy(await server.resolve('alice', 'mail'))
    const rows = () => server.database.read.selectFrom('credential').selectAll().orderBy('ref').execute()
    const stored = await rows()
    const rotated = await run(variables, 'rotate-keys', '--data')
    expect(jsonOf(rotated)).toEqual({
      ...{ rewrapped: 0, left: 0, renewed: 2, values: 3, unopened: 0 },
      kids: { old: 2 },
    })
    const renewed = await rows()
    expect(renewed.map(({ version }) => version)).toEqual(stored.map(({ version }) => version))
    const texts = new Set(stored.flatMap(({ value, data_key }) => [value, data_key]))
    expect(renewed.filter(({ value, data_key }) => texts.has(value) || texts.has(data_key))).toEqual([])
    expect(await resolvedBy(await server.resolve('alice', 'mail'))).toEqual(before)
    // Bob's row was read by no process, and alice's other row only after the rotation.
    expect((await server.resolve('bob', 'storage')).status).toBe(200)
    expect((await server.resolve('alice', 'storage')).status).toBe(200)
  })

  it('resolves a remembered row after its data key was replaced', async () => {
    await using database = await ofTwo.copy()
    const variables = withKeys(database, old)
    await using server = await serving(variables, { pollMs: 3_600_000 })
    const { keys } = server.envelope
    // The row is remembered, but its data key does not open yet.
    const broken = await server.database.read.selectFrom('data_key').select(['id', 'wrapped']).execute()
    await server.database.change((tx) => tx.updateTable('data_key').set({ wrapped: 'damaged' }).execute())
    expect((await server.resolve('bob', 'storage')).status).toBe(503)
    await server.database.change(async (tx) => {
      for (const { id, wrapped } of broken)
        await tx.updateTable('data_key').set({ wrapped }).where('id', '=', id).execute()
    })
    await renewDataKeys({ database: server.database, keys, actor, madeBefore: new Date().toISOString() })
    expect((await server.resolve('bob', 'storage')).status).toBe(200)
  })

  it('changes nothing and fails when a key has the right ID and other bytes', async () => {
    await using database = await ofTwo.copy()
    const variables = withKeys(database, old)
    const { database: opened, resolve, ...store } = await serving(variables)
    await using _ = store
    const before = await rowsOf(opened)
    const rotated = await run(withKeys(database, other.replace('other:', 'old:')), 'rotate-keys', '--data')
    expect(rotated.code).toBe(1)
    expect(jsonOf(rotated)).toEqual({
      ...{ rewrapped: 0, left: 0, renewed: 0, values: 0, unopened: 2 },
      kids: { old: 2 },
    })
    expect(await rowsOf(opened)).toBe(before)
    expect((await resolve('alice', 'mail')).status).toBe(200)
  })

  it.each([
    ['the missing key', [fresh], 'that are not configured: old'],
    ['no key, because none is missing,', [fresh, old], undefined],
  ])('names %s when the process starts', async (_, keys, words) => {
    await using database = await ofTwo.copy()
    const served = start(main, {
      ...{ ...withKeys(database, ...keys), ORCHESTRATOR_PORT: '0' },
      ORCHESTRATOR_SERVICE_TOKEN: serviceToken,
    })
    await served.says(/listens on/)
    served.child.kill('SIGTERM')
    expect(await served.exit).toBe(0)
    const lines = served.out.stderr.split('\n').filter((line) => line.includes('key'))
    expect(lines).toEqual(words === undefined ? [] : [`Stored credentials need key-encryption keys ${words}`])
  })

  it('skips tenants that an interrupted renewal finished', async () => {
    await using database = await ofTwo.copy()
    const variables = withKeys(database, old)
    const start = new Date(Date.now() + 1).toISOString()
    const first = await run(variables, 'rotate-keys', '--data', '--made-before', start)
    expect(jsonOf(first)).toMatchObject({ renewed: 2 })
    const again = await run(variables, 'rotate-keys', '--data', '--made-before', start)
    expect(jsonOf(again)).toMatchObject({ renewed: 0 })
  })

  it('renews webhook secrets, and keeps values that do not open', async () => {
    await using database = await ofTwo.copy()
    const variables = withKeys(database, old)
    await using server = await serving(variables)
    const place = { tenant: '*', ref: 'hook', provider: 'webhook' }
    await server.database.change(async (tx) => {
      const { value: secret, data_key } = await server.envelope.seal(tx, place, 'signing-secret')
      const row = { id: 'hook', tenant: '*', url: 'https://example.org', types: '', at: 'now' }
      await tx
        .insertInto('webhook')
        .values({ ...row, secret, data_key })
        .execute()
      await tx.updateTable('credential').set({ value: 'damaged' }).where('ref', '=', 'mail').execute()
    })
    const rotated = await run(variables, 'rotate-keys', '--data')
    expect(rotated.code).toBe(1)
    expect(jsonOf(rotated)).toMatchObject({ renewed: 3, values: 3, unopened: 1 })
    const hook = await server.database.read.selectFrom('webhook').selectAll().executeTakeFirstOrThrow()
    expect(await server.envelope.open({ value: hook.secret, data_key: hook.data_key }, place)).toBe(
      'signing-secret',
    )
  })
  it('encrypts attempts to connect and the apps at servers again', async () => {
    await using database = await ofTwo.copy()
    const variables = withKeys(database, old)
    await using server = await serving(variables)
    const attempt = { tenant: 'alice', ref: 'attempt/a1', provider: 'dropbox' }
    const app = { tenant: '*', ref: 'app/https://social.example', provider: 'mastodon' }
    const at = new Date().toISOString()
    await server.database.change(async (tx) => {
      const { value: kept, data_key } = await server.envelope.seal(tx, attempt, 'verifier')
      await tx
        .insertInto('connection_attempt')
        .values({
          ...{ id: 'a1', tenant: 'alice', provider: 'dropbox', replaces: 0, actor: 'alice@example.org' },
          ...{ return_to: 'https://alice.example/settings', browser: null, kept, data_key },
          ...{ at, expires_at: at, used_at: null, error_code: '', error_words: '' },
        })
        .execute()
      const sealed = await server.envelope.seal(tx, app, 'app-secret')
      const place = { server: 'https://social.example', redirect_uri: 'https://o.example/cb', scopes: 'read' }
      await tx
        .insertInto('vendor_app')
        .values({ ...place, ...sealed, at })
        .execute()
    })
    expect(jsonOf(await run(variables, 'rotate-keys', '--data'))).toMatchObject({ values: 5, unopened: 0 })
    const { read } = server.database
    const kept = await read
      .selectFrom('connection_attempt')
      .select(['kept as value', 'data_key'])
      .executeTakeFirstOrThrow()
    const stored = await read.selectFrom('vendor_app').select(['value', 'data_key']).executeTakeFirstOrThrow()
    expect(await server.envelope.open(kept, attempt)).toBe('verifier')
    expect(await server.envelope.open(stored, app)).toBe('app-secret')
    const keysLeft = await read.selectFrom('data_key').select('id').execute()
    expect(keysLeft.length).toBe(3)
  })
})
