/** Analysis of one photo. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { createDigestMemory } from '../runtime/digest-memory.ts'
import { describeError } from '../runtime/log.ts'
import type { Services } from '../runtime/services.ts'
import type { TenantRuntime } from '../runtime/tenant-runtime.ts'
import { analyzePhoto } from '../workflow/analysis.ts'
import { parsePhotoName } from '../workflow/photo.ts'
import { type AppEnv, runtimeOf } from './exchange.ts'
import { featureOff, requireFeature } from './features.ts'
import { answerInStages, staged } from './progress.ts'
import { routeFor } from './route.ts'
import { analysisSchema, analyzeQuery } from './schemas/workflow.ts'
import { filenameParameter } from './schemas.ts'

export function analysisRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('admin', services, {
    method: 'post',
    path: '/api/images/{filename}/analyze',
    description:
      'Stages: `reading`, `looking`, `writing_captions`, `saving`. A photo with a caption answers without the AI.',
    request: { params: filenameParameter, query: analyzeQuery },
    responses: { 200: staged(analysisSchema, 'What is known of the photo') },
  })
  app.openapi(route, (c) => {
    const runtime = runtimeOf(c.env)
    requireFeature(runtime, 'analyze_caption_enabled')
    const model = runtime.model()
    if (!model) throw featureOff()
    const name = parsePhotoName(c.req.valid('param').filename)
    const { force_refresh: forceRefresh } = c.req.valid('query')
    const { requestId, connection } = c.env
    return answerInStages(c, services, async (report) => {
      const analysis = await analyzePhoto(
        {
          store: runtime.storage(),
          images: services.images,
          digest: services.digest,
          digests: createDigestMemory(services.kv, runtime, services.log),
          model,
          places: runtime.aiPlaces,
          platforms: runtime.publishers().available,
          settings: runtime.config,
          owner: runtime.tenant,
          now: services.now,
          onTokens: (tokens) => connection.waitUntil(reportTokens(services, runtime, tokens, requestId)),
          onTrouble: (error) =>
            services.log.info('analysis goes on', {
              tenant: runtime.tenant,
              request_id: requestId,
              error: describeError(error),
            }),
        },
        { name, forceRefresh },
        report,
      )
      return {
        filename: analysis.name,
        description: analysis.description,
        mood: analysis.mood,
        tags: [...analysis.tags],
        nsfw: analysis.nsfw,
        caption: analysis.caption,
        sd_caption: analysis.sdCaption,
        alt_text: analysis.altText,
        platform_captions: analysis.platformCaptions,
        sidecar_written: analysis.sidecarWritten,
      }
    })
  })
}

/** Fire and forget: billing never delays or fails a request. */
async function reportTokens(
  { source, log, now }: Services,
  { tenant }: TenantRuntime,
  tokens: number,
  requestId: string,
): Promise<void> {
  const event = { tenant, tokens, idempotencyKey: crypto.randomUUID(), occurredAt: new Date(now()) }
  await source
    .reportUsage(event, requestId)
    .catch((error: unknown) =>
      log.warn('usage was not reported', { tenant, request_id: requestId, error: describeError(error) }),
    )
}
