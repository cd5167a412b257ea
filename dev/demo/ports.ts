/** A port to listen on: the wished one, or the next that is free. */
import { createServer } from 'node:net'

const tries = 50

/** Gives `wished`, or the next free one above it. Throws where none of the next 50 is free. */
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
    // All addresses, as the host listens.
    server.listen(port, () => server.close(() => resolve(true)))
  })
}
