/**
 * Scheduled publishing: sends one photo of a tenant. The AI first writes a caption for a photo without a caption. Both hosts run
 * this job.
 */
import { isPublisherError, PublisherError } from '../base/errors.ts'
import { parseHost } from '../contract/host.ts'
import { type PhotoName, parsePhotoName } from '../ports/photo.ts'
import { sidecarUnreadable } from '../ports/sidecar-file.ts'
import type { PhotoStore } from '../ports/storage.ts'
import type { Services } from '../runtime/services.ts'
import { describeError } from '../runtime/telemetry/log.ts'
import { tenantNotFound } from '../runtime/tenancy/config-cache.ts'
import type { TenantRuntime } from '../runtime/tenancy/tenant-runtime.ts'
import { analysisTools, digestTools, publishTools, type WorkContext } from '../runtime/workflow-tools.ts'
import { analyzePhoto } from '../workflow/analysis.ts'
import { nextPhoto } from '../workflow/next-photo.ts'
import { photographersCaption } from '../workflow/photographer/texts.ts'
import { type PublishReport, type PublishResult, publishPhoto } from '../workflow/publish.ts'
import { captionOf, parseSidecar } from '../workflow/sidecar.ts'
import { readingSidecarsOnce } from '../workflow/sidecar-memory.ts'

export interface PublishNextRequest {
  /** Hostname of the tenant. */
  host: string
  /** Photo name. Default: any photo that is not published yet. */
  select?: string | undefined
  /** Reports what would be sent. Writes nothing and does not call the AI. */
  dryRun: boolean
}

export interface PublishedNext extends PublishResult {
  /** True when the AI wrote a caption in this run. */
  captioned: boolean
  /** True in a dry run when the AI would write a caption first, so the captions in the results are not final. */
  wouldCaption: boolean
  /** True when nothing was sent, moved or written. `content.debug` makes every run a dry run. */
  dryRun: boolean
}

/** `null`: nothing is left to publish. */
export type PublishNextResult = PublishedNext | null

/**
 * Publishes one photo as an admin would. Throws `tenant_not_found`, `feature_disabled`, `photo_not_found`, and every error of
 * analysis and publishing that precedes sending.
 */
export async function publishNext(
  services: Services,
  { host, select, dryRun }: PublishNextRequest,
  context: WorkContext,
  report: PublishReport,
): Promise<PublishNextResult> {
  const runtime = await runtimeOf(services, host, context)
  const isDry = dryRun || runtime.config.content.debug
  const name =
    select === undefined
      ? await chooseNext(services, runtime, { context, remembers: !isDry })
      : parsePhotoName(select)
  if (name === null) return null
  const store = readingSidecarsOnce(runtime.storage())
  const wouldCaption = isDry && (await needsCaption(runtime, store, name))
  const captioned = !isDry && (await caption(services, runtime, store, { name, context, report }))
  const result = await publishPhoto(
    { ...publishTools(services, runtime, isDry ? { ...context, waitUntil: null } : context), store },
    { name, dryRun: isDry, force: false, requestId: context.requestId },
    report,
  )
  return { ...result, captioned, wouldCaption, dryRun: isDry }
}

async function runtimeOf(services: Services, host: string, context: WorkContext): Promise<TenantRuntime> {
  const { settings, configurations } = services
  const tenant = parseHost(host, settings.baseDomain, [settings.callbackHost])
  if (!tenant) throw tenantNotFound()
  const runtime = await configurations.load(tenant, { ...context, countUnknownHost: () => () => undefined })
  const { publish_enabled, mode } = runtime.config.features
  if (publish_enabled && mode !== 'review') return runtime
  throw new PublisherError('feature_disabled', 'Publishing is switched off for this gallery.')
}

function chooseNext(
  services: Services,
  runtime: TenantRuntime,
  { context, remembers }: { context: WorkContext; remembers: boolean },
): Promise<PhotoName | null> {
  const { available } = runtime.publishers()
  if (available.length === 0) {
    throw new PublisherError('invalid_request', 'There is no platform to publish to. Nothing was sent.')
  }
  const { now, log } = services
  const onTrouble = (error: unknown) =>
    log.warn('the record of published photos failed; the search continues', {
      tenant: runtime.tenant,
      request_id: context.requestId,
      error: describeError(error),
    })
  const tools = {
    ...digestTools(services, runtime, remembers ? context : null),
    photographer: runtime.previews().photographer,
    now,
    random: Math.random,
    remembers,
    onTrouble,
  }
  return nextPhoto(tools, available)
}

/**
 * Checks if the AI is on and the photo is in the root without a caption, also of the photographer. Throws `sidecar_unreadable`. Looks
 * inside a photo that nobody has looked into yet, because the AI would cost more.
 */
async function needsCaption(runtime: TenantRuntime, store: PhotoStore, name: PhotoName): Promise<boolean> {
  const sidecar = await store.readSidecar('root', name)
  if (sidecar === 'unreadable') throw sidecarUnreadable()
  const isOn = runtime.config.features.analyze_caption_enabled && runtime.model() !== null
  if (!isOn || (sidecar && captionOf(parseSidecar(sidecar.text)) !== null)) return false
  const entry = await store.stat('root', name)
  if (!entry) return false
  const { photographer } = runtime.previews()
  // An error comes up again when the photo is read to be sent.
  if (!(await photographer.isKnown(entry))) await photographer.learn('root', entry).catch(() => undefined)
  return photographersCaption(await photographer.of('root', entry)) === null
}

/**
 * Lets the AI write a missing caption. Returns true if the AI wrote the caption. Throws `sidecar_unreadable` and the errors of the
 * analysis, because only a person may publish a photo without a caption.
 */
async function caption(
  services: Services,
  runtime: TenantRuntime,
  store: PhotoStore,
  { name, context, report }: { name: PhotoName; context: WorkContext; report: PublishReport },
): Promise<boolean> {
  const isNeeded = await needsCaption(runtime, store, name)
  const model = runtime.model()
  if (!isNeeded || !model) return false
  const sidecar = await store.readSidecar('root', name)
  try {
    await analyzePhoto(
      { ...analysisTools(services, runtime, model, context), store },
      { name, forceRefresh: sidecar !== null },
      report,
    )
    return true
  } catch (error) {
    // An earlier attempt has archived the photo: publishing finds it in the archive.
    if (isPublisherError(error, 'photo_not_found')) return false
    throw error
  }
}

/** Runs {@link publishNext} on a schedule and logs the outcome. Never rejects. */
export async function publishOnSchedule(
  services: Services,
  host: string,
  context: WorkContext,
): Promise<void> {
  const { log } = services
  const fields = { request_id: context.requestId, tenant: host.split('.')[0] }
  try {
    const result = await publishNext(services, { host, dryRun: false }, context, () => undefined)
    if (!result) {
      log.info('nothing left to publish on schedule', fields)
      return
    }
    const platforms = Object.entries(result.results).map(([channel, outcome]) =>
      [channel, outcome.skipped ?? outcome.code ?? 'sent'].join(': '),
    )
    const details = { ...fields, photo: result.name, platforms }
    const isSent = Object.values(result.results).some(({ success, skipped }) => success && !skipped)
    if (isSent) log.info('published on schedule', details)
    else log.warn('nothing was published on schedule', details)
  } catch (error) {
    log.warn('nothing was published on schedule', { ...fields, error: describeError(error) })
  }
}
