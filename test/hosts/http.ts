/** A plain HTTP client that may say any Host, which `fetch` forbids. */
import { request as httpRequest } from 'node:http'

export interface RequestOptions {
  method?: string
  headers?: Record<string, string>
  /** Several pieces are sent without saying how long they are together. */
  body?: string | Uint8Array | readonly string[]
}

/** Sends one request to a server on loopback, naming `host` in its Host line. Redirects are not followed. */
export function sendTo(
  port: number,
  host: string,
  path: string,
  options: RequestOptions = {},
): Promise<Response> {
  const { method = 'GET', body } = options
  // Without a length a DELETE's body would be taken for the next request.
  const isWhole = typeof body === 'string' || body instanceof Uint8Array
  const length = isWhole ? { 'content-length': String(Buffer.byteLength(body)) } : {}
  const headers = { ...length, ...options.headers }
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { host: '127.0.0.1', port, path, method, headers: { host, ...headers }, agent: false },
      (incoming) => {
        const chunks: Uint8Array[] = []
        incoming.on('data', (chunk: Uint8Array) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const received = new Headers()
          for (let index = 0; index < incoming.rawHeaders.length; index += 2) {
            received.append(incoming.rawHeaders[index] ?? '', incoming.rawHeaders[index + 1] ?? '')
          }
          const status = incoming.statusCode ?? 0
          const hasBody = status !== 204 && status !== 304
          resolve(new Response(hasBody ? Buffer.concat(chunks) : null, { status, headers: received }))
        })
      },
    )
    outgoing.on('error', reject)
    if (isWhole) return void outgoing.end(body)
    for (const piece of body ?? []) outgoing.write(piece)
    outgoing.end()
  })
}
