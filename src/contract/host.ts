/** Parses raw host names into tenants, and refuses all other hosts. */

declare const hostBrand: unique symbol
declare const tenantBrand: unique symbol
/** A normalised host name of a tenant: lower case, no port, exactly one label under the base domain. */
export type Host = string & { readonly [hostBrand]: true }
/** The first label of a {@link Host}. Credentials are resolved for this name. */
export type Tenant = string & { readonly [tenantBrand]: true }

export interface TenantHost {
  host: Host
  tenant: Tenant
}

const maxHostLength = 253
const label = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/
/** ASCII only. Checked before lower-casing, which turns some other letters (the Kelvin sign) into ASCII. */
const allowed = /^[A-Za-z0-9.-]+(:\d{1,5})?$/

/** Parses a raw host into its tenant. Returns `null` for a host that no tenant can have. */
export type HostParser = (raw: string | null) => TenantHost | null

/**
 * Creates a parser. It lower-cases, and strips one `:port` and one trailing dot. It returns `null` unless exactly one valid label stands
 * before `baseDomain`. It also returns `null` for `www` and for the names in `reserved` (the sign-in callback host).
 */
export function hostParser(baseDomain: string, reserved: readonly string[] = []): HostParser {
  const suffix = `.${baseDomain}`

  function parseName(name: string): TenantHost | null {
    if (!name.endsWith(suffix) || name.length > maxHostLength || reserved.includes(name)) return null
    const first = name.slice(0, -suffix.length)
    if (!label.test(first) || first === 'www') return null
    // The checks above establish the brands.
    return { host: name as Host, tenant: first as Tenant }
  }

  return (raw) => {
    if (raw === null) return null
    // Most hosts are names already, which saves their normalisation.
    const parsed = parseName(raw)
    if (parsed) return parsed
    const name = hostName(raw)
    return name === null || name === raw ? null : parseName(name)
  }
}

/** Parses a single host, as a parser from {@link hostParser} does. */
export function parseHost(
  raw: string | null,
  baseDomain: string,
  reserved: readonly string[] = [],
): TenantHost | null {
  return hostParser(baseDomain, reserved)(raw)
}

/** Returns the name in lower case, without one `:port` and one trailing dot. Returns `null` if the DNS cannot have the name. */
export function hostName(raw: string | null): string | null {
  if (raw === null || raw.length > maxHostLength + 7 || !allowed.test(raw)) return null
  const name = withoutPort(raw).replace(/\.$/, '').toLowerCase()
  return name.length > maxHostLength ? null : name
}

/** Returns the port of a raw host, for URLs in development. Returns `null` if the host has no port or an invalid port. */
export function portOf(rawHost: string): string | null {
  if (!rawHost.includes(':')) return null
  const port = /:(\d{1,5})$/.exec(rawHost)?.[1]
  return port !== undefined && Number(port) <= 65_535 ? port : null
}

function withoutPort(raw: string): string {
  const colon = raw.indexOf(':')
  return colon < 0 ? raw : raw.slice(0, colon)
}
