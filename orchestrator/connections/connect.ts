/** What the studio and the console do with connections. */
import type { Actor } from '../audit/actor.ts'
import type { PeopleServices } from '../people-services.ts'
import { type ConnectionProvider, type Folder, VendorRefused } from './vendor.ts'
import { type ConnectionView, viewsOf } from './views.ts'

export type { ConnectionField, ConnectionState, ConnectionView, ConnectionWay } from './views.ts'

/** Lists the providers that are offered or connected. Throws `Refused` for an unknown tenant. */
export function listConnections(services: PeopleServices, tenant: string): Promise<ConnectionView[]> {
  const { database, vendors, env, now } = services
  const hasPages = env.ORCHESTRATOR_PUBLIC_URL !== undefined
  return database.snapshot((read) => viewsOf({ read, vendors, hasPages, now: now() }, tenant))
}

export interface BeginConnection {
  tenant: string
  provider: ConnectionProvider
  actor: Actor
  /** Pasted values, values that begin an OAuth flow, or nothing. `again: true` allows another account than the connected account. */
  values: unknown
  /** Address of the tenant's page. Default: `/settings` at the tenant's first host. */
  returnTo?: string | undefined
  language: 'en' | 'de'
}

/** Address to which the browser goes, or the connection that the pasted values made. */
export type Begin = { url: string } | { connection: ConnectionView }

/** Begins a connection, or makes it from pasted values. Throws {@link VendorRefused}, and `Refused` for a bad `returnTo`. */
export async function beginConnection(_services: PeopleServices, _begin: BeginConnection): Promise<Begin> {
  throw new VendorRefused('unavailable', 'Connecting is not available yet.')
}

/** Ends a connection at the vendor and forgets it. Throws `Refused` if there is none. */
export async function disconnect(
  _services: PeopleServices,
  _which: { tenant: string; provider: ConnectionProvider; actor: Actor },
): Promise<{ warning: string | null }> {
  return { warning: null }
}

/** Lists the folders of the connected storage. Throws {@link VendorRefused}, and `Refused` without a storage that has folders. */
export async function foldersOf(
  _services: PeopleServices,
  _which: { tenant: string; path: string },
): Promise<Folder[]> {
  return []
}
