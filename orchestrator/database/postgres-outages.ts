/** Outages of PostgreSQL as {@link PlaneUnavailable}, at the border to `pg`. */
import type { PostgresCursor, PostgresPool, PostgresPoolClient, PostgresQueryResult } from 'kysely'
import pg from 'pg'
import { PlaneUnavailable } from '../contract/ports.ts'

/**
 * Codes of a server that refuses for now (https://www.postgresql.org/docs/current/errcodes-appendix.html). The classes are connections,
 * resources, interventions and broken disks. The single codes are a server that only reads, an idle transaction, serialisation, deadlock and
 * lock timeout.
 */
const passingCode = /^(08|53|57|58|25006|25P03|40001|40P01|55P03)/

/** Wraps a pool. Connections with an unknown state do not return to the pool. */
export function withOutages(pool: pg.Pool): PostgresPool {
  // An idle connection that breaks is replaced at the next query.
  pool.on('error', () => {})
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect().catch((error: unknown) => {
        throw new PlaneUnavailable(`The database cannot be reached${codeIn(error)}.`, { cause: error })
      })
      return guarded(client)
    },
  }
}

const guardedClients = new WeakMap<pg.PoolClient, PostgresPoolClient>()

/** Returns the same object for the same client, because Kysely keeps state for each. */
function guarded(client: pg.PoolClient): PostgresPoolClient {
  const known = guardedClients.get(client)
  if (known) return known
  let isBroken = false
  // A connection may break between two statements of a change. Without a listener, the process would end.
  client.on('error', () => {
    isBroken = true
  })
  async function run<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>> {
    if (isBroken) throw new PlaneUnavailable('The connection to the database is broken.')
    try {
      const { command, rowCount, rows } = await client.query(text, [...parameters])
      // `pg` types the command as any text.
      return { command: command as PostgresQueryResult<R>['command'], rowCount: rowCount ?? 0, rows }
    } catch (error) {
      if (isOfServer(error) && !passingCode.test(error.code ?? '')) throw error
      // An answer may still be on its way, so no further statement may use the connection.
      isBroken ||= !isOfServer(error)
      throw new PlaneUnavailable(`The database does not answer${codeIn(error)}.`, { cause: error })
    }
  }
  function query<R>(text: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>
  function query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>
  function query<R>(
    statement: string | PostgresCursor<R>,
    parameters: readonly unknown[] = [],
  ): Promise<PostgresQueryResult<R>> | PostgresCursor<R> {
    if (typeof statement !== 'string') throw new TypeError('The pool has no cursors.')
    return run<R>(statement, parameters)
  }
  const result = { query, release: (destroy?: boolean) => client.release(destroy === true || isBroken) }
  guardedClients.set(client, result)
  return result
}

function isOfServer(error: unknown): error is pg.DatabaseError {
  return error instanceof pg.DatabaseError
}

/** Returns the code of an error in parentheses, or nothing. */
export function codeIn(error: unknown): string {
  if (!(error instanceof Error)) return ''
  if ('code' in error && typeof error.code === 'string') return ` (${error.code})`
  return codeIn(error.cause)
}
