import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { CommonHeadersResponse } from '../../src/node/common-headers.ts'

const common = ['cache-control', 'no-store', 'x-request-id', 'r1']

/** Returns the answer of a server whose responses have the common headers. */
async function answerOf(answer: (response: ServerResponse) => void): Promise<Response> {
  const server = createServer({ ServerResponse: CommonHeadersResponse }, (_request, response) => {
    response.setCommonHeaders(common)
    answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
}

describe('a response with common headers', () => {
  const ways: [title: string, answer: (response: ServerResponse) => void, cacheControl: string][] = [
    ['writeHead without headers', (response) => response.writeHead(200).end(), 'no-store'],
    ['no writeHead', (response) => response.end('x'), 'no-store'],
    [
      'headers of its own',
      (response) => response.writeHead(200, { 'Content-Type': 'a/b' }).end('x'),
      'no-store',
    ],
    [
      'a header that replaces a common header',
      (response) => response.writeHead(200, { 'Cache-Control': 'public' }).end('x'),
      'public',
    ],
    [
      'a reason and a header that replaces a common header',
      (response) => response.writeHead(200, 'Fine', { 'Cache-Control': 'public' }).end('x'),
      'public',
    ],
    [
      'a list of headers',
      (response) => response.writeHead(200, ['cache-control', 'public']).end('x'),
      'public',
    ],
    [
      'setHeader',
      (response) => {
        response.setHeader('Cache-Control', 'private')
        response.writeHead(200, { 'content-type': 'a/b' }).end('x')
      },
      'private',
    ],
    [
      'setHeader and writeHead',
      (response) => {
        response.setHeader('connection', 'close')
        response.writeHead(200, { 'cache-control': 'public' }).end('x')
      },
      'public',
    ],
  ]

  it.each(ways)('sends each header once with %s', async (_title, answer, cacheControl) => {
    const { headers } = await answerOf(answer)
    expect(headers.get('cache-control')).toBe(cacheControl)
    expect(headers.get('x-request-id')).toBe('r1')
  })

  it('keeps several cookies apart', async () => {
    const { headers } = await answerOf((response) =>
      response.writeHead(200, { 'set-cookie': ['a=1', 'b=2'] }).end(),
    )
    expect(headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(headers.get('cache-control')).toBe('no-store')
  })
})
