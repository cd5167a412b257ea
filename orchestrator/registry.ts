/** What the orchestrator knows, from one file of tenants and one of secrets, checked with the publisher's own schemas. */
import { parse } from 'yaml'
import { z } from 'zod'
import { configSchema, withoutNulls } from '../src/runtime/contract.ts'
import { credentialsSchema } from '../src/runtime/credential-schemas.ts'

/** The answer about one host, ready to be sent. */
export interface Binding {
  tenant: string
  appType: string
  suspended: boolean
  configVersion: string
  answer: Readonly<Record<string, unknown>>
}

export interface TenantSecrets {
  /** Has run out of credit: nothing is resolved. */
  insufficientBalance: boolean
  /** What a reference resolves to, ready to be sent. */
  byRef: ReadonlyMap<string, Readonly<Record<string, unknown>>>
}

export interface Registry {
  byHost: ReadonlyMap<string, Binding>
  byTenant: ReadonlyMap<string, TenantSecrets>
}

/** Says which field of which file is wrong; never a value. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError'
}

const label = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, 'must be a label in lower case')
const host = z
  .string()
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, 'must be a host name in lower case, without a port')

const tenantSchema = z.object({
  hosts: z.array(host).min(1),
  app_type: z.string().min(1).default('publisher_v2'),
  schema_version: z.union([z.literal(1), z.literal(2)]).default(2),
  ttl_seconds: z.number().int().min(0).max(86_400).default(600),
  suspended: z.boolean().default(false),
  insufficient_balance: z.boolean().default(false),
  config: z.record(z.string(), z.unknown()),
})

const tenantsFileSchema = z.object({ tenants: z.record(label, tenantSchema) })
const secretsFileSchema = z.record(label, z.record(z.string().min(1), z.record(z.string(), z.unknown())))

export interface RegistryInput {
  /** YAML or JSON. */
  tenants: string
  secrets: string
  /** Where `env:NAME` in the secrets file is looked up. */
  variables: Readonly<Record<string, string | undefined>>
}

/** Reads both files. Throws {@link RegistryError}: the caller keeps what was good before. */
export async function parseRegistry({ tenants, secrets, variables }: RegistryInput): Promise<Registry> {
  const described = checked(tenantsFileSchema, document(tenants, 'tenants'), 'tenants')
  const known = checked(secretsFileSchema, document(secrets, 'secrets') ?? {}, 'secrets')
  const byHost = new Map<string, Binding>()
  const byTenant = new Map<string, TenantSecrets>()
  for (const [tenant, entry] of Object.entries(described.tenants)) {
    const binding = await bind(tenant, entry)
    for (const name of entry.hosts) {
      if (byHost.has(name)) throw new RegistryError(`tenants: the host ${name} is bound twice`)
      byHost.set(name, binding)
    }
    const own = Object.hasOwn(known, tenant) ? known[tenant] : {}
    byTenant.set(tenant, {
      insufficientBalance: entry.insufficient_balance,
      byRef: await resolveSecrets(tenant, own ?? {}, variables),
    })
  }
  return { byHost, byTenant }
}

async function bind(tenant: string, entry: z.output<typeof tenantSchema>): Promise<Binding> {
  const { app_type, schema_version, ttl_seconds, suspended } = entry
  const config = withoutNulls(entry.config)
  // Another app's configuration is not ours to judge.
  if (app_type === 'publisher_v2') checked(configSchema, config, `tenants.${tenant}.config`)
  const configVersion = await digest(config)
  const answer = { schema_version, tenant, app_type, config_version: configVersion, ttl_seconds, config }
  return { tenant, appType: app_type, suspended, configVersion, answer }
}

async function resolveSecrets(
  tenant: string,
  secrets: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  variables: RegistryInput['variables'],
): Promise<TenantSecrets['byRef']> {
  const byRef = new Map<string, Readonly<Record<string, unknown>>>()
  for (const [ref, written] of Object.entries(secrets)) {
    const resolved = Object.fromEntries(
      Object.entries(written).map(([field, value]) => [
        field,
        fromEnvironment(value, variables, `secrets.${tenant}.${field}`),
      ]),
    )
    checked(credentialsSchema, withoutNulls(resolved), `secrets.${tenant}`)
    byRef.set(ref, { version: (await digest(resolved)).slice(0, 16), ...resolved })
  }
  return byRef
}

/** `env:NAME` stands for the value of that variable. */
function fromEnvironment(value: unknown, variables: RegistryInput['variables'], field: string): unknown {
  const name = typeof value === 'string' ? /^env:(\w+)$/.exec(value)?.[1] : undefined
  if (name === undefined) return value
  const found = variables[name]
  if (!found) throw new RegistryError(`${field}: the variable ${name} is not set`)
  return found
}

function document(text: string, file: string): unknown {
  try {
    return parse(text)
  } catch (error) {
    const line = error instanceof Error && 'linePos' in error ? JSON.stringify(error.linePos) : ''
    throw new RegistryError(`${file}: this is neither YAML nor JSON ${line}`.trim())
  }
}

function checked<S extends z.ZodType>(schema: S, value: unknown, where: string): z.output<S> {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issues = parsed.error.issues.map(({ path, message }) => `${[where, ...path].join('.')}: ${message}`)
  throw new RegistryError(issues.join('; '))
}

/** SHA-256 of the canonical JSON, as hex: the same for the same content in whatever order it was written. */
async function digest(value: unknown): Promise<string> {
  const bytes = new TextEncoder().encode(JSON.stringify(sorted(value)))
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).map(([key, member]) => [key, sorted(member)] as const)
  return Object.fromEntries(members.sort(([a], [b]) => (a < b ? -1 : 1)))
}
