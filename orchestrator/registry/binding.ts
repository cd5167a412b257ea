/** Turns the entry of a tenant into the answer for the publisher. */
import { z } from 'zod'
import { listedPublishers } from '../../src/contract/publisher-entries.ts'
import {
  appType,
  parseRuntimeAnswer,
  type RuntimeConfig,
  withoutNulls,
} from '../../src/contract/runtime-answer.ts'
import { unknownKeys, unknownKeyText } from '../../src/contract/unknown-keys.ts'
import { canonicalJson, sha256Hex } from '../contract/canonical.ts'
import { describeIssues, RegistryError } from './document.ts'
import { v2Form } from './v2-form.ts'

/** Tenant with its hosts, and the answer ready to send. */
export interface BoundTenant {
  tenant: string
  hosts: readonly string[]
  appType: string
  suspended: boolean
  insufficientBalance: boolean
  configVersion: string
  answer: Readonly<Record<string, unknown>>
  /** Configuration as it is sent. */
  config: Readonly<Record<string, unknown>>
  /** The entry, with defaults. */
  entry: TenantEntry
  /** Sentences about keys that the publisher would ignore. */
  warnings: readonly string[]
}

const label = '(?!-)[a-z0-9-]{1,63}(?<!-)'
export const tenantName = z.string().regex(new RegExp(`^${label}$`), 'must be a label in lower case')
export const hostName = z
  .string()
  .max(253)
  .regex(new RegExp(`^${label}(\\.${label})+$`), 'must be a host name in lower case, without a port')

export const tenantSchema = z.object({
  hosts: z.array(hostName).min(1),
  app_type: z.string().min(1).default(appType),
  schema_version: z.union([z.literal(1), z.literal(2)], { error: 'must be 1 or 2' }).default(2),
  ttl_seconds: z.number().int().min(0).max(86_400).default(600),
  suspended: z.boolean().default(false),
  insufficient_balance: z.boolean().default(false),
  config: z.record(z.string(), z.unknown()).default({}),
})
export type TenantEntry = z.output<typeof tenantSchema>

/**
 * Reads the configuration of an entry like the publisher. Throws {@link RegistryError} for fields that the publisher could not use.
 */
export async function bind(tenant: string, entry: TenantEntry): Promise<BoundTenant> {
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
    config,
    entry,
    warnings: read ? warningsOf({ ...answer, config: written }, tenant) : [],
  }
}

function warningsOf(answer: unknown, tenant: string): string[] {
  return unknownKeys(answer).map((key) => `tenants.${tenant}.${unknownKeyText(key)}`)
}

/**
 * Returns the configuration as written. Version 1 has only features and storage, so a file may serve both versions. Publishers become a
 * list, so that reasons and warnings name the position of an entry.
 */
function configOf({ schema_version, app_type, config }: TenantEntry): Record<string, unknown> {
  const cleaned = z.record(z.string(), z.unknown()).parse(withoutNulls(config))
  if (app_type !== appType) return cleaned
  const { features, storage, publishers, ...rest } = cleaned
  if (schema_version === 1) return { features, storage }
  const listed = listedPublishers(publishers)
  return { features, storage, ...rest, publishers: listed ? listed.map(({ entry }) => entry) : publishers }
}

/** Reads the configuration like the publisher. Returns `null` for the configuration of another app. */
function understood(
  answer: { app_type: string; config: Record<string, unknown> } & Record<string, unknown>,
  where: string,
): RuntimeConfig | null {
  try {
    const read = parseRuntimeAnswer(answer)
    if (read === 'other_app_type') return null
    // The publisher would use defaults. The author of the file gets an error instead.
    if (read.faults.length > 0)
      throw new RegistryError(read.faults.map(({ path, reason }) => `${where}.${path}: ${reason}`).join('; '))
    return read.config
  } catch (error) {
    if (error instanceof z.ZodError) throw new RegistryError(describeIssues(error.issues, where))
    throw error
  }
}
