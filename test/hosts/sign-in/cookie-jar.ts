/** The cookies of one browser (RFC 6265bis): what it stores, and what it sends where. Strict where our defences count on it. */

export interface StoredCookie {
  name: string
  value: string
  domain: string
  isHostOnly: boolean
  path: string
  isSecure: boolean
  sameSite: string
  /** Milliseconds since 1970. */
  expiresAt: number
}

export interface CookieJar {
  /** Takes a `Set-Cookie` value from a response, or what a script on that page writes. Gives whether it was stored. */
  store(setCookie: string, from: URL): boolean
  /** The `Cookie` header of a request, `''` for none. */
  header(to: URL, request?: { isCrossSite?: boolean; isTopLevelGet?: boolean }): string
  all(): readonly StoredCookie[]
  /** Every value that was ever stored. */
  values: ReadonlySet<string>
  /** A copy: what somebody who can read this browser's files would have. */
  copy(): CookieJar
}

export function createCookieJar(now: () => number = Date.now, cookies: StoredCookie[] = []): CookieJar {
  const values = new Set(cookies.map(({ value }) => value))
  return {
    values,
    store(setCookie, from) {
      const cookie = parse(setCookie, from, now())
      if (!cookie) return false
      values.add(cookie.value)
      const index = cookies.findIndex((known) => isSame(known, cookie))
      if (cookie.expiresAt <= now()) {
        if (index >= 0) cookies.splice(index, 1)
      } else if (index >= 0) cookies[index] = cookie
      else cookies.push(cookie)
      return true
    },
    header(to, { isCrossSite = false, isTopLevelGet = true } = {}) {
      return cookies
        .filter((cookie) => cookie.expiresAt > now() && isSentTo(cookie, to))
        .filter(
          ({ sameSite }) => !isCrossSite || sameSite === 'none' || (sameSite === 'lax' && isTopLevelGet),
        )
        .toSorted((one, other) => other.path.length - one.path.length)
        .map(({ name, value }) => `${name}=${value}`)
        .join('; ')
    },
    all: () => cookies,
    copy: () => createCookieJar(now, structuredClone(cookies)),
  }
}

function parse(setCookie: string, from: URL, time: number): StoredCookie | null {
  const [pair = '', ...rest] = setCookie.split(';')
  const equals = pair.indexOf('=')
  const name = pair.slice(0, equals).trim()
  const attributes = new Map(
    rest.map((attribute) => {
      const [key = '', ...value] = attribute.split('=')
      return [key.trim().toLowerCase(), value.join('=').trim()] as const
    }),
  )
  const domain = attributes.get('domain')?.replace(/^\./, '').toLowerCase()
  // A browser takes no cookie for a public suffix; one label is one.
  if (domain !== undefined && (!domain.includes('.') || !matches(from.hostname, domain))) return null
  const isSecure = attributes.has('secure')
  if (isSecure && from.protocol !== 'https:') return null
  const path = attributes.get('path')?.startsWith('/') ? (attributes.get('path') ?? '/') : '/'
  if (/^__secure-/i.test(name) && !isSecure) return null
  if (/^__host-/i.test(name) && !(isSecure && path === '/' && domain === undefined)) return null
  const maxAge = attributes.get('max-age')
  return {
    name,
    value: pair.slice(equals + 1).trim(),
    domain: domain ?? from.hostname,
    isHostOnly: domain === undefined,
    path,
    isSecure,
    sameSite: (attributes.get('samesite') ?? 'lax').toLowerCase(),
    expiresAt: expiry(maxAge, attributes.get('expires'), time),
  }
}

function expiry(maxAge: string | undefined, expires: string | undefined, time: number): number {
  if (maxAge !== undefined) return time + Number(maxAge) * 1000
  return expires === undefined ? Number.POSITIVE_INFINITY : Date.parse(expires)
}

function isSame(one: StoredCookie, other: StoredCookie): boolean {
  return (
    one.name === other.name &&
    one.domain === other.domain &&
    one.path === other.path &&
    one.isHostOnly === other.isHostOnly
  )
}

function isSentTo({ domain, isHostOnly, path, isSecure }: StoredCookie, to: URL): boolean {
  if (isSecure && to.protocol !== 'https:') return false
  if (isHostOnly ? to.hostname !== domain : !matches(to.hostname, domain)) return false
  return path === '/' || to.pathname === path || to.pathname.startsWith(path.replace(/\/?$/, '/'))
}

function matches(host: string, domain: string): boolean {
  return host === domain || host.endsWith(`.${domain}`)
}
