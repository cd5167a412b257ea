import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { appendAudit } from '../../orchestrator/audit/chain.ts'
import { checkBackup } from '../../orchestrator/backup/read-backup.ts'
import { restoreBackup } from '../../orchestrator/backup/restore-backup.ts'
import { writeBackup } from '../../orchestrator/backup/write-backup.ts'
import type { Database } from '../../orchestrator/database/database.ts'
import { migrations } from '../../orchestrator/database/migrations.ts'
import { importFiles } from '../../orchestrator/registry/sql/import-files.ts'
import { type DatabaseOfTest, databaseKinds, databasesOf } from '../support/fixtures/databases.ts'
import { eventually } from '../support/fixtures/eventually.ts'
import {
  actor,
  callsTo,
  envelopeOf,
  filledCopies,
  run,
  usageOf,
} from '../support/fixtures/filled-database.ts'
import { registryOf } from '../support/fixtures/reference-orchestrator.ts'

const databases = { sqlite: databasesOf('sqlite'), postgres: databasesOf('postgres') }
const filled = { sqlite: filledCopies(databases.sqlite), postgres: filledCopies(databases.postgres) }
afterAll(() => Promise.all([databases.sqlite.close(), databases.postgres.close()]))

const routes = databaseKinds.flatMap((from) => databaseKinds.map((to) => [from, to] as const))

/** Writes a backup of a filled database, and returns its path and lines. */
async function backedUp(source: DatabaseOfTest) {
  const path = join(source.directory, 'backup.gz')
  await writeBackup(await source.opened(), { path })
  const lines = gunzipSync(await readFile(path))
    .toString()
    .trimEnd()
    .split('\n')
  return { path, lines }
}

async function isUntouched(target: DatabaseOfTest): Promise<boolean> {
  const database = await target.open()
  try {
    const tables = await database.read.introspection.getTables()
    return tables.length === 0
  } finally {
    await database.close()
  }
}

async function answersOf(database: Database, token: string) {
  const calls = callsTo(database, token)
  const read = async (answer: Response | Promise<Response>) => {
    const { status, text } = await Promise.resolve(answer).then(async (got) => ({
      status: got.status,
      text: await got.text(),
    }))
    return [status, text]
  }
  const answers = [
    await read(calls.byHost('alice.shibari.test')),
    await read(calls.byHost('robert.shibari.test')),
    await read(calls.byHost('carol.shibari.test')),
    await read(calls.resolve('alice', 'alice-storage')),
    await read(calls.resolve('dora', 'dora-storage')),
    await read(calls.resolve('alice', 'bob-storage')),
    await read(calls.claim('alice', 'alice-claim')),
    await read(calls.post('/v1/billing/usage', usageOf('alice'))),
  ]
  await calls.close()
  return answers
}

describe('backup and restore', () => {
  it.each(routes)('serves the same answers when a backup of %s is restored into %s', async (from, to) => {
    await using source = await filled[from]()
    await using target = await databases[to].create()
    const { token } = source
    const path = join(source.directory, 'backup.gz')
    const backup = await run(source.variables, 'backup', path)
    expect(backup).toMatchObject({ code: 0 })
    expect(backup.said).toContain('k1')
    const history = await run(source.variables, 'history', 'alice')
    expect(await run(target.variables, 'restore', path)).toMatchObject({ code: 0, said: '' })
    expect(await run(target.variables, 'history', 'alice')).toEqual(history)
    expect(JSON.parse((await run(target.variables, 'audit', 'verify')).out)).toMatchObject({ brokenAt: null })
    const before = await answersOf(await source.opened(), token)
    expect(await answersOf(await target.opened(), token)).toEqual(before)
    expect(before.map(([status]) => status)).toEqual([200, 200, 404, 200, 403, 404, 200, 200])
  })

  describe.each(databaseKinds)('on %s', (kind) => {
    it('refuses to restore when the database holds a row, and changes nothing', async () => {
      await using source = await filled[kind]()
      const { path } = await backedUp(source)
      await using target = await databases[kind].create()
      const database = await target.opened()
      await importFiles(database, envelopeOf(database), await registryOf(), actor)
      const before = await database.read.selectFrom('audit').selectAll().execute()
      const { code, said } = await run(target.variables, 'restore', path)
      expect([code, said]).toEqual([1, expect.stringContaining('not empty')])
      expect(await database.read.selectFrom('audit').selectAll().execute()).toEqual(before)
    })

    it('restores when the schema exists without a row', async () => {
      await using source = await filled[kind]()
      const { path } = await backedUp(source)
      await using target = await databases[kind].create()
      await target.opened()
      expect(await run(target.variables, 'restore', path)).toMatchObject({ code: 0 })
    })

    it('restores and then migrates when the backup has an older schema', async () => {
      await using source = await filled[kind]()
      const { path } = await backedUp(source)
      await using target = await databases[kind].create()
      const database = await target.open()
      const later = {
        id: 9999,
        name: 'later',
        statements: [
          'alter table tenant add column nickname text',
          'create table later (id bigint primary key)',
        ],
      }
      const report = await restoreBackup(database, { path, actor, migrations: [...migrations, later] })
      expect(report.migrated).toEqual(['later'])
      const { rows } = await sql`select name, nickname from tenant order by name limit 1`.execute(
        database.read,
      )
      expect(rows).toEqual([{ name: 'alice', nickname: null }])
      await database.close()
    })

    it('clears leases, raises revisions and invalidates all hosts when it restores', async () => {
      await using source = await filled[kind]()
      const { path } = await backedUp(source)
      const { read: old } = await source.opened()
      const { last } = await old
        .selectFrom('tenant')
        .select((eb) => eb.fn.max('revision').as('last'))
        .executeTakeFirstOrThrow()
      await using target = await databases[kind].create()
      const database = await target.opened()
      await restoreBackup(database, { path, actor })
      const { read } = database
      const tenants = await read.selectFrom('tenant').select(['name', 'revision']).execute()
      expect(Math.min(...tenants.map(({ revision }) => revision))).toBeGreaterThan(last)
      const deliveries = await read.selectFrom('webhook_delivery').select('leased_until').execute()
      expect(deliveries).toEqual([{ leased_until: null }, { leased_until: null }])
      const hosts = await read.selectFrom('domain').select('host').orderBy('host').execute()
      expect(await read.selectFrom('invalidation').select('host').orderBy('host').execute()).toEqual(hosts)
    })

    it('ends the sessions of operators and the attempts to connect when it restores', async () => {
      await using source = await filled[kind]()
      const signedIn = new Date(Date.now() - 60_000).toISOString()
      await (await source.opened()).change(async (tx) => {
        const operator = { email: 'olga@example.com', sessions_from: signedIn, signed_in_at: signedIn }
        await tx.insertInto('operator').values(operator).execute()
        await tx
          .insertInto('connection_attempt')
          .values({
            ...{ id: 'a1', tenant: 'alice', provider: 'dropbox', replaces: 0, actor: 'alice@example.org' },
            ...{ return_to: 'https://alice.example/settings', browser: null, kept: '', data_key: '' },
            ...{ at: signedIn, expires_at: signedIn, used_at: null, error_code: '', error_words: '' },
          })
          .execute()
      })
      const { path } = await backedUp(source)
      await using target = await databases[kind].create()
      const database = await target.opened()
      const before = new Date().toISOString()
      await restoreBackup(database, { path, actor })
      const operators = await database.read.selectFrom('operator').select('sessions_from').execute()
      expect(operators.map(({ sessions_from }) => sessions_from >= before)).toEqual([true])
      expect(await database.read.selectFrom('connection_attempt').selectAll().execute()).toEqual([])
    })

    it('refuses a backup with a changed audit line, and restores it when told to', async () => {
      await using source = await filled[kind]()
      const origin = await source.opened()
      await origin.read.updateTable('audit').set({ outcome: 'forged' }).where('seq', '=', 3).execute()
      const path = join(source.directory, 'backup.gz')
      await writeBackup(origin, { path })
      await using target = await databases[kind].create()
      const refused = await run(target.variables, 'restore', path)
      expect([refused.code, refused.said]).toEqual([1, expect.stringContaining('broken at line 3')])
      expect(await isUntouched(target)).toBe(true)
      expect(await run(target.variables, 'restore', path, '--accept-broken-audit')).toMatchObject({ code: 0 })
    })

    it('names the key ID when the values of a restored backup cannot be opened', async () => {
      await using source = await filled[kind]()
      const { path } = await backedUp(source)
      await using target = await databases[kind].create()
      const { code, said } = await run({ ...target.variables, ORCHESTRATOR_KEYS: '' }, 'restore', path)
      expect(code).toBe(0)
      expect(said).toMatch(/cannot be opened: \d+ of \d+ data keys need the key-encryption key k1\b/)
      expect(await readdir(target.directory)).not.toContain('key-encryption-key')
      await using other = await databases[kind].create()
      const sameId = `k1:${Buffer.alloc(32, 8).toString('base64url')}`
      const wrong = await run({ ...other.variables, ORCHESTRATOR_KEYS: sameId }, 'restore', path)
      expect(wrong.said).toContain('key-encryption key k1')
    })

    it('holds one moment when changes happen during the backup', async () => {
      await using source = await filled[kind]()
      const database = await source.opened()
      const path = join(source.directory, 'backup.gz')
      const changing = { done: false }
      const change = async () => {
        for (let turn = 0; !changing.done; turn++) {
          const config = { storage: { provider: 'local', paths: { root: `/${turn}` } } }
          const files = await registryOf({ alice: { hosts: ['alice.shibari.test'], config } }, {})
          await importFiles(database, envelopeOf(database), files, actor)
        }
      }
      const changes = change()
      for (let count = 0; count < 5; count++) await writeBackup(await source.opened(), { path, force: true })
      changing.done = true
      await changes
      await using target = await databases[kind].create()
      const restored = await target.opened()
      const report = await restoreBackup(restored, { path, actor })
      expect(report.audit.brokenAt).toBeNull()
    })

    it('refuses when the rows contradict each other, and changes nothing', async () => {
      await using source = await filled[kind]()
      const { path, lines } = await backedUp(source)
      await using target = await databases[kind].create()
      await writeFile(
        path,
        sealed(lines.map((line) => line.replace('"robert.shibari.test"', '"bob.shibari.test"'))),
      )
      const { code, said } = await run(target.variables, 'restore', path)
      expect([code, said]).toEqual([
        1,
        expect.stringMatching(/^The rows of the table domain cannot be stored/),
      ])
      expect(await isUntouched(target)).toBe(true)
    })
  })

  it('writes a file for its owner only, and refuses to overwrite it without --force', async () => {
    await using source = await filled.sqlite()
    const { path } = await backedUp(source)
    const before = await readFile(path)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const refused = await run(source.variables, 'backup', path)
    expect([refused.code, refused.said]).toEqual([1, expect.stringContaining('exists already')])
    expect(await readFile(path)).toEqual(before)
    expect(await run(source.variables, 'backup', path, '--force')).toMatchObject({ code: 0 })
    expect((await readdir(source.directory)).filter((name) => name.endsWith('.partial'))).toEqual([])
  })

  it('leaves no half file when its process is killed', async () => {
    await using source = await filled.sqlite()
    const database = await source.opened()
    const time = new Date().toISOString()
    const lines = Array.from({ length: 40_000 }, (_, line) => ({
      time,
      request_id: `r${line}`,
      action: 'access' as const,
      tenant: null,
      outcome: crypto.randomUUID(),
    }))
    await database.change((tx) => appendAudit(tx, lines))
    const path = join(source.directory, 'backup.gz')
    const child = spawn(process.execPath, ['orchestrator/main.ts', 'backup', path], { env: source.variables })
    const exit = once(child, 'close')
    await eventually(async () => expect(String(await readdir(source.directory))).toContain('backup.gz'))
    child.kill('SIGKILL')
    await exit
    const names = await readdir(source.directory)
    if (names.includes('backup.gz')) await checkBackup(path)
    else expect(String(names)).toContain('.partial')
  })

  it('leaves no file when a backup fails halfway', async () => {
    await using source = await filled.sqlite()
    const database = await source.opened()
    const path = join(source.directory, 'backup.gz')
    const failing: Database = { ...database, snapshot: () => Promise.reject(new Error('disk')) }
    await expect(writeBackup(failing, { path })).rejects.toThrow('disk')
    expect((await readdir(source.directory)).filter((name) => name.startsWith('backup'))).toEqual([])
  })

  it('refuses to back up an empty database, and a folder that is missing', async () => {
    await using empty = await databases.sqlite.create()
    const path = join(empty.directory, 'backup.gz')
    expect(await run(empty.variables, 'backup', path)).toMatchObject({ code: 1 })
    await empty.opened()
    const missing = await run(empty.variables, 'backup', join(empty.directory, 'none', 'backup.gz'))
    expect([missing.code, missing.said]).toEqual([1, expect.stringContaining('cannot be created (ENOENT)')])
  })
})

/** Gzips lines with a digest that fits. */
function sealed(lines: readonly string[]): Buffer {
  const text = lines
    .slice(0, -1)
    .map((line) => `${line}\n`)
    .join('')
  const sha256 = createHash('sha256').update(text).digest('hex')
  return gzipSync(`${text}${JSON.stringify({ sha256 })}\n`)
}

describe('restore of hostile backups', () => {
  const cases: [string, (lines: string[], header: Record<string, unknown>) => Buffer, RegExp][] = [
    ['nothing', () => Buffer.alloc(0), /damaged/],
    ['text', () => Buffer.from('hello'), /damaged/],
    ['another gzip', () => gzipSync('hello\n'), /not a backup/],
    ['a line of brackets', () => gzipSync(`${'['.repeat(5_000_000)}\n`), /not a backup/],
    ['a bomb', () => gzipSync(Buffer.alloc(100_000_000, 0x20)), /too long/],
    ['a bomb of empty lines', () => gzipSync(Buffer.alloc(50_000_000, 0x0a)), /not a backup/],
    [
      'a newer format',
      (lines, header) =>
        sealed([JSON.stringify({ ...header, version: 2, tables: 'new' }), ...lines.slice(1)]),
      /version 2 of the format/,
    ],
    [
      'a newer schema',
      (lines, header) =>
        sealed([
          JSON.stringify({
            ...header,
            migrations: [...list(header.migrations), { id: 9999, name: 'later', digest: 'd' }],
          }),
          ...lines.slice(1),
        ]),
      /newer than this program/,
    ],
    [
      'another digest of a migration',
      (lines, header) =>
        sealed([
          JSON.stringify({ ...header, migrations: [{ id: 1, name: 'ground', digest: 'd' }] }),
          ...lines.slice(1),
        ]),
      /differs/,
    ],
    [
      'a table too many',
      (lines, header) =>
        sealed([
          JSON.stringify({
            ...header,
            tables: [...list(header.tables), { name: 'constructor', columns: ['a'], rows: 0 }],
          }),
          ...lines.slice(1),
        ]),
      /tables do not fit/,
    ],
    ['a missing row', (lines) => sealed([...lines.slice(0, -2), '']), /damaged/],
    ['a row too many', (lines) => sealed([...lines.slice(0, -1), '[1]', '']), /damaged/],
    [
      'a huge number',
      (lines) =>
        sealed(lines.map((line) => line.replace('"alice","publisher_v2",2', '"alice","publisher_v2",1e999'))),
      /another form/,
    ],
    [
      'a fraction',
      (lines) =>
        sealed(lines.map((line) => line.replace('"alice","publisher_v2",2', '"alice","publisher_v2",2.5'))),
      /another form/,
    ],
    [
      'a text in a column of numbers',
      (lines) =>
        sealed(lines.map((line) => line.replace('"alice","publisher_v2",2', '"alice","publisher_v2","2"'))),
      /does not fit its table/,
    ],
    [
      'null in a required column',
      (lines) => sealed(lines.map((line) => line.replace('"alice","publisher_v2",2', '"alice",null,2'))),
      /does not fit its table/,
    ],
    [
      'an object in a row',
      (lines) =>
        sealed(lines.map((line) => line.replace('"alice","publisher_v2",2', '"alice",{"__proto__":1},2'))),
      /another form/,
    ],
    [
      'another digest',
      (lines) => gzipSync(`${[...lines.slice(0, -1), JSON.stringify({ sha256: 'a' })].join('\n')}\n`),
      /digest differs/,
    ],
    ['bytes after the end', (lines) => gzipSync(`${lines.join('\n')}\n[]\n`), /does not end/],
  ]

  it.each(cases)('refuses in words when the file holds %s', async (_, spoil, words) => {
    await using source = await filled.sqlite()
    const { lines } = await backedUp(source)
    await using target = await databases.sqlite.create()
    const path = join(target.directory, 'hostile.gz')
    await writeFile(path, spoil(lines, recordOf(lines[0])))
    const { code, said } = await run(target.variables, 'restore', path)
    expect([code, said]).toEqual([1, expect.stringMatching(words)])
    expect(await isUntouched(target)).toBe(true)
  })

  it('changes nothing or restores the same rows when any bit of the file flips or its end is missing', async () => {
    await using source = await filled.sqlite()
    const { path } = await backedUp(source)
    const whole = await readFile(path)
    const damages = fc.record({ at: fc.nat(whole.length - 1), bit: fc.nat(7), cut: fc.boolean() })
    await fc.assert(
      fc.asyncProperty(damages, async ({ at, bit, cut }) => {
        await using target = await databases.sqlite.create()
        const bytes = cut ? whole.subarray(0, at) : Buffer.from(whole)
        if (!cut) bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at)
        const damaged = join(target.directory, 'damaged.gz')
        await writeFile(damaged, bytes)
        const { code } = await run(target.variables, 'restore', damaged)
        // The header of gzip has bytes without a meaning, as the time.
        if (code !== 0) expect(await isUntouched(target)).toBe(true)
        else expect([cut, gunzipSync(bytes).equals(gunzipSync(whole))]).toEqual([false, true])
      }),
      { numRuns: 60 },
    )
  })
})

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function recordOf(line: string | undefined): Record<string, unknown> {
  return z.record(z.string(), z.unknown()).parse(JSON.parse(line ?? ''))
}
