/** The table of galleries. */
import { z } from 'zod'
import { parseJson } from '../../../src/base/json.ts'
import { memberOf } from '../../../src/contract/lenient.ts'
import { act } from './act.ts'
import {
  countGalleries,
  filterCounts,
  galleryDetails,
  galleryFilters,
  galleryPage,
  gallerySorts,
} from './gallery-query.ts'

/** Galleries of a page. */
export const pageSize = 50

export const galleriesInput = z.object({
  search: z.string().trim().toLowerCase().max(100).default(''),
  filter: z.enum(galleryFilters).default('all'),
  sort: z.enum(gallerySorts).default('name'),
  page: z.coerce.number().int().min(1).max(100_000).default(1),
})

const connectionState = z.enum(['ok', 'failing', 'broken'])

const gallerySchema = z.object({
  name: z.string(),
  title: z.string().nullable(),
  hosts: z.array(z.string()),
  suspended: z.boolean(),
  created_at: z.string(),
  /** E-mails of open invitations. */
  invited: z.array(z.string()),
  connections: z.array(z.object({ provider: z.string(), state: connectionState })),
  ai_tokens_this_month: z.number(),
  ai_budget: z.number().nullable(),
  config_version: z.string().nullable(),
  published_at: z.string().nullable(),
  served: z.object({ config_version: z.string(), at: z.string() }).nullable(),
})

export const galleriesOutput = z.object({
  galleries: z.array(gallerySchema),
  total: z.number(),
  pages: z.number(),
  counts: z.record(z.enum(galleryFilters), z.number()),
})

export type Galleries = z.output<typeof galleriesOutput>
export type GalleryRow = z.output<typeof gallerySchema>

export const listGalleries = act({
  id: 'listGalleries',
  method: 'get',
  path: '/galleries',
  summary: 'Lists galleries with their state',
  input: galleriesInput,
  output: galleriesOutput,
  async run({ services: { database, now } }, { search, filter, sort, page }) {
    const { read } = database
    const wanted = { search, filter, now: new Date(now()).toISOString() }
    const offset = (page - 1) * pageSize
    const [rows, total, counts] = await Promise.all([
      galleryPage(read, wanted, { sort, limit: pageSize, offset }),
      countGalleries(read, wanted),
      filterCounts(read, wanted.now),
    ])
    const details = await galleryDetails(
      read,
      rows.map(({ name }) => name),
      wanted.now,
    )
    const hosts = Map.groupBy(details.hosts, ({ tenant }) => tenant)
    const connections = Map.groupBy(details.connections, ({ tenant }) => tenant)
    const credentials = Map.groupBy(details.credentials, ({ tenant }) => tenant)
    const invitations = Map.groupBy(details.invitations, ({ tenant }) => tenant)
    return {
      galleries: rows.map((row) => ({
        name: row.name,
        title: titleOf(row.config),
        hosts: (hosts.get(row.name) ?? []).map(({ host }) => host),
        suspended: row.suspended === 1,
        created_at: row.created_at,
        invited: (invitations.get(row.name) ?? []).map(({ email }) => email),
        connections: connectionsOf(connections.get(row.name) ?? [], credentials.get(row.name) ?? []),
        ai_tokens_this_month: Number(row.used ?? 0),
        ai_budget: row.ai_budget,
        config_version: row.config_version,
        published_at: row.published_at,
        served:
          row.served_version === null || row.served_at === null
            ? null
            : { config_version: row.served_version, at: row.served_at },
      })),
      total,
      pages: Math.max(1, Math.ceil(total / pageSize)),
      counts,
    }
  },
})

/** Returns the connections with their states. Credentials that an operator stored have no row of a connection, and count as working. */
function connectionsOf(
  rows: readonly { provider: string; broken_at: string | null; failing_since: string | null }[],
  stored: readonly { provider: string }[],
): GalleryRow['connections'] {
  const connected = rows.map(({ provider, broken_at, failing_since }) => {
    const state = broken_at !== null ? 'broken' : failing_since !== null ? 'failing' : 'ok'
    return { provider, state } as const
  })
  const others = new Set(stored.map(({ provider }) => provider))
  for (const { provider } of rows) others.delete(provider)
  return [...connected, ...[...others].map((provider) => ({ provider, state: 'ok' as const }))]
}

/** Returns the title of a gallery, or `null` without any. */
export function titleOf(config: string | null): string | null {
  const title = memberOf(memberOf(parseJson(config ?? ''), 'appearance'), 'title')
  return typeof title === 'string' ? title.slice(0, 100) : null
}
