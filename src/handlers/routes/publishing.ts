/** Publishing one photo. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { parsePhotoName } from '../../ports/photo.ts'
import type { Services } from '../../runtime/services.ts'
import { publishTools } from '../../runtime/workflow-tools.ts'
import type { PlatformResult } from '../../workflow/publish/platform.ts'
import { publishPhoto } from '../../workflow/publish.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { photoErrors, pictureErrors, storageErrors } from '../expected-errors.ts'
import { requirePublishing } from '../features.ts'
import { answerInStages, staged } from '../progress.ts'
import { json, routeFor } from '../route.ts'
import { captionRulesSchema, publishedSchema, publishSchema } from '../schemas/workflow.ts'
import { filenameParameter } from '../schemas.ts'

export function publishRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  captionRulesRoute(app, services)
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
      'sidecar_changed',
      'photo_changed',
    ],
    description:
      'Stages: `preparing`; per platform `sending`, then `sent`, `skipped` or `failed`; `archiving`. What one platform refuses stops no other.',
    request: {
      params: filenameParameter,
      body: { required: false, content: { 'application/json': { schema: publishSchema.nullable() } } },
    },
    responses: { 200: staged(publishedSchema, 'What became of it on each platform') },
  })
  app.openapi(route, (c) => {
    const runtime = runtimeOf(c.env)
    requirePublishing(runtime)
    const name = parsePhotoName(c.req.valid('param').filename)
    // A request without a body has no JSON to be valid.
    const body = publishSchema.parse(c.req.valid('json') ?? {})
    const { platforms, caption, captions, dry_run, force, sha256 } = body
    const { content } = runtime.config
    return answerInStages(c, services, async (report, signal) => {
      const published = await publishPhoto(
        publishTools(services, runtime, c.env),
        {
          name,
          ...(platforms && { platforms }),
          ...(caption !== undefined && { caption }),
          ...(captions && { captions }),
          ...(sha256 && { sha256 }),
          dryRun: dry_run || content.debug,
          force,
          requestId: c.env.requestId,
          signal,
        },
        report,
      )
      return {
        filename: published.name,
        results: Object.fromEntries(
          Object.entries(published.results).map(([platform, result]) => [platform, toBody(result)]),
        ),
        any_success: published.anySuccess,
        archived: published.archived,
        ...(published.warnings.length > 0 && { warnings: published.warnings }),
      }
    })
  })
}

function captionRulesRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('admin', services, {
    method: 'get',
    path: '/api/config/captions',
    operationId: 'getCaptionRules',
    summary: 'Rules of each platform’s captions',
    tags: ['gallery'],
    errors: [...storageErrors],
    description: 'For editors of captions: the rules that the server itself goes by.',
    responses: {
      200: json(captionRulesSchema, 'Where this tenant can publish, and what captions may be there'),
    },
  })
  app.openapi(route, (c) => {
    const runtime = runtimeOf(c.env)
    const rules = runtime.publishers().available.map(({ platform, captionRules, subject }) => ({
      platform,
      max_length: captionRules.maxLength,
      unit: captionRules.unit,
      max_hashtags: captionRules.maxHashtags,
      plain: captionRules.plain,
      has_subject: subject !== undefined,
    }))
    return c.json({ platforms: rules, hashtags: runtime.config.content.hashtag_string }, 200)
  })
}

function toBody({ postId, publishedAt, ...result }: PlatformResult) {
  return {
    ...result,
    ...(postId !== undefined && { post_id: postId }),
    ...(publishedAt && { published_at: publishedAt.toISOString() }),
  }
}
