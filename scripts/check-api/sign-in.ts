/** Signs a person in through the demo's own OpenID provider, as a browser would, and gives the session. */
import { request } from 'undici'

export interface SignInOptions {
  /** Port of the publisher, on loopback. */
  port: number
  /** Host of the gallery, with its port: `alice.localhost:8080`. */
  host: string
  /** One of the demo's people. */
  person: string
}

interface Answer {
  status: number
  location: URL | null
}

/** A sign-in takes eight redirects; more of them are a loop. */
const maxHops = 20

/** Gives the value of the session cookie. Throws where the sign-in does not end with one. */
export async function signIn({ port, host, person }: SignInOptions): Promise<string> {
  const jar = createJar()

  /** Asks at loopback for any host name: not every system resolves names below `localhost`. */
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
    if (session === undefined) throw new Error(`Signing in ended with ${status} at ${url.pathname}.`)
    return session
  }
  throw new Error(`Signing in went round in circles, last at ${url.pathname}.`)
}

/** Cookies by host and name. Paths, lifetimes and domains do not matter to one sign-in. */
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
