/** The product as it is deployed on Node, with one tenant from a file. Prints its port. */
import { createLineWriter } from '../../src/node/line-writer.ts'
import { startNodeHost } from '../../src/node.ts'

// Logs go where the parent has put standard error, in the same way in which they go out in production.
const lines = createLineWriter(process.stderr)
const host = await startNodeHost({ variables: process.env, write: lines.write })
process.stdout.write(`${host.port}\n`)
