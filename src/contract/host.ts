/** From a raw host name to a tenant, or to nothing: the first and strictest border of the program. */

declare const hostBrand: unique symbol
declare const tenantBrand: unique symbol
/** A normalised host name that has the shape of a tenant's: lower case, no port, exactly one label under the base domain. */
export type Host = string & { readonly [hostBrand]: true }
/** The first label of a {@link Host}. It decides whose credentials are asked for. */
export type Tenant = string & { readonly [tenantBrand]: true }

export interface TenantHost {
  host: Host
  tenant: Tenant
}

const maxHostLength = 253
const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/
/** ASCII only, checked before lower-casing: some other letters (the Kelvin sign) become ASCII by it. */
const allowed = /^[A-Za-z0-9.-]+(:\d{1,5})?$/

/**
 * Lower-cases, strips one `:port` and one trailing dot, and gives the tenant that the host names. `null` for everything that is
 * no tenant's shape: addresses, `localhost`, `www.*`, empty or too long labels, characters outside `[a-z0-9-.]`, anything but
 * one label under `baseDomain`, and the names in `reserved` (the sign-in callback host).
 */
export function parseHost(
  raw: string | null,
  baseDomain: string,
  reserved: readonly string[] = [],
): TenantHost | null {
  const name = hostName(raw)
  const suffix = `.${baseDomain}`
  if (!name?.endsWith(suffix) || reserved.includes(name)) return null
  const first = name.slice(0, -suffix.length)
  if (!label.test(first) || first === 'www') return null
  // The two checks above are what the brands promise.
  return { host: name as Host, tenant: first as Tenant }
}

/** The name alone: lower case, without one `:port` and one trailing dot. `null` for what cannot be a name in the DNS. */
export function hostName(raw: string | null): string | null {
  if (raw === null || raw.length > maxHostLength + 7 || !allowed.test(raw)) return null
  const name = withoutPort(raw).replace(/\.$/, '').toLowerCase()
  return name.length > maxHostLength ? null : name
}

/** The port that a raw host names, for addresses that are built in development; `null` where it names none that there is. */
export function portOf(rawHost: string): string | null {
  const port = /:(\d{1,5})$/.exec(rawHost)?.[1]
  return port !== undefined && Number(port) <= 65_535 ? port : null
}

function withoutPort(raw: string): string {
  const colon = raw.indexOf(':')
  return colon < 0 ? raw : raw.slice(0, colon)
}
