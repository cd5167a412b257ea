/** Acts on several galleries: suspension, and a setting with its differences, its publication and its way back. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { z } from 'zod'
import { appType } from '../../../src/contract/runtime-answer.ts'
import type { Database, Tx } from '../../database/database.ts'
import { parseMemberPath } from '../../registry/member-change.ts'
import { configOf } from '../../registry/sql/configurations.ts'
import { draftOf, publishDraft } from '../../registry/sql/drafts.ts'
import { draftFleetChange, publishableDrafts } from '../../registry/sql/fleet-change.ts'
import { NotFound, Refused } from '../../registry/sql/refusals.ts'
import { changeTenant } from '../../registry/sql/tenant-changes.ts'
import { tenantRow } from '../../registry/sql/tenant-rows.ts'
import { act } from './act.ts'
import { galleryFilters, galleryNames } from './gallery-query.ts'
import { differenceSchema, tenantName } from './schemas.ts'

/** Upper bound on galleries of one act. */
const maxGalleries = 10_000
/** Galleries of one change. Claims of the fleet wait for their turn only 1.5 s, and a change of thousands takes longer. */
const galleriesPerChange = 50

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
  if (names.length > maxGalleries) throw new Refused(`More than ${maxGalleries} galleries were selected.`)
  return names
}

/** Acts on the items in changes of a few each, and returns the results in order. */
async function inChanges<T, R>(
  database: Database,
  items: readonly T[],
  act: (tx: Tx, item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = []
  for (let at = 0; at < items.length; at += galleriesPerChange) {
    // SQLite answers without leaving the turn of the event loop.
    await nextTurn()
    await database.change(async (tx) => {
      for (const item of items.slice(at, at + galleriesPerChange)) results.push(await act(tx, item))
    })
  }
  return results
}

/** Throws {@link NotFound} for an unknown gallery, before any other gallery changes. */
async function assertKnown({ read }: Database, names: readonly string[]): Promise<void> {
  const rows = await read.selectFrom('tenant').select('name').execute()
  const known = new Set(rows.map(({ name }) => name))
  const unknown = names.find((name) => !known.has(name))
  if (unknown !== undefined) throw new NotFound(`No tenant has the name ${unknown}.`)
}

const changed = z.object({ changed: z.array(z.string()) })
const kept = z.array(z.string()).meta({ description: 'Galleries that another change kept from it' })

export const suspendGalleries = act({
  id: 'suspendGalleries',
  method: 'post',
  path: '/suspension',
  summary: 'Suspends or resumes galleries',
  input: galleriesOf.extend({ suspended: z.boolean() }),
  output: changed,
  async run({ services: { database, now }, actor }, { suspended, ...wanted }) {
    const names = await chosen(database, wanted, now())
    await assertKnown(database, names)
    await inChanges(database, names, (tx, name) => changeTenant(tx, name, { suspended }, actor))
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
  summary: 'Publishes a planned setting. Galleries that change meanwhile stay as they are',
  input: setting.extend({ plan: z.string().max(100).meta({ description: 'Plan that was shown' }) }),
  output: changed.extend({ kept, change: z.string().meta({ description: 'ID for the way back' }) }),
  async run({ services: { database, now }, actor }, { path, value, plan, ...wanted }) {
    const tenants = await withConfiguration(database, await chosen(database, wanted, now()))
    const change = crypto.randomUUID()
    const drafted = await database.snapshot((tx) =>
      draftFleetChange(tx, { path: parseMemberPath(path), value, tenants: tenants.names }, appType),
    )
    const drafts = publishableDrafts(drafted, plan)
    const published = await inChanges(database, drafts, async (tx, draft) => {
      const { tenant, current } = draft
      const isSame = (await configOf(tx, tenant)).config_version === current
      return { tenant, isDone: isSame && (await publishDraft(tx, draft, { note: noteOf(change) }, actor)) }
    })
    return { ...separated(published), change }
  },
})

export const undoSetting = act({
  id: 'undoSetting',
  method: 'post',
  path: '/settings/{change}/rollback',
  summary: 'Rolls a published setting back in all galleries that have not changed since',
  input: z.object({ change: z.uuid() }),
  output: changed.extend({ kept }),
  async run({ services: { database }, actor }, { change }) {
    const versions = await database.read
      .selectFrom('config_version')
      .select(['id', 'tenant', 'parent'])
      .where('note', '=', noteOf(change))
      .orderBy('tenant')
      .execute()
    if (versions.length === 0) throw new Refused('No published setting has this ID.')
    const undone = await inChanges(database, versions, async (tx, { id, tenant, parent }) => {
      const { config } = await tenantRow(tx, tenant)
      if (Number(id) !== Number(config) || parent === null) return { tenant, isDone: false }
      const { written } = await configOf(tx, tenant, parent)
      const draft = await draftOf(tx, tenant, JSON.parse(written))
      await publishDraft(tx, draft, { note: `rollback of ${change}`, force: true }, actor)
      return { tenant, isDone: true }
    })
    return separated(undone)
  },
})

function separated(results: readonly { tenant: string; isDone: boolean }[]) {
  const { done = [], kept: others = [] } = Object.groupBy(results, ({ isDone }) => (isDone ? 'done' : 'kept'))
  return { changed: done.map(({ tenant }) => tenant), kept: others.map(({ tenant }) => tenant) }
}

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
  const configured = names.filter((name) => known.has(name))
  if (configured.length === 0) throw new Refused('None of these galleries has a configuration.')
  return { names: configured, skipped: names.filter((name) => !known.has(name)) }
}
