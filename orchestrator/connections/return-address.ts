/** Addresses of tenants' pages to which a browser returns after it was at a vendor. */
import type { Reads } from '../registry/sql/configurations.ts'
import { Refused } from '../registry/sql/refusals.ts'

const settingsPath = '/settings'
const maxLength = 1000

/**
 * Returns the address of the tenant's page. Throws {@link Refused} unless it is `/settings` at a host of the tenant. `allowPrivate` also
 * allows HTTP and ports.
 */
export async function returnAddress(
  read: Reads,
  tenant: string,
  wanted: string | undefined,
  { allowPrivate }: { allowPrivate: boolean },
): Promise<string> {
  const rows = await read
    .selectFrom('domain')
    .select('host')
    .where('tenant', '=', tenant)
    .orderBy('host')
    .execute()
  const hosts = rows.map(({ host }) => host)
  if (wanted === undefined) {
    const [first] = hosts
    if (first === undefined) throw new Refused(`${tenant} has no host.`)
    return `https://${first}${settingsPath}`
  }
  const url = wanted.length <= maxLength ? URL.parse(wanted) : null
  const isSafe =
    url !== null &&
    (allowPrivate ? /^https?:$/.test(url.protocol) : url.protocol === 'https:' && url.port === '')
  const isPage =
    url?.pathname === settingsPath &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '' &&
    url.password === ''
  if (!isSafe || !isPage || !hosts.includes(url.hostname))
    throw new Refused(`return_to must be https://<a host of the gallery>${settingsPath}.`)
  return `${url.origin}${settingsPath}`
}

/** Adds the outcome to the address. */
export function withOutcome(address: string, outcome: Readonly<Record<string, string>>): string {
  const url = new URL(address)
  for (const [name, value] of Object.entries(outcome)) url.searchParams.set(name, value)
  return url.href
}
