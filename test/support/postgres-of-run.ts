/**
 * One server of PostgreSQL for all test files of a run. Vitest's main process starts the server when the first file asks, and ends it after the
 * last file. Files run in other processes, so they ask by HTTP.
 */
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type PostgresServer, startPostgres } from '../../dev/peers/postgres.ts'

/** Variable with the address that the processes of the run ask. */
const variable = 'POSTGRES_OF_RUN'

let started: Promise<PostgresServer> | undefined
const door = createServer((_request, response) => {
  started ??= startPostgres({ isDurable: false })
  started.then(
    ({ urlOf }) => response.end(urlOf('postgres')),
    (error: unknown) => response.writeHead(500).end(String(error)),
  )
})

/** Opens the address before the first file. Starts no server yet. */
export async function setup(): Promise<void> {
  door.listen(0, '127.0.0.1')
  await once(door, 'listening')
  const address = door.address()
  if (address === null || typeof address === 'string') throw new Error('The door has no port.')
  process.env[variable] = `http://127.0.0.1:${address.port}`
}

/** Ends the server after the last file, even if tests failed. */
export async function teardown(): Promise<void> {
  door.close()
  door.closeAllConnections()
  // The files have reported a server that did not start.
  const server = await started?.catch(() => undefined)
  await server?.close()
}

/** Returns the URL of the server's database `postgres`. `undefined`: this process belongs to no run. */
export async function serverOfRun(): Promise<string | undefined> {
  const address = process.env[variable]
  if (address === undefined) return undefined
  const answer = await fetch(address)
  const text = await answer.text()
  if (!answer.ok) throw new Error(text)
  return text
}
