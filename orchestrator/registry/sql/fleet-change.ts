/** One change of many tenants' configurations: all or nothing. */
import { z } from 'zod'
import type { Actor } from '../../audit/actor.ts'
import { canonicalJson, sha256Hex } from '../../contract/canonical.ts'
import type { Tx } from '../../database/database.ts'
import { type MemberPath, withMember } from '../member-change.ts'
import { currentConfig } from './configurations.ts'
import { type Draft, type DraftOptions, draftOf, publishDraft } from './drafts.ts'
import { Conflict, Refused } from './refusals.ts'
import { tenantRow } from './tenant-rows.ts'

export interface FleetChange {
  path: MemberPath
  value: unknown
  /** `null`: all tenants of this app that have a configuration. */
  tenants: readonly string[] | null
}

export interface FleetDrafts {
  drafts: Draft[]
  /** Tenants without a configuration. */
  skipped: string[]
  /** Digest of the drafts and of the versions before them. */
  plan: string
}

const writtenSchema = z.record(z.string(), z.unknown())

/** Drafts the change for each tenant. Throws {@link Refused} or `RegistryError` if it fails for a tenant. */
export async function draftFleetChange(
  tx: Tx,
  { path, value, tenants }: FleetChange,
  app: string,
): Promise<FleetDrafts> {
  const drafts: Draft[] = []
  const skipped: string[] = []
  for (const tenant of tenants ?? (await tenantsOf(tx, app))) {
    await tenantRow(tx, tenant)
    const current = await currentConfig(tx, tenant)
    if (current) drafts.push(await draftFor(tx, tenant, current.written, { path, value }))
    else if (tenants) throw new Refused(`${tenant} has no configuration.`)
    else skipped.push(tenant)
  }
  const versions = drafts.map(({ tenant, current, bound }) => [tenant, current, bound.configVersion])
  return { drafts, skipped, plan: (await sha256Hex(canonicalJson([path, value, versions]))).slice(0, 16) }
}

/** Publishes the drafts of the same change, and returns the changed tenants. Only added violations are refused. Throws {@link Conflict} if `plan` is not the drafts' digest. */
export async function publishFleetChange(
  tx: Tx,
  { drafts, plan }: FleetDrafts,
  options: Pick<DraftOptions, 'note' | 'force'> & { plan?: string | undefined },
  actor: Actor,
): Promise<string[]> {
  if (options.plan !== undefined && options.plan !== plan)
    throw new Conflict(`The tenants have changed since that plan. The plan is ${plan} now.`, plan)
  const published: string[] = []
  const { note, force } = options
  for (const draft of drafts) {
    if (draft.difference.changes.length === 0) continue
    // A tenant that violates a rule already does not stop the change of all others.
    const refusable = { ...draft, violations: draft.added }
    if (await publishDraft(tx, refusable, { note, force }, actor)) published.push(draft.tenant)
  }
  return published
}

async function draftFor(
  tx: Tx,
  tenant: string,
  written: string,
  { path, value }: Pick<FleetChange, 'path' | 'value'>,
): Promise<Draft> {
  try {
    return await draftOf(tx, tenant, withMember(writtenSchema.parse(JSON.parse(written)), path, value))
  } catch (error) {
    // A reason about a path does not name the tenant yet.
    if (error instanceof Refused) throw new Refused(`${tenant}: ${error.message}`)
    throw error
  }
}

async function tenantsOf(tx: Tx, app: string): Promise<string[]> {
  const rows = await tx
    .selectFrom('tenant')
    .select('name')
    .where('app_type', '=', app)
    .orderBy('name')
    .execute()
  return rows.map(({ name }) => name)
}
