/** As much of a browser as the sign-in is about: navigation with redirects, cookies, and the headers that tell where a request is from. */

import type { RunningHost } from '../hosts.ts'
import { sendTo } from '../http.ts'
import { type CookieJar, createCookieJar } from './cookie-jar.ts'

export interface Page {
  url: URL
  status: number
  headers: Headers
  text: string
  /** All addresses on the way, the last one included. */
  hops: URL[]
}

export interface NavigateOptions {
  method?: 'GET' | 'POST'
  /** The page that the link or form stands on; left out: typed into the address bar. */
  from?: URL
  body?: string
  /** Stops in front of an address, which becomes the page without being asked for. */
  stopBefore?: (url: URL) => boolean
}

export interface Browser {
  jar: CookieJar
  /** Every address that was navigated to. */
  history: URL[]
  navigate(url: string | URL, options?: NavigateOptions): Promise<Page>
  /** What a script on the page `from` would send. Redirects are not followed. */
  script(from: string | URL, url: string | URL, init?: ScriptInit): Promise<Response>
}

export interface ScriptInit {
  method?: string
  body?: string
  headers?: Record<string, string>
}

const maxHops = 20

/** Makes a browser for a fleet whose hosts end with `baseDomain`; any other host is asked where its URL says. */
export function createBrowser(host: RunningHost, baseDomain: string, jar = createCookieJar()): Browser {
  const history: URL[] = []

  async function send(
    url: URL,
    init: { method: string; headers: Record<string, string>; body?: string | undefined },
  ) {
    const isFleet = url.hostname.endsWith(`.${baseDomain}`) || url.hostname === baseDomain
    const headers = { ...init.headers, ...(isFleet && { 'x-forwarded-proto': url.protocol.slice(0, -1) }) }
    const response = await sendTo(
      isFleet ? host.port : Number(url.port),
      url.host,
      url.pathname + url.search,
      {
        method: init.method,
        headers,
        ...(init.body !== undefined && { body: init.body }),
      },
    )
    for (const cookie of response.headers.getSetCookie()) jar.store(cookie, url)
    return response
  }

  return {
    jar,
    history,

    async navigate(address, { method: firstMethod = 'GET', from, body, stopBefore } = {}) {
      let url = new URL(address)
      let method = firstMethod
      let site: Site = from ? siteOf(from, url) : 'none'
      const hops: URL[] = []
      for (;;) {
        hops.push(url)
        history.push(url)
        if (hops.length > maxHops) throw new Error(`A loop: ${hops.join(' -> ')}`)
        if (stopBefore?.(url)) return { url, status: 0, headers: new Headers(), text: '', hops }
        const isCrossSite = site === 'cross-site'
        const cookie = jar.header(url, { isCrossSite, isTopLevelGet: method === 'GET' })
        const response = await send(url, {
          method,
          headers: {
            accept: 'text/html,*/*;q=0.8',
            'sec-fetch-site': site,
            'sec-fetch-mode': 'navigate',
            'sec-fetch-dest': 'document',
            ...(cookie && { cookie }),
            ...(method === 'POST' && {
              origin: from?.origin ?? 'null',
              'content-type': 'application/x-www-form-urlencoded',
            }),
          },
          body: method === 'POST' ? (body ?? '') : undefined,
        })
        const location = response.headers.get('location')
        if (response.status < 300 || response.status >= 400 || location === null) {
          return {
            url,
            status: response.status,
            headers: response.headers,
            text: await response.text(),
            hops,
          }
        }
        const next = new URL(location, url)
        // A redirect never brings a request nearer: what was cross-site stays it (Fetch Metadata, section 2.3).
        if (site !== 'none') site = further(site, siteOf(url, next))
        url = next
        method = 'GET'
      }
    },

    async script(from, address, { method = 'GET', body, headers = {} } = {}) {
      const page = new URL(from)
      const url = new URL(address, page)
      const site = siteOf(page, url)
      const cookie =
        site === 'same-origin'
          ? jar.header(url)
          : jar.header(url, { isCrossSite: site === 'cross-site', isTopLevelGet: false })
      return send(url, {
        method,
        headers: {
          accept: 'application/json',
          'sec-fetch-site': site,
          'sec-fetch-mode': 'cors',
          ...(cookie && { cookie }),
          ...((site !== 'same-origin' || method !== 'GET') && { origin: page.origin }),
          ...headers,
        },
        body,
      })
    },
  }
}

type Site = 'none' | 'same-origin' | 'same-site' | 'cross-site'

/** The test's domains have a public suffix of one label. */
function siteOf(from: URL, to: URL): Site {
  if (from.origin === to.origin) return 'same-origin'
  const site = (url: URL) => `${url.protocol}${url.hostname.split('.').slice(-2).join('.')}`
  return site(from) === site(to) ? 'same-site' : 'cross-site'
}

/** From near to far. */
const sites: readonly Site[] = ['none', 'same-origin', 'same-site', 'cross-site']

function further(one: Site, other: Site): Site {
  return sites.indexOf(one) > sites.indexOf(other) ? one : other
}
