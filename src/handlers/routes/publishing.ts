/** Publishing one photo. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { parsePhotoName } from '../../ports/photo.ts'
import type { Services } from '../../runtime/services.ts'
import { enabledChannels, publishTools } from '../../runtime/workflow-tools.ts'
import type { PlatformResult } from '../../workflow/publish/result.ts'
import { publishPhoto } from '../../workflow/publish.ts'
import { textsOf } from '../channel-texts.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { photoErrors, pictureErrors } from '../expected-errors.ts'
import { requirePublishing } from '../features.ts'
import { answerInStages, staged } from '../progress.ts'
import { routeFor } from '../route.ts'
import { filenameParameter } from './images-schemas.ts'
import { changesAnswer } from './possible-changes.ts'
import { publishedSchema, publishSchema } from './publishing-schemas.ts'

export function publishRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('admin', services, {
    method: 'post',
    path: '/api/images/{filename}/publish',
    operationId: 'publishPhoto',
    summary: 'Publish a photo',
    tags: ['photos'],
    errors: [
      ...photoErrors,
      ...pictureErrors,
      'feature_disabled',
      'storage_not_atomic',
      'claims_unavailable',
      'sidecar_changed',
      'photo_changed',
    ],
    description:
      'Stages: `preparing`, then per channel `sending` and `sent`, `skipped` or `failed`, then `archiving`. A failure on one channel does not stop the others.',
    request: {
      params: filenameParameter,
      body: { required: false, content: { 'application/json': { schema: publishSchema.nullable() } } },
    },
    responses: { 200: staged(publishedSchema, 'The result on each channel') },
  })
  app.openapi(route, (c) => {
    const runtime = runtimeOf(c.env)
    requirePublishing(runtime)
    const name = parsePhotoName(c.req.valid('param').filename)
    // Without a body, `valid('json')` is undefined.
    const body = publishSchema.parse(c.req.valid('json') ?? {})
    const { platforms, caption, captions, rating, dry_run, force, sha256, version } = body
    const submitted = captions && textsOf(runtime, captions)
    const { requestId, connection } = c.env
    const isDry = dry_run || runtime.config.content.debug
    return answerInStages(c, services, async (report, signal) => {
      const published = await publishPhoto(
        publishTools(services, runtime, { requestId, waitUntil: isDry ? null : connection.waitUntil }),
        {
          name,
          ...(platforms && { platforms }),
          ...(caption !== undefined && { caption }),
          ...(submitted && { captions: submitted }),
          ...(rating && { rating }),
          ...(sha256 && { sha256 }),
          ...(version && { version }),
          dryRun: isDry,
          force,
          requestId,
          signal,
        },
        report,
      )
      const channels = enabledChannels(runtime).flatMap(({ name, platform }) => {
        const result = published.results[name]
        return result ? [[name, { type: platform, ...toBody(result) }] as const] : []
      })
      return {
        filename: published.name,
        results: Object.fromEntries(channels),
        any_success: published.anySuccess,
        archived: published.archived,
        ...(published.warnings.length > 0 && { warnings: published.warnings }),
      }
    })
  })
}

function toBody({ postId, publishedAt, changes, ...result }: PlatformResult) {
  return {
    ...result,
    ...(changes && changesAnswer(changes)),
    ...(postId !== undefined && { post_id: postId }),
    ...(publishedAt && { published_at: publishedAt.toISOString() }),
  }
}
