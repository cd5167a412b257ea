/** Acts on several galleries: suspension, and a setting with its differences, its publication and its way back. */
import { z } from 'zod'
import { appType } from '../../../src/contract/runtime-answer.ts'
import type { Database } from '../../database/database.ts'
import { parseMemberPath } from '../../registry/member-change.ts'
import { configOf } from '../../registry/sql/configurations.ts'
import { draftOf, publishDraft } from '../../registry/sql/drafts.ts'
import { draftFleetChange, publishFleetChange } from '../../registry/sql/fleet-change.ts'
import { Refused } from '../../registry/sql/refusals.ts'
import { changeTenant } from '../../registry/sql/tenant-changes.ts'
import { act } from './act.ts'
import { galleryFilters, galleryNames } from './gallery-query.ts'
import { differenceSchema, tenantName } from './schemas.ts'

/** Upper bound on galleries of one act, so that others do not wait long for their turn. */
const maxGalleries = 10_000

const galleriesOf = z.object({
  tenants: z.array(tenantName).max(maxGalleries).optional().meta({ description: 'Names of galleries' }),
  every: z
    .object({ search: z.string().max(100).default(''), filter: z.enum(galleryFilters).default('all') })
    .optional()
    .meta({ description: 'All galleries of a filter, instead of names' }),
})

type Chosen = z.output<typeof galleriesOf>

async function chosen({ read }: Database, { tenants = [], every }: Chosen, now: number): Promise<string[]> {
  const names = every
    ? await galleryNames(read, { ...every, now: new Date(now).toISOString() })
    : [...new Set(tenants)]
  if (names.length === 0) throw new Refused('No gallery was selected.')
  return names
}

const changed = z.object({ changed: z.array(z.string()) })

export const suspendGalleries = act({
  id: 'suspendGalleries',
  method: 'post',
  path: '/suspension',
  summary: 'Suspends or resumes galleries',
  input: galleriesOf.extend({ suspended: z.boolean() }),
  output: changed,
  async run({ services: { database, now }, actor }, { suspended, ...wanted }) {
    const names = await chosen(database, wanted, now())
    await database.change(async (tx) => {
      for (const name of names) await changeTenant(tx, name, { suspended }, actor)
    })
    return { changed: names }
  },
})

const setting = galleriesOf.extend({
  path: z.string().trim().min(1).max(500).meta({ example: 'features.publish_enabled' }),
  value: z.unknown().meta({ description: 'New value. `null` removes the setting.' }),
})

export const planOutput = z.object({
  plan: z.string(),
  galleries: z.array(
    z.object({
      tenant: z.string(),
      difference: differenceSchema,
      violations: z.array(z.object({ path: z.string(), message: z.string() })),
    }),
  ),
  skipped: z.array(z.string()),
})

export const planSetting = act({
  id: 'planSetting',
  method: 'post',
  path: '/settings/plan',
  summary: 'Shows the difference that a setting would make, per gallery',
  input: setting,
  output: planOutput,
  async run({ services: { database, now } }, { path, value, ...wanted }) {
    const tenants = await withConfiguration(database, await chosen(database, wanted, now()))
    const drafted = await database.snapshot((tx) =>
      draftFleetChange(tx, { path: parseMemberPath(path), value, tenants: tenants.names }, appType),
    )
    return {
      plan: drafted.plan,
      skipped: tenants.skipped,
      galleries: drafted.drafts
        .filter(({ difference }) => difference.changes.length > 0)
        .map(({ tenant, difference, added }) => ({ tenant, difference, violations: added })),
    }
  },
})

export const publishSetting = act({
  id: 'publishSetting',
  method: 'post',
  path: '/settings',
  summary: 'Publishes a planned setting in all galleries or none',
  input: setting.extend({ plan: z.string().max(100).meta({ description: 'Plan that was shown' }) }),
  output: changed.extend({ change: z.string().meta({ description: 'ID for the way back' }) }),
  async run({ services: { database, now }, actor }, { path, value, plan, ...wanted }) {
    const tenants = await withConfiguration(database, await chosen(database, wanted, now()))
    const change = crypto.randomUUID()
    const names = await database.change(async (tx) => {
      const fleetChange = { path: parseMemberPath(path), value, tenants: tenants.names }
      const drafted = await draftFleetChange(tx, fleetChange, appType)
      return publishFleetChange(tx, drafted, { plan, note: noteOf(change) }, actor)
    })
    return { changed: names, change }
  },
})

export const undoSetting = act({
  id: 'undoSetting',
  method: 'post',
  path: '/settings/{change}/rollback',
  summary: 'Rolls a published setting back in all galleries that have not changed since',
  input: z.object({ change: z.uuid() }),
  output: changed.extend({ kept: z.array(z.string()).meta({ description: 'Galleries that changed since' }) }),
  run({ services: { database }, actor }, { change }) {
    return database.change(async (tx) => {
      const versions = await tx
        .selectFrom('config_version')
        .innerJoin('tenant', 'tenant.name', 'config_version.tenant')
        .select(['config_version.id', 'config_version.tenant', 'config_version.parent', 'tenant.config'])
        .where('config_version.note', '=', noteOf(change))
        .orderBy('config_version.tenant')
        .execute()
      if (versions.length === 0) throw new Refused('No published setting has this ID.')
      const [restored, kept]: [string[], string[]] = [[], []]
      for (const { id, tenant, parent, config } of versions) {
        if (Number(id) !== Number(config) || parent === null) {
          kept.push(tenant)
          continue
        }
        const { written } = await configOf(tx, tenant, parent)
        const draft = await draftOf(tx, tenant, JSON.parse(written))
        await publishDraft(tx, draft, { note: `rollback of ${change}`, force: true }, actor)
        restored.push(tenant)
      }
      return { changed: restored, kept }
    })
  },
})

/** Marks the versions of a fleet change, so that one act finds all of them. */
function noteOf(change: string): string {
  return `console ${change}`
}

/** Separates galleries without a configuration, which a setting cannot change. */
async function withConfiguration({ read }: Database, names: readonly string[]) {
  const rows = await read
    .selectFrom('tenant')
    .select('name')
    .where('app_type', '=', appType)
    .where('config', 'is not', null)
    .execute()
  const known = new Set(rows.map(({ name }) => name))
  const kept = names.filter((name) => known.has(name))
  if (kept.length === 0) throw new Refused('None of these galleries has a configuration.')
  return { names: kept, skipped: names.filter((name) => !known.has(name)) }
}
