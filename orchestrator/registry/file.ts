/** Registry of tenants and credentials, read from two files and checked with the publisher's own schemas. */
import { appType } from '../../src/contract/runtime-answer.ts'
import type { BoundTenant } from './binding.ts'
import { RegistryError } from './document.ts'
import { readSecrets, type SecretsByRef } from './file/secrets.ts'
import { readTenants } from './file/tenants.ts'
import { parseDocument } from './parse-document.ts'

export interface FileRegistry {
  /** Bindings by normalised host. */
  byHost: ReadonlyMap<string, BoundTenant>
  /** Credentials by the value of `X-Tenant`: the first label of a served host. */
  byTenant: ReadonlyMap<string, TenantCredentials>
  /** Credentials of served tenants by the tenant's name. */
  byName: ReadonlyMap<string, TenantCredentials>
  /** All tenants, in the order of the file. */
  tenants: ReadonlyMap<string, BoundTenant>
  /** All credentials by tenant, also those of unknown tenants. */
  secrets: ReadonlyMap<string, SecretsByRef>
  /** Sentences about keys that the publisher would ignore. */
  warnings: readonly string[]
}

interface TenantCredentials {
  /** Name of the tenant in the file. */
  tenant: string
  /** True when the tenant is out of credit. No reference is resolved then. */
  insufficientBalance: boolean
  byRef: SecretsByRef
}

export interface RegistryInput {
  /** YAML or JSON. */
  tenants: string
  secrets: string
  /** Variables for `env:NAME` in the secrets file. */
  variables: Readonly<Record<string, string | undefined>>
  /** Random key in the versions of credentials. Keep the same key as long as the process runs. */
  versionKey: string
}

/** Parses both files. Throws {@link RegistryError}; the caller then keeps the last good registry. */
export async function parseRegistry(input: RegistryInput): Promise<FileRegistry> {
  const bindings = await readTenants(parseDocument(input.tenants, 'tenants'))
  const secrets = await readSecrets(parseDocument(input.secrets, 'secrets'), input)
  const warnings = bindings.flatMap((binding) => binding.warnings)
  const byHost = indexHosts(bindings)
  const byTenant = indexCredentials(bindings, secrets)
  return {
    byHost,
    byTenant,
    byName: new Map([...byTenant.values()].map((known) => [known.tenant, known])),
    tenants: new Map(bindings.map((binding) => [binding.tenant, binding])),
    secrets,
    warnings,
  }
}

function indexHosts(bindings: readonly BoundTenant[]): FileRegistry['byHost'] {
  const byHost = new Map<string, BoundTenant>()
  for (const binding of bindings) {
    for (const host of binding.hosts) {
      if (byHost.has(host)) throw new RegistryError(`tenants.${binding.tenant}.hosts: ${host} is bound twice`)
      byHost.set(host, binding)
    }
  }
  return byHost
}

/** Indexes the credentials of served tenants only, not of suspended tenants or other apps. */
function indexCredentials(
  bindings: readonly BoundTenant[],
  secrets: ReadonlyMap<string, SecretsByRef>,
): FileRegistry['byTenant'] {
  const byTenant = new Map<string, TenantCredentials>()
  for (const binding of bindings) {
    if (binding.suspended || binding.appType !== appType) continue
    const { tenant, insufficientBalance } = binding
    for (const label of new Set(binding.hosts.map(firstLabel))) {
      const other = byTenant.get(label)?.tenant
      if (other) {
        throw new RegistryError(`tenants.${tenant}.hosts: the label ${label} already belongs to ${other}`)
      }
      byTenant.set(label, { tenant, insufficientBalance, byRef: secrets.get(tenant) ?? new Map() })
    }
  }
  return byTenant
}

function firstLabel(host: string): string {
  return host.slice(0, host.indexOf('.'))
}
