/**
 * `npm run prove:crashes`: kills 200 writing processes on each database at random moments, and kills the server of PostgreSQL itself. Exits with
 * 1 if an acknowledged change is lost, or if a change is half done.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startPostgres } from '../dev/peers/postgres.ts'
import { migrate } from '../orchestrator/database/migrate.ts'
import { openDatabase } from '../orchestrator/database/open.ts'
import { endWithHelp } from '../src/node/usage.ts'
import { compare, crashRepeatedly, startWriter } from '../test/support/fixtures/control-plane/crashes.ts'
import { databaseKinds, databasesOf } from '../test/support/fixtures/databases.ts'

const kills = Number(process.env.KILLS ?? 200)
const serverKills = Number(process.env.SERVER_KILLS ?? 5)

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

async function killWriters(kind: (typeof databaseKinds)[number]): Promise<readonly string[]> {
  const databases = databasesOf(kind)
  const place = await databases.create()
  try {
    await place.opened()
    const { faults, ...figures } = await crashRepeatedly(place.variables, place.open, kills)
    say(`${kind}: ${JSON.stringify(figures)}, ${faults.length} faults`)
    return faults
  } finally {
    await place[Symbol.asyncDispose]()
    await databases.close()
  }
}

/** Kills the server during changes, starts it on the same files, and compares. */
async function killServer(): Promise<readonly string[]> {
  const faults: string[] = []
  const server = await startPostgres()
  const directory = await mkdtemp(join(tmpdir(), 'publisher-crashes-'))
  const url = server.urlOf('postgres')
  const open = () => openDatabase({ url, directory })
  const done = new Map<string, unknown>()
  try {
    const empty = await open()
    await migrate(empty)
    await empty.close()
    for (let kill = 0; kill < serverKills; kill++) {
      const writer = startWriter({ DATABASE_URL: url, ORCHESTRATOR_DATA_DIR: directory }, done)
      await writer.reached(20 + Math.floor(Math.random() * 50))
      await server.kill()
      writer.kill('SIGKILL')
      await writer.ended
      await server.restart()
      const database = await open()
      faults.push(...(await compare(database, writer.told)))
      await database.close()
    }
    say(`server of PostgreSQL: ${serverKills} kills, ${done.size} values, ${faults.length} faults`)
  } finally {
    await server.close()
    await rm(directory, { recursive: true, force: true })
  }
  return faults
}

endWithHelp(
  'npm run prove:crashes: kills processes that write to SQLite and PostgreSQL; KILLS and SERVER_KILLS are variables',
)
const faults: string[] = []
for (const kind of databaseKinds) faults.push(...(await killWriters(kind)))
faults.push(...(await killServer()))
for (const fault of faults) say(fault)
process.exitCode = faults.length > 0 ? 1 : 0
