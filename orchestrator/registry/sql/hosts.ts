/** Hosts of a tenant. A host and a first label belong to one tenant. */
import type { Tx } from '../../database/database.ts'
import { Refused } from './refusals.ts'

/** Replaces a tenant's hosts, and returns the hosts before. Throws {@link Refused} if another tenant has a host or its label. */
export async function replaceHosts(tx: Tx, tenant: string, hosts: readonly string[]): Promise<string[]> {
  const wanted = [...new Set(hosts)].map((host) => ({ host, label: labelOf(host), tenant }))
  const labels = wanted.map(({ label }) => label)
  const foreign = await tx
    .selectFrom('domain')
    .select(['host', 'label', 'tenant'])
    .where('tenant', '!=', tenant)
    .where((eb) => eb.or([eb('label', 'in', labels), eb('host', 'in', [...hosts])]))
    .executeTakeFirst()
  if (foreign) {
    const taken = hosts.includes(foreign.host) ? `the host ${foreign.host}` : `the label ${foreign.label}`
    throw new Refused(`tenants.${tenant}.hosts: ${taken} already belongs to ${foreign.tenant}`)
  }
  const before = await tx.selectFrom('domain').select('host').where('tenant', '=', tenant).execute()
  await tx.deleteFrom('domain').where('tenant', '=', tenant).execute()
  await tx.insertInto('domain').values(wanted).execute()
  return before.map(({ host }) => host)
}

function labelOf(host: string): string {
  return host.slice(0, host.indexOf('.'))
}
