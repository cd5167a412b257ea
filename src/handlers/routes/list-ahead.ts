/** Lists a public gallery while the browser reads its document, so that credentials, token and listing are there for its next request. */
import type { TenantRuntime } from '../../runtime/tenancy/tenant-runtime.ts'
import { type Exchange, readHeader, runtimeOf } from '../exchange.ts'

/**
 * Begins the listing for a navigation of a browser (Fetch Metadata, section 2.2) in a public gallery. Programs such as uptime checks
 * read no listing, so their requests begin no call. Concurrent calls of a tenant share a listing, and {@link TenantRuntime.viewing}
 * answers from memory while it can. Never throws: the next request reports the failure.
 */
export function listAhead(exchange: Exchange, request: Request): void {
  const runtime = runtimeOf(exchange)
  if (!runtime.config.features.auto_view_enabled) return
  if (readHeader(request, exchange.connection, 'sec-fetch-mode') !== 'navigate') return
  exchange.connection.waitUntil(list(runtime).catch(() => undefined))
}

async function list(runtime: TenantRuntime): Promise<void> {
  await runtime.viewing().list('root')
}
