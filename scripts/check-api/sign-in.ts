/** Sign-in through the demo's own OpenID provider, like a browser. */
import { request } from 'undici'

export interface SignInOptions {
  /** Port of the publisher on loopback. */
  port: number
  /** Host of the gallery with its port: `alice.localhost:8080`. */
  host: string
  /** Person of the demo. */
  person: string
}

interface Answer {
  status: number
  location: URL | null
}

/** A sign-in has eight redirects. More than this are a loop. */
const maxHops = 20

/** Returns the value of the session cookie. Throws if the sign-in fails. */
export async function signIn({ port, host, person }: SignInOptions): Promise<string> {
  const jar = createJar()

  /** Sends requests for any host to loopback, because not every system resolves names below `localhost`. */
  async function send(url: URL, method: 'GET' | 'POST'): Promise<Answer> {
    const address = new URL(url.pathname + url.search, `http://127.0.0.1:${url.port || port}`)
    const { statusCode, headers, body } = await request(address, {
      method,
      headers: {
        host: url.host,
        accept: 'text/html',
        cookie: jar.header(url.hostname),
        'sec-fetch-site': method === 'POST' ? 'same-origin' : 'none',
      },
    })
    await body.dump()
    jar.store(url.hostname, [headers['set-cookie'] ?? []].flat())
    const location = headers.location?.toString()
    return { status: statusCode, location: location === undefined ? null : new URL(location, url) }
  }

  let url = new URL(`http://${host}/auth/login?return_to=/health`)
  for (let hop = 0; hop < maxHops; hop++) {
    const isChoice = url.pathname.startsWith('/choose/')
    if (isChoice) url.searchParams.set('person', person)
    const { status, location } = await send(url, isChoice ? 'POST' : 'GET')
    if (location) {
      url = location
      continue
    }
    const session = jar.value(new URL(`http://${host}/`).hostname, 'session')
    if (session === undefined) throw new Error(`The sign-in failed with ${status} at ${url.pathname}.`)
    return session
  }
  throw new Error(`The sign-in has a redirect loop, last at ${url.pathname}.`)
}

/** Cookies by host and name. A single sign-in can ignore paths, lifetimes and domains. */
function createJar() {
  const cookies = new Map<string, Map<string, string>>()
  const of = (hostname: string) => cookies.get(hostname) ?? new Map<string, string>()
  return {
    value: (hostname: string, name: string) => of(hostname).get(name),
    header: (hostname: string) => [...of(hostname)].map(([name, value]) => `${name}=${value}`).join('; '),
    store(hostname: string, lines: readonly string[]) {
      const stored = of(hostname)
      for (const line of lines) {
        const [, name = '', value = ''] = /^([^=;]+)=([^;]*)/.exec(line) ?? []
        stored.set(name, value)
      }
      cookies.set(hostname, stored)
    },
  }
}
