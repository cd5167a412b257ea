/** The product as deployed on Node, with one tenant from a file. Prints its port. */
import { createLineWriter } from '../../src/node/line-writer.ts'
import { startNodeHost } from '../../src/node.ts'

// Writes the log to standard error by the same code as in production.
const lines = createLineWriter(process.stderr)
const host = await startNodeHost({ variables: process.env, write: lines.write })
process.stdout.write(`${host.port}\n`)
// Exits in its own way, because Node writes a CPU profile at the exit.
process.once('SIGTERM', () => process.exit())
