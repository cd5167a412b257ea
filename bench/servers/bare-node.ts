/** A bare `node:http` server with the same body. Prints its port. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const { BENCH_BODY = '{}', BENCH_HEADERS = '{}' } = process.env
const body: unknown = JSON.parse(BENCH_BODY)
const headers: Record<string, string> = JSON.parse(BENCH_HEADERS)

const server = createServer((_request, response) => {
  const text = JSON.stringify(body)
  response.writeHead(200, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    ...headers,
  })
  response.end(text)
})
server.listen(0, () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
