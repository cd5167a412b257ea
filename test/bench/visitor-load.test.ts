import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { expect, it, onTestFinished } from 'vitest'
import { askAll } from '../../bench/visitor-load.ts'

async function serve(answer: RequestListener): Promise<number> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port.')
  return address.port
}

const questions = ['/a', '/b', '/c'].map((path) => ({ host: 'alice.shibari.test', path }))

it('asks each question again until it is no longer answered as busy', async () => {
  const asked: string[] = []
  const port = await serve(({ url = '' }, response) => {
    const isFirst = !asked.includes(url)
    asked.push(url)
    if (isFirst) response.writeHead(503, { 'retry-after': '0' })
    response.end()
  })
  const { answered, busy, failed } = await askAll(port, questions, 2)
  expect({ answered, busy, failed }).toEqual({ answered: 3, busy: 3, failed: {} })
})

it('counts refusals by status and code, and broken connections', async () => {
  const port = await serve((request, response) => {
    if (request.url === '/b') return void request.socket.destroy()
    response.writeHead(404, { 'content-type': 'application/problem+json' })
    response.end(JSON.stringify({ code: 'photo_not_found' }))
  })
  const { answered, failed } = await askAll(port, questions, 1)
  expect(answered).toBe(0)
  expect(failed).toEqual({ '404 "code":"photo_not_found"': 2, 'socket hang up': 1 })
})

it('begins no question after the deadline', async () => {
  const port = await serve((_request, response) => void response.end())
  expect((await askAll(port, questions, 2, 0)).answered).toBe(0)
})
