/** Address of a Mastodon server, from what people type: `host`, `https://host/@user`, `@user@host`. */
import { assertPublicEndpoint, type EndpointRule } from '../../../../src/base/endpoint-guard.ts'
import { VendorRefused } from '../../vendor.ts'

/** Longest name of a host with a port. */
const maxHostLength = 260
const invisible = /\p{Cf}+/gu
const handle = /^(?:acct:)?@?[\w.-]+@([^@/]+)$/i
const scheme = /^[a-z][a-z\d+.-]*:\/\//i
/** Name or IP address as URLs write it. Names of servers hold no other characters. */
const hostname = /^(?:[a-z\d-]+(?:\.[a-z\d-]+)*|\[[\da-f:.]+\])$/
const loopback = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?(?:\/|$)/i

/** Returns the origin of the server. Throws {@link VendorRefused} with `bad_address`. */
export function instanceOrigin(typed: string, rule: EndpointRule): string {
  const text = typed.replace(invisible, '').trim()
  const [, hostOfHandle] = handle.exec(text) ?? []
  const address = hostOfHandle ?? text
  const url = URL.parse(scheme.test(address) ? address : `${schemeOf(address, rule)}://${address}`)
  const isWeb = url !== null && (url.protocol === 'https:' || url.protocol === 'http:')
  if (!isWeb || url.username !== '' || url.password !== '' || /[\s\\]/.test(text)) throw badAddress()
  if (!rule.allowPrivate) url.protocol = 'https:'
  url.hostname = url.hostname.replace(/\.$/, '')
  if (!hostname.test(url.hostname) || url.host.length > maxHostLength) throw badAddress()
  try {
    return assertPublicEndpoint(url.origin, rule).origin
  } catch {
    throw badAddress()
  }
}

/** Servers on this machine have no certificate. */
function schemeOf(address: string, { allowPrivate }: EndpointRule): 'http' | 'https' {
  return allowPrivate && loopback.test(address) ? 'http' : 'https'
}

function badAddress(): VendorRefused {
  return new VendorRefused('bad_address', 'This is not the address of a server on the public internet.')
}
