/** Tools for thumbnails, created from the services of a process and one tenant. */
import { type ThumbnailTools, withWatermark } from '../workflow/thumbnail.ts'
import type { Services } from './services.ts'
import type { TenantRuntime } from './tenancy/tenant-runtime.ts'
import type { WorkContext } from './workflow-tools.ts'

/**
 * Creates the tools, with the tenant's watermark. `isPublic`: every visitor may see the photo. Throws `watermark_unavailable`, and the
 * errors of the storage: without its watermark, no thumbnail is shown.
 */
export async function thumbnailTools(
  services: Services,
  runtime: TenantRuntime,
  { waitUntil }: Pick<WorkContext, 'waitUntil'>,
  isPublic: boolean,
): Promise<ThumbnailTools> {
  const { previews, care } = runtime.previews()
  const { images, pictureCache } = services
  const tools = {
    store: runtime.viewing(waitUntil),
    images,
    memory: runtime.thumbnails,
    previews,
    nearby: isPublic && pictureCache ? { cache: pictureCache, host: runtime.host } : null,
    owner: runtime.tenant,
    /** Keeps work alive, and then writes what it noted about the photo. */
    waitUntil: (work: Promise<unknown>) => waitUntil(work.finally(() => care(waitUntil))),
  }
  return withWatermark(tools, await runtime.watermark())
}
