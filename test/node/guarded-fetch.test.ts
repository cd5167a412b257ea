import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { Dispatcher } from 'undici'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createGuardedFetch } from '../../src/node/guarded-fetch.ts'
import { createPublicAgent } from '../../src/node/public-agent.ts'
import type { ResolveAddresses } from '../../src/node/public-lookup.ts'
import { cert, certifiedName, key } from '../support/fixtures/test-certificate.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

const ownAuthorities = getCACertificates('default')
beforeAll(() => setDefaultCACertificates([...ownAuthorities, cert]))
afterAll(() => setDefaultCACertificates(ownAuthorities))

/** Treats only one loopback address as public, in place of the internet. */
const isPublic = (address: string) => address === '127.0.0.1'

describe('the guarded fetch of the Node host', () => {
  it('reaches a public server by its checked address and verifies the certificate of its name', async () => {
    const server = await serve((_request, response) => response.end('original'))
    const names = resolver(['127.0.0.1'])
    const fetch = createGuardedFetch({ allowPrivate: false, isPublic, resolve: names.resolve })
    const answer = await fetch(`https://${certifiedName}:${server.port}/bucket/dusk.jpg`)
    expect(await answer.text()).toBe('original')
    expect(server.hosts).toEqual([`${certifiedName}:${server.port}`])
    await expect(fetch(`https://other.example:${server.port}/`)).rejects.toMatchObject({
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    })
  })

  it('resolves once per connection and keeps connections alive', async () => {
    const server = await serve((_request, response) => response.end())
    const names = resolver(['127.0.0.1'])
    const fetch = createGuardedFetch({ allowPrivate: false, isPublic, resolve: names.resolve })
    for (let turn = 0; turn < 10; turn++) {
      await (await fetch(`https://${certifiedName}:${server.port}/`)).text()
    }
    // A connection may return to the pool late, so a second connection may be opened.
    expect(server.connections()).toBeLessThan(4)
    expect(names.asked).toHaveLength(server.connections())
  })

  it.each([[['10.0.0.1']], [['127.0.0.1', '10.0.0.1']], [['::1', '127.0.0.1']]])(
    'does not connect when the name resolves to %j',
    async (addresses) => {
      const server = await serve((_request, response) => response.end())
      const { resolve } = resolver(addresses)
      const fetch = createGuardedFetch({ allowPrivate: false, isPublic, resolve })
      await expect(fetch(`https://${certifiedName}:${server.port}/`)).rejects.toMatchObject({
        name: 'PublisherError',
        code: 'endpoint_refused',
      })
      expect(server.connections()).toBe(0)
    },
  )

  it('connects only to the checked address when a name changes its answer (DNS rebinding)', async () => {
    const server = await serve((_request, response) => response.setHeader('connection', 'close').end('first'))
    // A check that resolves the name again for the connection would connect to the second answer.
    const names = resolver(['127.0.0.1'], ['127.0.0.2'])
    const fetch = createGuardedFetch({ allowPrivate: false, isPublic, resolve: names.resolve })
    const address = `https://${certifiedName}:${server.port}/`
    expect(await (await fetch(address)).text()).toBe('first')
    expect(names.asked).toHaveLength(1)
    await expect(fetch(address)).rejects.toMatchObject({ code: 'endpoint_refused' })
    expect(names.asked).toHaveLength(2)
    expect(server.connections()).toBe(1)
  })

  it('refuses literal addresses, plain HTTP and user information', async () => {
    const server = await serve((_request, response) => response.end())
    const { resolve } = resolver(['127.0.0.1'])
    const fetch = createGuardedFetch({ allowPrivate: false, resolve })
    const addresses = [
      `https://127.0.0.1:${server.port}/`,
      `https://2130706433:${server.port}/`,
      `https://[::ffff:7f00:1]:${server.port}/`,
      `https://localhost:${server.port}/`,
      `http://${certifiedName}:${server.port}/`,
      `https://key:secret@${certifiedName}:${server.port}/`,
    ]
    for (const address of addresses) {
      await expect(fetch(address)).rejects.toMatchObject({ code: 'endpoint_refused' })
    }
    expect(server.connections()).toBe(0)
  })

  it('gives a redirect to the caller and does not follow it', async () => {
    const inside = await serve((_request, response) => response.end('inside'), 'http')
    const server = await serve((_request, response) =>
      response.writeHead(307, { location: `http://127.0.0.1:${inside.port}/latest/meta-data` }).end(),
    )
    const { resolve } = resolver(['127.0.0.1'])
    const fetch = createGuardedFetch({ allowPrivate: false, isPublic, resolve })
    const answer = await fetch(`https://${certifiedName}:${server.port}/`, { redirect: 'follow' })
    expect(answer.status).toBe(307)
    expect(inside.connections()).toBe(0)
  })

  it.each(['init', 'Request'])('streams an upload that is given as %s', async (way) => {
    const server = await serve(async (request, response) => {
      let size = 0
      for await (const chunk of request) size += chunk.length
      response.end(`${request.method} ${size}`)
    })
    const { resolve } = resolver(['127.0.0.1'])
    const fetch = createGuardedFetch({ allowPrivate: false, isPublic, resolve })
    const address = `https://${certifiedName}:${server.port}/bucket/dusk.jpg`
    const init = { method: 'PUT', body: bodyOf(40, 64 * 1024), duplex: 'half' } as const
    const answer = await (way === 'init' ? fetch(address, init) : fetch(new Request(address, init)))
    expect(await answer.text()).toBe(`PUT ${40 * 64 * 1024}`)
  })

  it('sends the length of a body that is not a stream, which S3 requires', async () => {
    const server = await serve((request, response) => response.end(request.headers['content-length']))
    const { resolve } = resolver(['127.0.0.1'])
    const fetch = createGuardedFetch({ allowPrivate: false, isPublic, resolve })
    const request = new Request(`https://${certifiedName}:${server.port}/`, {
      method: 'PUT',
      body: 'caption',
    })
    expect(await (await fetch(request)).text()).toBe('7')
  })

  it('stops waiting for a silent name server when its caller aborts', async () => {
    const controller = new AbortController()
    const resolve = () => {
      setImmediate(() => controller.abort(new Error('the caller left')))
      return new Promise<never>(() => {})
    }
    const fetch = createGuardedFetch({ allowPrivate: false, resolve })
    await expect(fetch(`https://${certifiedName}/`, { signal: controller.signal })).rejects.toThrow(
      'the caller left',
    )
  })

  it('fails like any fetch when the name does not exist or the connection is refused', async () => {
    const unknown = createGuardedFetch({
      allowPrivate: false,
      resolve: () => Promise.reject(new Error('ENOTFOUND')),
    })
    await expect(unknown(`https://${certifiedName}/`)).rejects.toThrow(TypeError)
    const { resolve } = resolver(['127.0.0.1'])
    const silent = createGuardedFetch({ allowPrivate: false, isPublic, resolve })
    const { port, close } = await serve((_request, response) => response.end())
    close()
    await expect(silent(`https://${certifiedName}:${port}/`)).rejects.toMatchObject({
      cause: { code: 'ECONNREFUSED' },
    })
  })

  it('recovers after a refusal once the name points to a public server', async () => {
    const server = await serve((_request, response) => response.end('moved back'))
    const { resolve } = resolver(['10.0.0.1'], ['127.0.0.1'])
    const fetch = createGuardedFetch({ allowPrivate: false, isPublic, resolve })
    const address = `https://${certifiedName}:${server.port}/`
    await expect(fetch(address)).rejects.toMatchObject({ code: 'endpoint_refused' })
    expect(await (await fetch(address)).text()).toBe('moved back')
  })

  it('reaches private servers if they are allowed, and follows no redirect there', async () => {
    const server = await serve(
      (_request, response) => response.writeHead(302, { location: '/' }).end(),
      'http',
    )
    const fetch = createGuardedFetch({ allowPrivate: true })
    expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBe(302)
    expect((await fetch(`http://localhost:${server.port}/`)).status).toBe(302)
  })
})

describe('the agent of the guarded fetch', () => {
  it.each([
    'http://10.0.0.1/',
    'http://[::1]:9000/',
    'http://2130706433:9000/',
    'http://[::ffff:127.0.0.1]:9000/',
  ])('opens no connection to %s, even if the URL was not checked', async (address) => {
    const init: RequestInit & { dispatcher: Dispatcher } = { dispatcher: createPublicAgent({}) }
    await expect(fetch(address, init)).rejects.toMatchObject({ cause: { code: 'endpoint_refused' } })
  })
})

async function serve(answer: Answer, scheme: 'https' | 'http' = 'https') {
  const hosts: (string | undefined)[] = []
  let connections = 0
  const listener: Answer = (request, response) => {
    hosts.push(request.headers.host)
    answer(request, response)
  }
  const server = scheme === 'https' ? createHttpsServer({ key, cert }, listener) : createHttpServer(listener)
  server.on('connection', () => {
    connections += 1
  })
  await new Promise<void>((ready) => server.listen(0, scheme === 'https' ? '127.0.0.1' : undefined, ready))
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.close()
    server.closeAllConnections()
  }
  closing.push(close)
  return { port, hosts, connections: () => connections, close }
}

/** Creates a resolver that returns these answers in order, and then repeats the last answer. */
function resolver(...answers: string[][]) {
  const asked: string[] = []
  const resolve: ResolveAddresses = async (hostname) => {
    asked.push(hostname)
    return answers[Math.min(asked.length, answers.length) - 1] ?? []
  }
  return { resolve, asked }
}

function bodyOf(chunks: number, size: number): ReadableStream<Uint8Array<ArrayBuffer>> {
  let left = chunks
  return new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(new Uint8Array(size))
      else controller.close()
    },
  })
}
