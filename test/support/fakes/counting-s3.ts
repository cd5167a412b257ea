/** An S3 server on loopback without faults or checks of signatures, which remembers each request. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { createBucket, type Operation } from './s3-bucket.ts'
import { operationOf } from './s3-operation.ts'

export interface CountingS3 {
  endpoint: string
  /** Requests so far. */
  readonly calls: readonly { operation: Operation; key: string }[]
  /** Stores an object directly in the bucket. */
  seed(key: string, content: string | Uint8Array): void
  close(): Promise<void>
}

/** Starts a server with an empty bucket. Every bucket name leads to the same objects. */
export async function startCountingS3(): Promise<CountingS3> {
  const bucket = createBucket()
  const calls: { operation: Operation; key: string }[] = []
  const server = createServer(async (request, response) => {
    const { pathname, searchParams: query } = new URL(request.url ?? '/', 'http://s3.test')
    const { headers } = request
    const operation = operationOf(request, query)
    const key = decodeURIComponent(pathname.split('/').slice(2).join('/'))
    calls.push({ operation, key })
    const {
      status,
      body = '',
      headers: own,
    } = bucket.answer({ operation, key, query, headers, body: await buffer(request) })
    const bytes = Buffer.from(body)
    response.writeHead(status, { ...(status !== 204 && { 'content-length': bytes.length }), ...own })
    response.end(operation === 'head' ? undefined : bytes)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // The cast is sound for a TCP server that listens.
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    calls,
    seed: bucket.seed,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
