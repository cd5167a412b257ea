/** One change of many tenants' configurations: all or nothing. */
import { z } from 'zod'
import type { Actor } from '../../audit/actor.ts'
import { canonicalJson, sha256Hex } from '../../contract/canonical.ts'
import type { Tx } from '../../database/database.ts'
import { type MemberPath, withMember } from '../member-change.ts'
import { currentConfig } from './configurations.ts'
import { type Draft, type DraftOptions, draftOf, publishDraft, refuseViolations } from './drafts.ts'
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

/**
 * Returns the drafts that change something, with only the violations that they add. Throws {@link Conflict} if `expected` is not the drafts'
 * digest, and {@link Refused} for an added violation without `force`.
 */
export function publishableDrafts(
  { drafts, plan }: FleetDrafts,
  expected: string | undefined,
  { force = false }: Pick<DraftOptions, 'force'> = {},
): Draft[] {
  if (expected !== undefined && expected !== plan)
    throw new Conflict(`The tenants have changed since that plan. The plan is ${plan} now.`, plan)
  // A tenant that violates a rule already does not stop the change of all others.
  const refusable = drafts
    .filter(({ difference }) => difference.changes.length > 0)
    .map((draft) => ({ ...draft, violations: draft.added }))
  if (!force) for (const draft of refusable) refuseViolations(draft)
  return refusable
}

/** Publishes the drafts of the same change, and returns the changed tenants. Throws as {@link publishableDrafts}. */
export async function publishFleetChange(
  tx: Tx,
  drafted: FleetDrafts,
  { note, force, plan }: Pick<DraftOptions, 'note' | 'force'> & { plan?: string | undefined },
  actor: Actor,
): Promise<string[]> {
  const published: string[] = []
  for (const draft of publishableDrafts(drafted, plan, { force }))
    if (await publishDraft(tx, draft, { note, force }, actor)) published.push(draft.tenant)
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
