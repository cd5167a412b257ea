/** The file of tenants: which host is bound to whom, and what the publisher is told about it. */
import { z } from 'zod'
import { listedPublishers } from '../../src/contract/publisher-entries.ts'
import {
  appType,
  parseRuntimeAnswer,
  type RuntimeConfig,
  withoutNulls,
} from '../../src/contract/runtime-answer.ts'
import { unknownKeys, unknownKeyText } from '../../src/contract/unknown-keys.ts'
import { canonicalJson, sha256Hex } from './canonical.ts'
import { checked, describeIssues, RegistryError } from './document.ts'
import { v2Form } from './v2-form.ts'

/** What is known about a tenant's hosts, with the answer ready to be sent. */
export interface Binding {
  tenant: string
  hosts: readonly string[]
  appType: string
  suspended: boolean
  insufficientBalance: boolean
  configVersion: string
  answer: Readonly<Record<string, unknown>>
  /** Keys that the publisher would ignore, each as a sentence. */
  warnings: readonly string[]
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
  const where = `tenants.${tenant}`
  const { schema_version, app_type } = entry
  const written = configOf(entry)
  const read = understood({ schema_version, app_type, config_version: 'written', config: written }, where)
  const config = read ? v2Form(written, read) : written
  const configVersion = await sha256Hex(canonicalJson(config))
  const answer = {
    schema_version,
    tenant,
    app_type,
    config_version: configVersion,
    ttl_seconds: entry.ttl_seconds,
    config,
  }
  return {
    tenant,
    hosts: entry.hosts,
    appType: app_type,
    suspended: entry.suspended,
    insufficientBalance: entry.insufficient_balance,
    configVersion,
    answer,
    warnings: read ? warningsOf({ ...answer, config: written }, tenant) : [],
  }
}

function warningsOf(answer: unknown, tenant: string): string[] {
  return unknownKeys(answer).map((key) => `tenants.${tenant}.${unknownKeyText(key)}`)
}

/**
 * The configuration as it is written. Version 1 carries features and storage only, so a file may be written for both versions.
 * Publishers are a list, in which the reasons and warnings name their places.
 */
function configOf({ schema_version, app_type, config }: TenantEntry): Record<string, unknown> {
  const cleaned = z.record(z.string(), z.unknown()).parse(withoutNulls(config))
  if (app_type !== appType) return cleaned
  const { features, storage, publishers, ...rest } = cleaned
  if (schema_version === 1) return { features, storage }
  const listed = listedPublishers(publishers)
  return { features, storage, ...rest, publishers: listed ? listed.map(({ entry }) => entry) : publishers }
}

/** The publisher's own reading; `null` for the configuration of another app. */
function understood(
  answer: { app_type: string; config: Record<string, unknown> } & Record<string, unknown>,
  where: string,
): RuntimeConfig | null {
  try {
    const read = parseRuntimeAnswer(answer)
    if (read === 'other_app_type') return null
    // The publisher would use defaults; the author of the file hears which fields cannot be used.
    if (read.faults.length > 0)
      throw new RegistryError(read.faults.map(({ path, reason }) => `${where}.${path}: ${reason}`).join('; '))
    return read.config
  } catch (error) {
    if (error instanceof z.ZodError) throw new RegistryError(describeIssues(error.issues, where))
    throw error
  }
}
