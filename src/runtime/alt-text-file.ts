/** Writes the alt texts of one tenant into XMP files. */
import { createAltTextFile, type SaveAltText } from '../workflow/alt-text-file.ts'
import type { Services } from './services.ts'
import { describeError } from './telemetry/log.ts'
import type { TenantRuntime } from './tenancy/tenant-runtime.ts'

/** Returns the function that writes alt texts into XMP files, or `undefined` unless the tenant wants this. */
export function altTextFile(
  { log }: Services,
  runtime: TenantRuntime,
  { requestId, waitUntil }: { requestId: string; waitUntil(work: Promise<unknown>): void },
): SaveAltText | undefined {
  const { content, features } = runtime.config
  if (!content.write_xmp || !features.alt_text_enabled) return undefined
  return createAltTextFile({
    store: runtime.viewing(waitUntil),
    photographer: runtime.previews().photographer,
    onTrouble: (error) =>
      log.warn('an alt text cannot be written into an XMP file', {
        tenant: runtime.tenant,
        request_id: requestId,
        error: describeError(error),
      }),
  })
}
