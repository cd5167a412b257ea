/** Publishing without a person: one photo of one tenant, captioned where it has no caption. For schedulers of both hosts. */
import { isPublisherError, PublisherError } from '../errors.ts'
import { analyzePhoto } from '../workflow/analysis.ts'
import { nextPhoto } from '../workflow/next-photo.ts'
import { type PhotoName, parsePhotoName } from '../workflow/photo.ts'
import type { PhotoStore } from '../workflow/ports/storage.ts'
import { type PublishReport, type PublishResult, publishPhoto } from '../workflow/publish.ts'
import { sidecarUnreadable } from '../workflow/sidecar/bounds.ts'
import { captionOf, parseSidecar } from '../workflow/sidecar.ts'
import { readingSidecarsOnce } from '../workflow/sidecar-memory.ts'
import { tenantNotFound } from './config-cache.ts'
import { parseHost } from './host.ts'
import { describeError } from './log.ts'
import type { Services } from './services.ts'
import type { TenantRuntime } from './tenant-runtime.ts'
import { analysisTools, digestTools, publishTools, type WorkContext } from './workflow-tools.ts'

export interface PublishNextRequest {
  /** The tenant's host. */
  host: string
  /** Default: one that is not published yet. */
  select?: string | undefined
  /** Says what would be sent; nothing is written anywhere, and the AI is not asked. */
  dryRun: boolean
}

/** `null`: there is nothing left to publish. */
export type PublishNextResult = (PublishResult & { captioned: boolean }) | null

/**
 * Does what an admin would do with one photo. Throws `tenant_not_found`, `feature_disabled`, `photo_not_found`, and what analysis and
 * publishing throw before anything is sent.
 */
export async function publishNext(
  services: Services,
  { host, select, dryRun }: PublishNextRequest,
  context: WorkContext,
  report: PublishReport,
): Promise<PublishNextResult> {
  const runtime = await runtimeOf(services, host, context)
  const name = select === undefined ? await chooseNext(services, runtime) : parsePhotoName(select)
  if (name === null) return null
  const store = readingSidecarsOnce(runtime.storage())
  const captioned = !dryRun && (await caption(services, runtime, store, { name, context, report }))
  const result = await publishPhoto(
    { ...publishTools(services, runtime, context), store },
    { name, dryRun: dryRun || runtime.config.content.debug, force: false, requestId: context.requestId },
    report,
  )
  return { ...result, captioned }
}

async function runtimeOf(services: Services, host: string, context: WorkContext): Promise<TenantRuntime> {
  const { settings, configurations } = services
  const tenant = parseHost(host, settings.baseDomain, [settings.callbackHost])
  if (!tenant) throw tenantNotFound()
  const runtime = await configurations.load(tenant, { ...context, countStranger: () => () => undefined })
  const { publish_enabled, mode } = runtime.config.features
  if (publish_enabled && mode !== 'review') return runtime
  throw new PublisherError('feature_disabled', 'Publishing is switched off for this gallery.')
}

function chooseNext(services: Services, runtime: TenantRuntime): Promise<PhotoName | null> {
  const platforms = runtime.publishers().available.map(({ platform }) => platform)
  return nextPhoto({ ...digestTools(services, runtime), now: services.now, random: Math.random }, platforms)
}

/**
 * A photo whose words cannot be read does not go out without them: this throws `sidecar_unreadable`. A photo that the AI declines goes out without a caption of its own only if a
 * person says so: here it does not go out at all.
 */
async function caption(
  services: Services,
  runtime: TenantRuntime,
  store: PhotoStore,
  { name, context, report }: { name: PhotoName; context: WorkContext; report: PublishReport },
): Promise<boolean> {
  const sidecar = await store.readSidecar('root', name)
  if (sidecar === 'unreadable') throw sidecarUnreadable()
  const model = runtime.config.features.analyze_caption_enabled ? runtime.model() : null
  if (!model || (sidecar && captionOf(parseSidecar(sidecar.text)) !== null)) return false
  try {
    await analyzePhoto(
      { ...analysisTools(services, runtime, model, context), store },
      { name, forceRefresh: sidecar !== null },
      report,
    )
    return true
  } catch (error) {
    // An earlier attempt has archived it: publishing finds it there.
    if (isPublisherError(error, 'photo_not_found')) return false
    throw error
  }
}

/** {@link publishNext} where nobody reads the answer: what becomes of it is in the log. Never rejects. */
export async function publishOnSchedule(
  services: Services,
  host: string,
  context: WorkContext,
): Promise<void> {
  const { log } = services
  const fields = { request_id: context.requestId, tenant: host.split('.')[0] }
  try {
    const result = await publishNext(services, { host, dryRun: false }, context, () => undefined)
    const platforms = Object.entries(result?.results ?? {}).map(([platform, outcome]) =>
      [platform, outcome.skipped ?? outcome.code ?? 'sent'].join(': '),
    )
    log.info('published on schedule', { ...fields, photo: result?.name ?? null, platforms })
  } catch (error) {
    log.warn('nothing was published on schedule', { ...fields, error: describeError(error) })
  }
}
