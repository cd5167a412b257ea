/** The file of tenants: which host is bound to whom, and what the publisher is told about it. */
import { z } from 'zod'
import { appType, parseRuntimeAnswer, withoutNulls } from '../../src/runtime/contract.ts'
import { canonicalJson, sha256Hex } from './canonical.ts'
import { checked, describeIssues, RegistryError } from './document.ts'

/** What is known about a tenant's hosts, with the answer ready to be sent. */
export interface Binding {
  tenant: string
  hosts: readonly string[]
  appType: string
  suspended: boolean
  insufficientBalance: boolean
  configVersion: string
  answer: Readonly<Record<string, unknown>>
}

const label = '(?!-)[a-z0-9-]{1,63}(?<!-)'
const tenantName = z.string().regex(new RegExp(`^${label}$`), 'must be a label in lower case')
const hostName = z
  .string()
  .max(253)
  .regex(new RegExp(`^${label}(\\.${label})+$`), 'must be a host name in lower case, without a port')

const tenantSchema = z.object({
  hosts: z.array(hostName).min(1),
  app_type: z.string().min(1).default(appType),
  schema_version: z.union([z.literal(1), z.literal(2)], { error: 'must be 1 or 2' }).default(2),
  ttl_seconds: z.number().int().min(0).max(86_400).default(600),
  suspended: z.boolean().default(false),
  insufficient_balance: z.boolean().default(false),
  config: z.record(z.string(), z.unknown()).default({}),
})
type TenantEntry = z.output<typeof tenantSchema>

const fileSchema = z.object({ tenants: z.unknown() })
const tenantsSchema = z.record(tenantName, tenantSchema, { error: 'must hold one entry per tenant' })

/** Reads the parsed file. Throws {@link RegistryError} for whatever the publisher would not understand. */
export async function readTenants(document: unknown): Promise<Binding[]> {
  const file = checked(fileSchema, document, 'the file of tenants')
  const tenants = checked(tenantsSchema, file.tenants, 'tenants')
  const bindings: Binding[] = []
  // One after the other: of several errors, the first in the file is the one that is told.
  for (const [tenant, entry] of Object.entries(tenants)) bindings.push(await bind(tenant, entry))
  return bindings
}

async function bind(tenant: string, entry: TenantEntry): Promise<Binding> {
  const config = configOf(entry)
  const configVersion = await sha256Hex(canonicalJson(config))
  const answer = {
    schema_version: entry.schema_version,
    tenant,
    app_type: entry.app_type,
    config_version: configVersion,
    ttl_seconds: entry.ttl_seconds,
    config,
  }
  mustBeUnderstood(answer, `tenants.${tenant}`)
  return {
    tenant,
    hosts: entry.hosts,
    appType: entry.app_type,
    suspended: entry.suspended,
    insufficientBalance: entry.insufficient_balance,
    configVersion,
    answer,
  }
}

/** Version 1 carries features and storage only (design section 3), so a file may be written for both versions. */
function configOf({ schema_version, config }: TenantEntry): unknown {
  const { features, storage } = config
  return withoutNulls(schema_version === 1 ? { features, storage } : config)
}

/** The publisher takes a mail server that is not filled in for none; who writes this file hears what is missing. */
const filledIn = z.object({
  app_type: z.literal(appType),
  config: z.object({
    email_server: z.object({ host: z.string(), from_email: z.string(), password_ref: z.string() }).optional(),
  }),
})

/** The publisher's own reading; it leaves the configuration of other apps alone. */
function mustBeUnderstood(answer: { app_type: string; config: unknown }, where: string): void {
  try {
    parseRuntimeAnswer(answer)
    if (answer.app_type === appType) filledIn.parse(answer)
  } catch (error) {
    if (error instanceof z.ZodError) throw new RegistryError(describeIssues(error.issues, where))
    throw error
  }
}
