/** Acts of the studio and the console on connections. */
import { z } from 'zod'
import type { Actor } from '../audit/actor.ts'
import type { PeopleServices } from '../people-services.ts'
import { Refused } from '../registry/sql/refusals.ts'
import { tenantRow } from '../registry/sql/tenant-rows.ts'
import { applyConnection } from './apply.ts'
import { countAttempt, countTry } from './attempt-limits.ts'
import { keepBegun, newAttemptId } from './attempts.ts'
import { isOfPerson } from './ownership.ts'
import { refsOf, storageInUse } from './references.ts'
import { returnAddress } from './return-address.ts'
import { openStored } from './stored.ts'
import { type ConnectionProvider, type Folder, type Vendor, VendorRefused } from './vendor.ts'
import { type ConnectionView, connectionProviderOf, viewsOf } from './views.ts'

export { disconnect } from './disconnect.ts'
export type { ConnectionView } from './views.ts'

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

const bodySchema = z.record(z.string(), z.unknown())

/**
 * Begins a connection, or makes it from pasted values. Throws {@link VendorRefused}, and {@link Refused} for an unknown tenant, for a
 * provider that is not offered, and for a bad `returnTo`.
 */
export async function beginConnection(services: PeopleServices, begin: BeginConnection): Promise<Begin> {
  const { database, env } = services
  const { tenant, provider } = begin
  await tenantRow(database.read, tenant)
  const vendor = services.vendors.get(provider)
  if (!vendor) throw new Refused(`${provider} is not offered.`)
  const returnTo = await returnAddress(database.read, tenant, begin.returnTo, {
    allowPrivate: env.ALLOW_PRIVATE_ENDPOINTS,
  })
  const body = bodySchema.safeParse(begin.values ?? {})
  if (!body.success) throw new VendorRefused('invalid', 'Send an object of values.')
  const { again, ...values } = body.data
  const pasted = vendor.pasted?.values.safeParse(values)
  if (pasted?.success) return paste(services, vendor, begin, pasted.data)
  const base = env.ORCHESTRATOR_PUBLIC_URL
  const beginning = base === undefined ? undefined : vendor.oauth?.begins.safeParse(values)
  if (base !== undefined && vendor.oauth && beginning?.success)
    return startFlow(services, { ...begin, returnTo }, vendor.oauth, {
      base,
      again: again === true,
      values: beginning.data,
    })
  const completed = vendor.pasted?.values.safeParse(await completedValues(services, vendor, tenant, values))
  if (completed?.success) return paste(services, vendor, begin, completed.data)
  const { error } = pasted ?? beginning ?? {}
  throw new VendorRefused('invalid', error ? wordsOf(error) : `${provider} cannot be connected in this way.`)
}

/** Names the fields that are missing or malformed, without their values. */
function wordsOf(error: z.ZodError): string {
  const faults = error.issues.slice(0, 5).map(({ path, message }) => `${path.join('.')}: ${message}`)
  return faults.join('; ').slice(0, 300)
}

async function paste(
  services: PeopleServices,
  vendor: Vendor,
  { tenant, provider, actor }: BeginConnection,
  values: unknown,
): Promise<Begin> {
  if (!vendor.pasted) throw new Refused(`${provider} takes no pasted values.`)
  await countTry(services, { id: newAttemptId(), tenant, provider, actor })
  const connected = await vendor.pasted.accept(values)
  const { checkEveryMs } = vendor
  // A person who pastes other values wants the other account.
  const account = { tenant, provider, connected, actor, replaces: true, checkEveryMs }
  await applyConnection({ ...services, now: services.now() }, account)
  await services.showNow(tenant)
  const connection = (await listConnections(services, tenant)).find((view) => view.provider === provider)
  if (!connection) throw new Refused(`${tenant} was changed meanwhile.`)
  return { connection }
}

async function startFlow(
  services: PeopleServices,
  { tenant, provider, actor, language, returnTo }: BeginConnection & { returnTo: string },
  oauth: NonNullable<Vendor['oauth']>,
  { base, again, values }: { base: string; again: boolean; values: unknown },
): Promise<Begin> {
  const id = newAttemptId()
  const redirectUri = callbackUrl(base, provider)
  const attempt = { id, tenant, provider, actor, replaces: again, returnTo }
  // Counted before the vendor is asked, whose address may be the person's choice.
  await countAttempt(services, attempt)
  const begun = await oauth.begin({ state: id, redirectUri, values, language, again })
  await keepBegun(services, attempt, begun)
  const url = new URL(`/connect/${provider}/start`, base)
  url.searchParams.set('attempt', id)
  return { url: url.href }
}

/** Returns the address to which a vendor returns browsers. */
export function callbackUrl(base: string, provider: ConnectionProvider): string {
  return new URL(`/connect/${provider}/callback`, base).href
}

/** Fills absent values in from the stored credentials, where the vendor allows that. */
async function completedValues(
  { database, envelope }: PeopleServices,
  { pasted, provider }: Vendor,
  tenant: string,
  values: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const [ref] = pasted?.completes ? await refsOf(database.read, tenant, provider) : []
  // The operator's bot may post to channels of other tenants.
  if (ref === undefined || !(await isOfPerson(database.read, { tenant, ref }))) return values
  const stored = await openStored(database.read, envelope, { tenant, ref })
  if (!stored) return values
  const known = Object.entries(stored.credentials).filter(([name]) => pasted?.completes?.includes(name))
  return { ...Object.fromEntries(known), ...values }
}

const maxPathLength = 1000

/**
 * Lists the folders of the connected storage below a path. Throws {@link VendorRefused}, and {@link Refused} if no storage with folders
 * is connected.
 */
export async function foldersOf(
  { database, envelope, vendors }: PeopleServices,
  { tenant, path }: { tenant: string; path: string },
): Promise<Folder[]> {
  const used = await storageInUse(database.read, tenant)
  const provider = used && connectionProviderOf(used.provider)
  const vendor = provider && vendors.get(provider)
  if (!used || !vendor?.folders) throw new Refused('No storage is connected whose folders can be listed.')
  if (path.length > maxPathLength || path.includes('\0'))
    throw new VendorRefused('invalid', 'The path is too long.')
  const stored = await openStored(database.read, envelope, { tenant, ref: used.ref })
  if (!stored) throw new Refused('No storage is connected whose folders can be listed.')
  return vendor.folders(stored.credentials, path)
}
