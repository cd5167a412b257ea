import { chmod, mkdtemp, open, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, describe, expect, it } from 'vitest'
import { runProgram } from '../../orchestrator/commands/program.ts'
import { PlaneUnavailable } from '../../orchestrator/contract/ports.ts'
import { DatabaseError } from '../../orchestrator/database/database.ts'
import { assertMigrated, migrate } from '../../orchestrator/database/migrate.ts'
import { migrations } from '../../orchestrator/database/migrations.ts'
import { databaseFile, openDatabase } from '../../orchestrator/database/open.ts'
import { databaseKinds, databasesOf } from '../support/fixtures/databases.ts'

/** Migration that a newer program has. */
const next = {
  id: migrations.length + 1,
  name: 'next',
  statements: ['create table later (id bigint primary key)', 'insert into later (id) values (1)'],
}
const broken = {
  id: next.id,
  name: 'broken',
  statements: [...next.statements, 'insert into missing (id) values (1)'],
}

/** Runs a command, and returns its exit code with everything that it said. */
async function run(args: string[], variables: Record<string, string | undefined>) {
  const said: string[] = []
  const collect = (text: string) => void said.push(text)
  const code = await runProgram(args, { variables, print: collect, say: collect })
  return { code, said: said.join('\n') }
}

describe.each(databaseKinds)('migrations on %s', (kind) => {
  const databases = databasesOf(kind)
  afterAll(() => databases.close())

  it('applies each migration once when four processes migrate an empty database at once', async () => {
    await using place = await databases.create()
    const handles = await Promise.all([place.open(), place.open(), place.open(), place.open()])
    const applied = await Promise.all(handles.map((handle) => migrate(handle, [...migrations, next])))
    expect(applied.filter((names) => names.length > 0)).toEqual([
      [...migrations.map(({ name }) => name), 'next'],
    ])
    for (const handle of handles) await handle.close()
  })

  it('leaves nothing of all missing migrations when a statement fails', async () => {
    await using place = await databases.create()
    const database = await place.opened()
    await expect(migrate(database, [...migrations, broken])).rejects.toThrow()
    const tables = await database.read.introspection.getTables()
    expect(tables.map(({ name }) => name)).not.toContain('later')
    await expect(migrate(database, [...migrations, next])).resolves.toEqual(['next'])
  })

  it('refuses a migration that changed, and a database that is newer than the program', async () => {
    await using place = await databases.create()
    const database = await place.opened()
    await migrate(database, [...migrations, next])
    const changed = [...migrations, { ...next, statements: ['select 1'] }]
    for (const act of [migrate, assertMigrated]) {
      await expect(act(database, changed)).rejects.toThrow(
        `Migration ${next.id} (next) of the database differs from this program`,
      )
      await expect(act(database)).rejects.toThrow(
        `The database is newer than this program: it has migration ${next.id} (next).`,
      )
      await expect(act(database)).rejects.toThrow(DatabaseError)
    }
  })

  it('refuses to run commands and to serve when the database is newer than the program', async () => {
    await using place = await databases.create()
    await migrate(await place.opened(), [...migrations, next])
    for (const args of [['serve'], ['token', 'list'], ['migrate'], ['audit', 'verify']]) {
      const { code, said } = await run(args, place.variables)
      expect([code, said]).toEqual([
        1,
        `The database is newer than this program: it has migration ${next.id} (next).`,
      ])
    }
  })

  it('refuses an old schema until it is migrated', async () => {
    await using place = await databases.create()
    const database = await place.opened()
    const newer = [...migrations, next]
    await expect(assertMigrated(database, newer)).rejects.toThrow(
      'Run `npm run orchestrator -- migrate` first.',
    )
    await migrate(database, newer)
    await assertMigrated(database, newer)
  })
})

describe('an old schema of PostgreSQL', () => {
  const databases = databasesOf('postgres')
  afterAll(() => databases.close())

  it('makes serve and commands refuse to start', async () => {
    await using place = await databases.create()
    const database = await place.opened()
    await sql`delete from migration`.execute(database.read)
    for (const args of [['serve'], ['token', 'list']]) {
      const { code, said } = await run(args, place.variables)
      expect([code, said]).toEqual([
        1,
        'The database has an older schema. Run `npm run orchestrator -- migrate` first.',
      ])
    }
  })

  it('migrates an empty database when a command finds it', async () => {
    await using place = await databases.create()
    expect(await run(['audit', 'verify'], place.variables)).toMatchObject({ code: 0 })
  })

  it('tells without the password that no server answers', async () => {
    const variables = { DATABASE_URL: 'postgres://publisher:canary@127.0.0.1:1/db' }
    const { code, said } = await run(['migrate'], variables)
    expect([code, said]).toEqual([1, 'The database of DATABASE_URL does not answer (ECONNREFUSED).'])
  })
})

describe('the file of SQLite', () => {
  const databases = databasesOf('sqlite')
  afterAll(() => databases.close())

  it('gives only the owner access when file, log and folder are made', async () => {
    await using place = await databases.create()
    const directory = join(place.directory, 'made')
    const database = await openDatabase({ directory })
    await migrate(database)
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
    const files = await readdir(directory)
    expect(files.toSorted()).toEqual(['', '-shm', '-wal'].map((end) => `${databaseFile}${end}`))
    for (const file of files) expect((await stat(join(directory, file))).mode & 0o777).toBe(0o600)
    await database.close()
  })

  it('takes access from others when they had it', async () => {
    await using place = await databases.create()
    await (await place.opened()).close()
    const file = join(place.directory, databaseFile)
    await chmod(file, 0o644)
    await (await place.open()).close()
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })

  it('refuses in words to open a file when it is no database or lies below a file', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'publisher-file-'))
    const variables = { ORCHESTRATOR_DATA_DIR: directory }
    await writeFile(
      join(directory, databaseFile),
      'A text that is longer than the header of a database. '.repeat(50),
    )
    expect(await run(['migrate'], variables)).toEqual({
      code: 1,
      said: 'The database file cannot be opened: The database file is no SQLite database.',
    })
    const below = { ORCHESTRATOR_DATA_DIR: join(directory, databaseFile, 'below') }
    const refused = await run(['migrate'], below)
    expect(refused.code).toBe(1)
    expect(refused.said).toMatch(/^The database file cannot be opened: ENOTDIR/)
    await rm(directory, { recursive: true })
  })

  it('refuses in words to open a file when its pages are damaged', async () => {
    await using place = await databases.create()
    await (await place.opened()).close()
    const file = await open(join(place.directory, databaseFile), 'r+')
    await file.write(Buffer.alloc(40_000, 0xff), 0, 40_000, 100)
    await file.close()
    const { code, said } = await run(['token', 'list'], place.variables)
    expect(code).toBe(1)
    expect(said).toMatch(/The database file is damaged. Restore a backup.$/)
  })

  it('refuses changes in words when the disk is full, and makes them when there is room', async () => {
    await using place = await databases.create()
    const database = await place.opened()
    const event = (data: string) => ({ id: crypto.randomUUID(), tenant: 'alice', type: 't', data, at: '' })
    const fill = (maxPages: number) =>
      database.change(async (tx) => {
        await sql.raw(`pragma max_page_count = ${maxPages}`).execute(tx)
        await tx
          .insertInto('event')
          .values(event('x'.repeat(500_000)))
          .execute()
      })
    await expect(fill(60)).rejects.toThrow(PlaneUnavailable)
    await expect(fill(60)).rejects.toThrow('The disk of the database is full.')
    expect(await database.read.selectFrom('event').selectAll().execute()).toEqual([])
    await fill(10_000)
    expect(await database.read.selectFrom('event').select('tenant').execute()).toEqual([{ tenant: 'alice' }])
  })
})
