/** Settings of a gallery: drafts, compare-and-set, history and rollback. */
import { z } from 'zod'
import { unknownKeys, unknownKeyText } from '../../../src/contract/unknown-keys.ts'
import type { Database, Tx } from '../../database/database.ts'
import { difference } from '../../registry/difference.ts'
import { parseMemberPath, withMember } from '../../registry/member-change.ts'
import { configOf, currentConfig } from '../../registry/sql/configurations.ts'
import { type Draft, draftOf, publishDraft } from '../../registry/sql/drafts.ts'
import { history, rollback } from '../../registry/sql/history.ts'
import { act } from './act.ts'
import { tenantOnly } from './gallery.ts'
import { differenceSchema, done } from './schemas.ts'

const maxChanges = 300

const edit = tenantOnly.extend({
  changes: z
    .array(z.object({ path: z.string().min(1).max(500), value: z.unknown() }))
    .max(maxChanges)
    .optional()
    .meta({ description: 'Changed settings. `null` removes a setting.' }),
  config: z.record(z.string(), z.unknown()).optional().meta({ description: 'Whole configuration, instead' }),
})
type Edit = z.output<typeof edit>

const draftSchema = z.object({
  current: z.string().nullable(),
  difference: differenceSchema,
  violations: z.array(z.object({ path: z.string(), message: z.string() })),
  unknown_keys: z.array(z.string()),
})
export type DraftView = z.output<typeof draftSchema>

const writtenSchema = z.record(z.string(), z.unknown())

async function edited(read: Pick<Tx, 'selectFrom'>, { tenant, changes = [], config }: Edit): Promise<Draft> {
  const stored = await currentConfig(read, tenant)
  const before = config ?? writtenSchema.parse(JSON.parse(stored?.written ?? '{}'))
  const written = changes.reduce(
    (kept, { path, value }) => withMember(kept, parseMemberPath(path), value ?? null),
    before,
  )
  return draftOf(read, tenant, written)
}

export const draftSettings = act({
  id: 'draftSettings',
  method: 'post',
  path: '/galleries/{tenant}/settings/draft',
  summary: 'Checks settings and returns their difference to the current configuration',
  input: edit,
  output: draftSchema,
  async run({ services: { database } }, input): Promise<DraftView> {
    const { current, difference: found, written, added } = await edited(database.read, input)
    return {
      current,
      difference: found,
      violations: added,
      unknown_keys: unknownKeys({ config: JSON.parse(written) }).map(unknownKeyText),
    }
  },
})

export const publishSettings = act({
  id: 'publishSettings',
  method: 'post',
  path: '/galleries/{tenant}/settings',
  summary: 'Publishes settings if the expected version is current',
  input: edit.extend({
    expect: z.string().max(200).meta({ description: 'Version that must be current' }),
    force: z.boolean().default(false).meta({ description: 'Publish in spite of the rules' }),
    note: z.string().max(200).default(''),
  }),
  output: z.object({ published: z.boolean(), config_version: z.string() }),
  run({ services: { database }, actor }, { expect, force, note, ...input }) {
    return database.change(async (tx) => {
      const draft = await edited(tx, input)
      // A rule that was violated before does not stop another change.
      const refusable = { ...draft, violations: draft.added }
      const published = await publishDraft(tx, refusable, { expect, force, note }, actor)
      return { published, config_version: draft.bound.configVersion }
    })
  },
})

export const readHistory = act({
  id: 'readHistory',
  method: 'get',
  path: '/galleries/{tenant}/history',
  summary: 'Lists the configurations of a gallery, newest first',
  input: tenantOnly,
  output: z.object({
    versions: z.array(
      z.object({
        config_version: z.string(),
        author: z.string(),
        at: z.string(),
        note: z.string(),
        parent: z.string().nullable(),
      }),
    ),
  }),
  run: async ({ services: { database } }, { tenant }) => ({ versions: await history(database, tenant) }),
})

export const compareVersions = act({
  id: 'compareVersions',
  method: 'get',
  path: '/galleries/{tenant}/history/{version}',
  summary: 'Returns the difference of a configuration to the current configuration',
  input: tenantOnly.extend({ version: z.string().max(200) }),
  output: z.object({ difference: differenceSchema }),
  async run({ services: { database } }, { tenant, version }) {
    const [current, other] = await bodiesOf(database, tenant, version)
    return { difference: difference(JSON.parse(current.config), JSON.parse(other.config)) }
  },
})

function bodiesOf({ read }: Database, tenant: string, version: string) {
  return Promise.all([configOf(read, tenant), configOf(read, tenant, version)])
}

export const rollBack = act({
  id: 'rollBack',
  method: 'post',
  path: '/galleries/{tenant}/rollback',
  summary: 'Publishes an earlier configuration anew',
  input: tenantOnly.extend({ version: z.string().max(200), expect: z.string().max(200).optional() }),
  output: done,
  async run({ services: { database }, actor }, { tenant, version, expect }) {
    await rollback(database, { tenant, version, expect }, actor)
    return { done: true as const }
  },
})
