/** Port to listen on: the preferred port, or the next free port. */
import { createServer } from 'node:net'

const tries = 50

/** Returns `wished`, or the next free port above it. Throws if none of 50 ports is free. */
export async function freePort(wished: number): Promise<number> {
  for (let port = wished; port < wished + tries; port++) {
    if (await isFree(port)) return port
  }
  throw new Error(`No port from ${wished} to ${wished + tries - 1} is free.`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    // Listens on all addresses, as the host does.
    server.listen(port, () => server.close(() => resolve(true)))
  })
}
