/** Drafts: configurations that are checked against the schemas, the rules and the current version before they are published. */
import { z } from 'zod'
import { appType } from '../../../src/contract/runtime-answer.ts'
import type { Actor } from '../../audit/actor.ts'
import type { Tx } from '../../database/database.ts'
import { type BoundTenant, bind, tenantSchema } from '../binding.ts'
import { type Difference, difference } from '../difference.ts'
import { checked } from '../document.ts'
import { type Violation, violations, violationText } from '../rules.ts'
import { currentConfig, type Reads } from './configurations.ts'
import { storedProviders } from './credentials.ts'
import { publishWithin } from './history.ts'
import { Refused } from './refusals.ts'
import { tenantRow } from './tenant-rows.ts'

export interface Draft {
  tenant: string
  /** JSON as the author wrote it. */
  written: string
  bound: BoundTenant
  /** Version that is current, or `null` before the first. */
  current: string | null
  difference: Difference
  /** Rules that the draft violates. */
  violations: Violation[]
  /** Violations that the current version does not have. */
  added: Violation[]
}

const configSchema = z.record(z.string(), z.unknown())

/**
 * Checks a configuration. Throws `RegistryError` if the schemas refuse it, and {@link Refused} for an unknown tenant. Violated rules are part
 * of the draft.
 */
export async function draftOf(read: Reads, tenant: string, written: unknown): Promise<Draft> {
  const row = await tenantRow(read, tenant)
  const config = checked(configSchema, written, 'config')
  const entry = tenantSchema.omit({ hosts: true }).parse({
    app_type: row.app_type,
    schema_version: row.schema_version,
    ttl_seconds: row.ttl_seconds,
    config,
  })
  const bound = await bind(tenant, { ...entry, hosts: [] })
  const current = await currentConfig(read, tenant)
  const before: unknown = current ? JSON.parse(current.config) : {}
  const found = await violationsOf(read, tenant, row.app_type, bound.config)
  const old = current ? await violationsOf(read, tenant, row.app_type, before) : []
  return {
    tenant,
    written: JSON.stringify(config),
    bound,
    current: current?.config_version ?? null,
    difference: difference(before, bound.config),
    violations: found,
    added: found.filter(
      ({ path, message }) => !old.some((known) => known.path === path && known.message === message),
    ),
  }
}

/** Lists the rules that a tenant's configuration violates. Configurations of other apps have no rules. */
export async function violationsOf(
  read: Reads,
  tenant: string,
  app: string,
  config: unknown,
): Promise<Violation[]> {
  return app === appType ? violations(config, await storedProviders(read, tenant)) : []
}

export interface DraftOptions {
  note?: string | undefined
  /** Version that must be current. Default: any. */
  expect?: string | undefined
  /** Publishes in spite of violated rules. */
  force?: boolean | undefined
}

/** Publishes a draft of the same change. Returns false if it is current already. Throws {@link Refused} for violated rules. */
export function publishDraft(
  tx: Tx,
  { tenant, written, bound, violations: found }: Draft,
  { note, expect, force = false }: DraftOptions,
  actor: Actor,
): Promise<boolean> {
  if (!force) refuseViolations({ tenant, violations: found })
  return publishWithin(tx, { tenant, written, bound, expect, ...(note !== undefined && { note }) }, actor)
}

/** Throws {@link Refused} for violated rules. */
export function refuseViolations({ tenant, violations: found }: Pick<Draft, 'tenant' | 'violations'>): void {
  if (found.length > 0)
    throw new Refused(`${tenant}: ${violationText(found)}. Nothing was published. --force publishes it.`)
}
