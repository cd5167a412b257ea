/** State of one request, shared by all handlers. */
import type { Tenant } from '../contract/host.ts'
import type { ClientAddress } from '../runtime/limits/client-address.ts'
import type { Allowance } from '../runtime/limits/request-limits.ts'
import type { Session } from '../runtime/sign-in/sessions.ts'
import type { TenantRuntime } from '../runtime/tenancy/tenant-runtime.ts'

/** Facts about the connection that only the host program knows. */
export interface Connection {
  /**
   * Host of this request, decided once by the program that received the connection (docs/architecture.md). `null`: the request names
   * none.
   */
  host: string | null
  /** Reads one request header. Default: `request.headers`, which is slow on Node, because Node first builds an object of all headers. */
  header?(name: string): string | null | undefined
  /**
   * Sets the headers that every response carries, if the host has a cheaper way than `response.headers`. The list has names and values in
   * turn. A header that the response already has wins. Called once. Default: `response.headers`.
   */
  setHeaders?(namesAndValues: readonly string[]): void
  /**
   * Returns the address by which limits count the client. Use the function of src/runtime/limits/client-address.ts that fits the platform.
   */
  client(): ClientAddress
  /** Keeps work alive after the response, if the platform would stop it. */
  waitUntil(work: Promise<unknown>): void
}

/** State of one request. */
export interface Exchange {
  requestId: string
  connection: Connection
  /** Path of the request, without its query. */
  readonly path: string
  /** Public origin of this host, for example `https://alice.shibari.photo`. Empty until the host is resolved. */
  origin: string
  /** Tenant that the host names, for the log. The tenant may not exist. */
  asked?: Tenant
  /** Pattern of the matched route. */
  route?: string
  /** Runtime of the tenant, set on every route that needs a tenant. */
  runtime?: TenantRuntime
  /** Remaining allowance of the client on viewer routes, sent in the `RateLimit` headers. */
  allowance?: Allowance
  /** Session of the caller, `null` without a sign-in. Set when a route first asks (`sessionOf`). */
  session?: Session | null
  /** Session that was read without making the response private (`peekSession`). */
  peeked?: Session | null
}

/** Hono's environment of all routes: `c.env` is the {@link Exchange}. */
export interface AppEnv {
  Bindings: Exchange
}

/** Returns the tenant's runtime. Throws a `TypeError` on a route that was declared tenant-free by mistake. */
export function runtimeOf(exchange: Exchange): TenantRuntime {
  if (!exchange.runtime) throw new TypeError('This route runs without a tenant.')
  return exchange.runtime
}

const sane = /^[A-Za-z0-9._~+/=:@-]{1,128}$/

/** Returns the caller's `X-Request-Id` if valid (at most 128 token characters), otherwise a new UUID. */
export function requestIdOf(request: Request, connection: Connection): string {
  return saneRequestId(readHeader(request, connection, 'x-request-id'))
}

/** Returns this id if valid, otherwise a new UUID. */
export function saneRequestId(given: string | undefined): string {
  return given !== undefined && sane.test(given) ? given : crypto.randomUUID()
}

/** Reads one request header in the cheapest way that the host offers. */
export function readHeader(request: Request, connection: Connection, name: string): string | undefined {
  return (connection.header ? connection.header(name) : request.headers.get(name)) ?? undefined
}
