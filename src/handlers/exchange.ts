/** What one request carries on its way through the handlers. */

import type { Tenant } from '../contract/host.ts'
import type { ClientAddress } from '../runtime/limits/client-address.ts'
import type { Allowance } from '../runtime/limits/request-limits.ts'
import type { Session } from '../runtime/sign-in/sessions.ts'
import type { TenantRuntime } from '../runtime/tenancy/tenant-runtime.ts'

/** What the host program knows about the connection and the library must not guess. */
export interface Connection {
  /**
   * The host that this request is for, decided once by the program that received the connection (docs/architecture.md).
   * `null` where there is none.
   */
  host: string | null
  /**
   * Reads one request header. Left out: `request.headers`, which on Node builds an object of all headers first, a good part of
   * what a cached request costs.
   */
  header?(name: string): string | null | undefined
  /**
   * Sets a header that every answer carries, where the host has a cheaper way than `response.headers`; a header of the answer itself
   * goes over it. Left out: the answer gets it.
   */
  setHeader?(name: string, value: string): void
  /** Address that is counted as one client, by the function of src/runtime/limits/client-address.ts that fits the platform in front of the host. */
  client(): ClientAddress
  /** Keeps work alive after the response where the platform would stop it. */
  waitUntil(work: Promise<unknown>): void
}

/** One request being answered. */
export interface Exchange {
  requestId: string
  connection: Connection
  /** Where the public reaches this host: `https://alice.shibari.photo`. Empty until the host is known to be one of ours. */
  origin: string
  /** Whom the host names, whether or not there is such a tenant: for the log. */
  asked?: Tenant
  /** The pattern of the route, once one is found. */
  route?: string
  /** Set on every route that belongs to a tenant. */
  runtime?: TenantRuntime
  /** Rest of the client's allowance on viewer routes, for the fields of the answer. */
  allowance?: Allowance
  /** Who is signed in, `null`: nobody. Set when a route first asks (`sessionOf`). */
  session?: Session | null
  /** The same, read before a route asked. */
  peeked?: Session | null
}

/** Hono's environment of all routes: `c.env` is the {@link Exchange}. */
export interface AppEnv {
  Bindings: Exchange
}

/** The tenant's runtime. Throws a `TypeError` on a route that was wrongly declared to need no tenant. */
export function runtimeOf(exchange: Exchange): TenantRuntime {
  if (!exchange.runtime) throw new TypeError('This route runs without a tenant.')
  return exchange.runtime
}

const sane = /^[A-Za-z0-9._~+/=:@-]{1,128}$/

/** The caller's `X-Request-Id` if it is a sane token of at most 128 characters, else a new UUID. */
export function requestIdOf(request: Request, connection: Connection): string {
  return saneRequestId(readHeader(request, connection, 'x-request-id'))
}

/** The given id if it is sane, else a new UUID. */
export function saneRequestId(given: string | undefined): string {
  return given !== undefined && sane.test(given) ? given : crypto.randomUUID()
}

/** One request header by the cheapest way that there is. */
export function readHeader(request: Request, connection: Connection, name: string): string | undefined {
  return (connection.header ? connection.header(name) : request.headers.get(name)) ?? undefined
}
