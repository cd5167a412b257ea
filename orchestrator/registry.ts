/** What the orchestrator knows, from one file of tenants and one of secrets, checked with the publisher's own schemas. */
import { appType } from '../src/contract/runtime-answer.ts'
import { parseDocument, RegistryError } from './registry/document.ts'
import { readSecrets, type SecretsByRef } from './registry/secrets.ts'
import { type Binding, readTenants } from './registry/tenants.ts'

export interface Registry {
  /** By normalised host. */
  byHost: ReadonlyMap<string, Binding>
  /** By what `X-Tenant` may say: the first label of a host that is served. */
  byTenant: ReadonlyMap<string, TenantCredentials>
  /** Sentences about keys that the publisher would ignore; empty where all are known. */
  warnings: readonly string[]
}

interface TenantCredentials {
  /** The tenant's name in the file. */
  tenant: string
  /** Has run out of credit: nothing is resolved. */
  insufficientBalance: boolean
  byRef: SecretsByRef
}

export interface RegistryInput {
  /** YAML or JSON. */
  tenants: string
  secrets: string
  /** Where `env:NAME` in the secrets file is looked up. */
  variables: Readonly<Record<string, string | undefined>>
  /** Mixed into the versions of credentials; keep it for as long as the process runs. */
  versionKey: string
}

/** Reads both files. Throws {@link RegistryError}: the caller keeps what was good before. */
export async function parseRegistry(input: RegistryInput): Promise<Registry> {
  const bindings = await readTenants(parseDocument(input.tenants, 'tenants'))
  const secrets = await readSecrets(parseDocument(input.secrets, 'secrets'), input)
  const warnings = bindings.flatMap((binding) => binding.warnings)
  return { byHost: indexHosts(bindings), byTenant: indexCredentials(bindings, secrets), warnings }
}

function indexHosts(bindings: readonly Binding[]): Registry['byHost'] {
  const byHost = new Map<string, Binding>()
  for (const binding of bindings) {
    for (const host of binding.hosts) {
      if (byHost.has(host)) throw new RegistryError(`tenants.${binding.tenant}.hosts: ${host} is bound twice`)
      byHost.set(host, binding)
    }
  }
  return byHost
}

/** Only what is served is resolved: nothing of a suspended tenant, nor of another app's. */
function indexCredentials(
  bindings: readonly Binding[],
  secrets: ReadonlyMap<string, SecretsByRef>,
): Registry['byTenant'] {
  const byTenant = new Map<string, TenantCredentials>()
  for (const binding of bindings) {
    if (binding.suspended || binding.appType !== appType) continue
    const { tenant, insufficientBalance } = binding
    for (const label of new Set(binding.hosts.map(firstLabel))) {
      const other = byTenant.get(label)?.tenant
      if (other) {
        throw new RegistryError(`tenants.${tenant}.hosts: the label ${label} belongs to ${other} already`)
      }
      byTenant.set(label, { tenant, insufficientBalance, byRef: secrets.get(tenant) ?? new Map() })
    }
  }
  return byTenant
}

function firstLabel(host: string): string {
  return host.slice(0, host.indexOf('.'))
}
