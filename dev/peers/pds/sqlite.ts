/** Makes libsql return binary values as better-sqlite3 does. `overrides` in package.json puts libsql in the place of better-sqlite3. */
import { createRequire } from 'node:module'

interface Statement {
  get(...parameters: unknown[]): unknown
  iterate(...parameters: unknown[]): Iterator<unknown>
}

interface DatabaseClass {
  prototype: { prepare(sql: string): Statement }
}

/** Returns Buffers in place of ArrayBuffers from every statement. Without this, the server answers 500 to each new record. */
export function returnBuffers(): void {
  // The package has no types under this name.
  const { prototype }: DatabaseClass = createRequire(import.meta.url)('better-sqlite3')
  const { prepare } = prototype
  prototype.prepare = function (sql) {
    const statement = prepare.call(this, sql)
    const get = statement.get.bind(statement)
    const iterate = statement.iterate.bind(statement)
    statement.get = (...parameters) => withBuffers(get(...parameters))
    // `all` reads its rows from `iterate`.
    statement.iterate = (...parameters) => {
      const rows = iterate(...parameters)
      const next = () => {
        const step = rows.next()
        return step.done ? step : { done: false, value: withBuffers(step.value) }
      }
      return Object.assign(Object.create(rows), { next, [Symbol.iterator]: () => ({ next }) })
    }
    return statement
  }
}

function withBuffers(row: unknown): unknown {
  if (typeof row !== 'object' || row === null) return row
  for (const [column, value] of Object.entries(row)) {
    if (value instanceof ArrayBuffer) Object.assign(row, { [column]: Buffer.from(value) })
  }
  return row
}
