/** Tools for full-size copies of photos and for the credit in copies, created from the services of a process and one tenant. */
import { type CreditOf, creditFrom, noCredit } from '../workflow/credit.ts'
import type { CopyTools } from '../workflow/visitor-copy.ts'
import type { Services } from './services.ts'
import { describeError } from './telemetry/log.ts'
import type { TenantRuntime } from './tenancy/tenant-runtime.ts'

/** Returns the function that finds the credit of photos whose copies leave, unless the tenant wants none. */
export function creditTools(
  { log }: Services,
  runtime: TenantRuntime,
  { requestId }: { requestId: string },
): CreditOf {
  if (!runtime.config.content.keep_credit) return noCredit
  return creditFrom(runtime.previews().photographer, (error) =>
    log.info('the credit of a photo cannot be read', {
      tenant: runtime.tenant,
      request_id: requestId,
      error: describeError(error),
    }),
  )
}

/** Creates the tools for full-size copies. */
export function copyTools(
  services: Services,
  runtime: TenantRuntime,
  context: { requestId: string },
): CopyTools {
  return { store: runtime.storage(), creditOf: creditTools(services, runtime, context) }
}
