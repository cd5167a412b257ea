/** Queries of the table of galleries. Their number does not depend on the number of galleries. */
import { type Expression, type ExpressionBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import type { Database } from '../../database/database.ts'
import type { Tables } from '../../database/tables.ts'

type Reads = Database['read']

export const galleryFilters = ['all', 'broken', 'suspended', 'invited', 'not_set_up'] as const
export type GalleryFilter = (typeof galleryFilters)[number]
export const gallerySorts = ['name', 'newest', 'spend', 'served'] as const
export type GallerySort = (typeof gallerySorts)[number]

export interface GalleryQuery {
  /** Part of a name or host. */
  search: string
  filter: GalleryFilter
  /** ISO 8601. */
  now: string
}

type TenantExpressions = ExpressionBuilder<Tables, 'tenant'>

function isBroken(eb: TenantExpressions): Expression<SqlBool> {
  return eb.exists(
    eb
      .selectFrom('connection')
      .select('connection.ref')
      .whereRef('connection.tenant', '=', 'tenant.name')
      .where('connection.broken_at', 'is not', null),
  )
}

function isInvited(eb: TenantExpressions, now: string): Expression<SqlBool> {
  return eb.exists(
    eb
      .selectFrom('invitation')
      .select('invitation.id')
      .whereRef('invitation.tenant', '=', 'tenant.name')
      .where('invitation.accepted_at', 'is', null)
      .where('invitation.revoked_at', 'is', null)
      .where('invitation.expires_at', '>', now),
  )
}

/** Checks for a tenant without any credentials: a gallery without a storage. */
function isNotSetUp(eb: TenantExpressions): Expression<SqlBool> {
  return eb.not(
    eb.exists(
      eb.selectFrom('credential').select('credential.ref').whereRef('credential.tenant', '=', 'tenant.name'),
    ),
  )
}

function matches(eb: TenantExpressions, search: string): Expression<SqlBool> {
  const pattern = `%${search.replace(/[!%_]/g, '!$&')}%`
  return eb.or([
    sql<boolean>`${eb.ref('tenant.name')} like ${pattern} escape '!'`,
    eb.exists(
      eb
        .selectFrom('domain')
        .select('domain.host')
        .whereRef('domain.tenant', '=', 'tenant.name')
        .where(sql<boolean>`domain.host like ${pattern} escape '!'`),
    ),
  ])
}

function conditionOf(eb: TenantExpressions, { filter, now }: GalleryQuery): Expression<SqlBool> {
  if (filter === 'broken') return isBroken(eb)
  if (filter === 'suspended') return eb('tenant.suspended', '=', 1)
  if (filter === 'invited') return isInvited(eb, now)
  return isNotSetUp(eb)
}

function selected<O>(
  query: SelectQueryBuilder<Tables, 'tenant', O>,
  wanted: GalleryQuery,
): SelectQueryBuilder<Tables, 'tenant', O> {
  const found = wanted.search === '' ? query : query.where((eb) => matches(eb, wanted.search))
  return wanted.filter === 'all' ? found : found.where((eb) => conditionOf(eb, wanted))
}

/** Returns the names of all galleries of a filter, for acts on all of them. */
export async function galleryNames(read: Reads, wanted: GalleryQuery): Promise<string[]> {
  const rows = await selected(read.selectFrom('tenant').select('tenant.name'), wanted)
    .orderBy('tenant.name')
    .execute()
  return rows.map(({ name }) => name)
}

/** Counts the galleries of a filter. */
export async function countGalleries(read: Reads, wanted: GalleryQuery): Promise<number> {
  const row = await selected(
    read.selectFrom('tenant').select((eb) => eb.fn.countAll().as('count')),
    wanted,
  ).executeTakeFirst()
  return Number(row?.count ?? 0)
}

/** Counts the galleries of each filter. */
export async function filterCounts(read: Reads, now: string): Promise<Record<GalleryFilter, number>> {
  const counts = await Promise.all(
    galleryFilters.map(async (filter) => [filter, await countGalleries(read, { search: '', filter, now })]),
  )
  return Object.fromEntries(counts)
}

export interface Page {
  sort: GallerySort
  limit: number
  offset: number
}

/** Reads the rows of a page, with the AI tokens of the month. */
export function galleryPage(read: Reads, wanted: GalleryQuery, { sort, limit, offset }: Page) {
  const month = wanted.now.slice(0, 7)
  const named = selected(read.selectFrom('tenant').select('tenant.name'), wanted)
  const spend = read
    .selectFrom('usage_day')
    .select((eb) => ['usage_day.tenant', eb.fn.sum('usage_day.quantity').as('used')])
    .where('metric', '=', 'ai_tokens')
    .where('day', '>=', `${month}-01`)
    .where('day', '<=', `${month}-31`)
    .groupBy('usage_day.tenant')
    .as('spend')
  const rows = read
    .selectFrom('tenant')
    .leftJoin('config_version', 'config_version.id', 'tenant.config')
    .leftJoin('config_served', 'config_served.tenant', 'tenant.name')
    .leftJoin(spend, 'spend.tenant', 'tenant.name')
    .select(['tenant.name', 'tenant.suspended', 'tenant.ai_budget', 'tenant.created_at'])
    .select(['config_version.config_version', 'config_version.config', 'config_version.at as published_at'])
    .select(['config_served.config_version as served_version', 'config_served.at as served_at'])
    .select('spend.used')
    .where('tenant.name', 'in', named)
    .limit(limit)
    .offset(offset)
  if (sort === 'newest') return rows.orderBy('tenant.created_at', 'desc').orderBy('tenant.name').execute()
  if (sort === 'spend')
    return rows
      .orderBy((eb) => eb.fn.coalesce('spend.used', sql<number>`0`), 'desc')
      .orderBy('tenant.name')
      .execute()
  // Galleries that the fleet never asked about come first.
  if (sort === 'served')
    return rows
      .orderBy((eb) => eb.fn.coalesce('config_served.at', sql<string>`''`))
      .orderBy('tenant.name')
      .execute()
  return rows.orderBy('tenant.name').execute()
}

/** Reads hosts, connections and open invitations of the galleries of a page. */
export async function galleryDetails(read: Reads, names: readonly string[], now: string) {
  if (names.length === 0) return { hosts: [], connections: [], invitations: [], credentials: [] }
  const [hosts, connections, invitations, credentials] = await Promise.all([
    read
      .selectFrom('domain')
      .select(['tenant', 'host'])
      .where('tenant', 'in', names)
      .orderBy('host')
      .execute(),
    read
      .selectFrom('connection')
      .select(['tenant', 'provider', 'broken_at', 'failing_since'])
      .where('tenant', 'in', names)
      .orderBy('provider')
      .execute(),
    read
      .selectFrom('invitation')
      .select(['tenant', 'email'])
      .where('tenant', 'in', names)
      .where('accepted_at', 'is', null)
      .where('revoked_at', 'is', null)
      .where('expires_at', '>', now)
      .execute(),
    read
      .selectFrom('credential')
      .select(['tenant', 'provider'])
      .where('tenant', 'in', names)
      .orderBy('provider')
      .execute(),
  ])
  return { hosts, connections, invitations, credentials }
}
