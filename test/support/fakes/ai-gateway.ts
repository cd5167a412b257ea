/** An AI gateway on loopback that gives the same answer to every request. */
import { createServer } from 'node:http'
import { onTestFinished } from 'vitest'

export interface Serving {
  /** Base URL, ending with `/v1`. */
  baseUrl: string
  /** Counts the requests so far. */
  requests(): number
}

/** Starts a server that answers each request with this body, until the test ends. */
export async function serving(body: unknown, contentType = 'application/json'): Promise<Serving> {
  let requests = 0
  const server = createServer((_, response) => {
    requests += 1
    response.setHeader('content-type', contentType)
    response.end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return { baseUrl: `http://127.0.0.1:${port}/v1`, requests: () => requests }
}
