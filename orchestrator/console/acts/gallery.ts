/** Acts on a gallery: view, suspension, hosts, budget, locks and invitations. */
import { z } from 'zod'
import { unknownKeys, unknownKeyText } from '../../../src/contract/unknown-keys.ts'
import { lineBy } from '../../audit/actor.ts'
import { listAudit } from '../../audit/list.ts'
import { listConnections } from '../../connections/connect.ts'
import { invite, listInvitations, revokeInvitation } from '../../invitations/invitations.ts'
import { parseMemberPath, withMember } from '../../registry/member-change.ts'
import { currentConfig } from '../../registry/sql/configurations.ts'
import { Refused } from '../../registry/sql/refusals.ts'
import { changeTenant } from '../../registry/sql/tenant-changes.ts'
import { tenantRow, tenantSummary } from '../../registry/sql/tenant-rows.ts'
import { touch } from '../../registry/sql/touch.ts'
import { usedThisMonth } from '../../usage/budget.ts'
import { galleryOrigin } from '../settings.ts'
import { act } from './act.ts'
import { invitationLink, invitedSchema } from './add-gallery.ts'
import { done, email, tenantName } from './schemas.ts'

export const tenantOnly = z.object({ tenant: tenantName })

const galleryView = z.object({
  tenant: z.string(),
  hosts: z.array(z.string()),
  address: z.string(),
  suspended: z.boolean(),
  created_at: z.string(),
  ai_budget: z.number().nullable(),
  ai_tokens_this_month: z.number(),
  locked: z.array(z.string()),
  config_version: z.string().nullable(),
  config: z.record(z.string(), z.unknown()).meta({ description: 'Configuration as written' }),
  connections: z.array(
    z.object({
      provider: z.string(),
      use: z.string(),
      account: z.string().nullable(),
      state: z.enum(['ok', 'expiring', 'broken']),
      since: z.string().nullable(),
      hint: z.string().nullable(),
      error: z.string().nullable().meta({ description: 'Words of the vendor' }),
    }),
  ),
  served: z.object({ config_version: z.string(), at: z.string() }).nullable(),
})
export type GalleryView = z.output<typeof galleryView>

export const readGallery = act({
  id: 'readGallery',
  method: 'get',
  path: '/galleries/{tenant}',
  summary: 'Returns a gallery without any secret',
  input: tenantOnly,
  output: galleryView,
  async run({ services }, { tenant }): Promise<GalleryView> {
    const { database, env, now } = services
    const { read } = database
    const summary = await tenantSummary(read, tenant)
    const [row, current, connections, used, served] = await Promise.all([
      tenantRow(read, tenant),
      currentConfig(read, tenant),
      listConnections(services, tenant),
      usedThisMonth(read, tenant, now()),
      read
        .selectFrom('config_served')
        .select(['config_version', 'at'])
        .where('tenant', '=', tenant)
        .executeTakeFirst(),
    ])
    return {
      tenant,
      hosts: summary.hosts,
      address: galleryOrigin(env, summary.hosts[0] ?? tenant),
      suspended: summary.suspended,
      created_at: summary.created_at,
      ai_budget: summary.ai_budget,
      ai_tokens_this_month: used,
      locked: row.locked === '' ? [] : row.locked.split(','),
      config_version: summary.config_version,
      config: writtenSchema.parse(JSON.parse(current?.written ?? '{}')),
      connections: connections.flatMap(({ provider, use, account, state, since, hint, error }) =>
        state === 'not_connected'
          ? []
          : [{ provider, use, account, state, since, hint, error: error?.words ?? null }],
      ),
      served: served ?? null,
    }
  },
})

const writtenSchema = z.record(z.string(), z.unknown())

export const changeGallery = act({
  id: 'changeGallery',
  method: 'put',
  path: '/galleries/{tenant}',
  summary: 'Changes suspension, hosts or budget of a gallery',
  input: tenantOnly.extend({
    suspended: z.boolean().optional(),
    hosts: z
      .array(z.string().regex(/^[a-z\d-]{1,63}(\.[a-z\d-]{1,63})+$/, 'must be a host in lower case'))
      .min(1)
      .max(20)
      .optional(),
    ai_budget: z.int().min(0).max(1e12).nullable().optional(),
  }),
  output: done,
  async run({ services: { database }, actor }, { tenant, suspended, hosts, ai_budget }) {
    const settings = { suspended, hosts, aiBudget: ai_budget }
    await database.change((tx) => changeTenant(tx, tenant, settings, actor))
    return { done: true as const }
  },
})

export const lockSettings = act({
  id: 'lockSettings',
  method: 'put',
  path: '/galleries/{tenant}/locks',
  summary: 'Sets the settings that the photographer may not change',
  input: tenantOnly.extend({ paths: z.array(z.string().trim().min(1).max(500)).max(100) }),
  output: done,
  async run({ services: { database }, actor }, { tenant, paths }) {
    const locked = [...new Set(paths.map(lockablePath))].toSorted().join(',')
    await database.change(async (tx) => {
      await tenantRow(tx, tenant)
      await tx.updateTable('tenant').set({ locked }).where('name', '=', tenant).execute()
      const subject = locked.slice(0, 1000)
      await touch(tx, tenant, lineBy(actor, { action: 'tenant.lock', tenant, outcome: 'saved', subject }))
    })
    return { done: true as const }
  },
})

/** Returns the path of a setting or a block. Throws {@link Refused} for an unknown path, whose lock would lock nothing. */
function lockablePath(text: string): string {
  const path = parseMemberPath(text)
  const [unknown] = unknownKeys({ config: withMember({}, path, true) })
  if (unknown) throw new Refused(unknownKeyText(unknown))
  return path.join('.')
}

const invitationSchema = z.object({
  id: z.string(),
  email: z.string(),
  created_by: z.string(),
  at: z.string(),
  expires_at: z.string(),
  accepted_at: z.string().nullable(),
  revoked_at: z.string().nullable(),
})

export const readInvitations = act({
  id: 'listInvitations',
  method: 'get',
  path: '/galleries/{tenant}/invitations',
  summary: 'Lists the invitations of a gallery without their links',
  input: tenantOnly,
  output: z.object({ invitations: z.array(invitationSchema) }),
  async run({ services: { database } }, { tenant }) {
    await tenantRow(database.read, tenant)
    return { invitations: await listInvitations(database, tenant) }
  },
})

export const addInvitation = act({
  id: 'invite',
  method: 'post',
  path: '/galleries/{tenant}/invitations',
  summary: 'Invites a person, and replaces an open invitation of the same address',
  input: tenantOnly.extend({ email }),
  output: invitedSchema,
  async run({ services: { database, env, now }, actor }, { tenant, email: address }) {
    const { hosts } = await tenantSummary(database.read, tenant)
    const { id, secret } = await database.change((tx) => invite(tx, { tenant, email: address }, actor, now()))
    return {
      gallery: tenant,
      address: galleryOrigin(env, hosts[0] ?? tenant),
      email: address,
      invitation: id,
      link: invitationLink(env, secret),
    }
  },
})

export const endInvitation = act({
  id: 'revokeInvitation',
  method: 'delete',
  path: '/galleries/{tenant}/invitations/{id}',
  summary: 'Revokes an open invitation',
  input: tenantOnly.extend({ id: z.string().max(100) }),
  output: done,
  async run({ services: { database, now }, actor }, { tenant, id }) {
    await revokeInvitation(database, { tenant, id }, actor, now())
    return { done: true as const }
  },
})

/** Newest audit lines on the page of a gallery. */
const linesOnPage = 20

export const readGalleryAudit = act({
  id: 'listGalleryAudit',
  method: 'get',
  path: '/galleries/{tenant}/audit',
  summary: 'Lists the newest audit lines about a gallery',
  input: tenantOnly,
  output: z.object({ lines: z.array(z.looseObject({ seq: z.number() })) }),
  async run({ services: { database } }, { tenant }) {
    await tenantRow(database.read, tenant)
    const lines = await listAudit(database, { tenant, limit: linesOnPage })
    return { lines: lines.map((line) => ({ ...line })) }
  },
})
