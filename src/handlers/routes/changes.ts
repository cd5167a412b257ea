/** Changing posts that are out: taking them back, and correcting their texts. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { type PhotoName, parsePhotoName } from '../../ports/photo.ts'
import type { Services } from '../../runtime/services.ts'
import type { TenantRuntime } from '../../runtime/tenancy/tenant-runtime.ts'
import { changeTools, enabledChannels } from '../../runtime/workflow-tools.ts'
import type { Changed } from '../../workflow/change/everywhere.ts'
import type { ChangeResult } from '../../workflow/change/result.ts'
import { correctPhoto } from '../../workflow/correct.ts'
import { retractPhoto } from '../../workflow/retract.ts'
import { textsOf } from '../channel-texts.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { photoErrors } from '../expected-errors.ts'
import { requirePublishing } from '../features.ts'
import { answerInStages, staged } from '../progress.ts'
import { routeFor } from '../route.ts'
import { type ChangedPosts, changedSchema, correctSchema, retractSchema } from './changes-schemas.ts'
import { filenameParameter } from './images-schemas.ts'

const errors = [...photoErrors, 'feature_disabled', 'storage_not_atomic', 'claims_unavailable'] as const
const stages = 'Stages: `preparing`, then per channel `changing` and `changed` or `failed`.'

export function changeRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  retractRoute(app, services)
  correctRoute(app, services)
}

function retractRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('admin', services, {
    method: 'post',
    path: '/api/images/{filename}/retract',
    operationId: 'retractPhoto',
    summary: 'Take the posts of a photo back',
    tags: ['photos'],
    errors,
    description: `Finds the photo in the root or the archive, and leaves it there. Afterwards the photo may be published again. ${stages}`,
    request: {
      params: filenameParameter,
      body: { required: false, content: { 'application/json': { schema: retractSchema.nullable() } } },
    },
    responses: { 200: staged(changedSchema, 'The result on each channel') },
  })
  app.openapi(route, (c) => {
    const runtime = runtimeOf(c.env)
    requirePublishing(runtime)
    const name = parsePhotoName(c.req.valid('param').filename)
    // Without a body, `valid('json')` is undefined.
    const { platforms } = retractSchema.parse(c.req.valid('json') ?? {})
    const { requestId, connection } = c.env
    const tools = changeTools(services, runtime, { requestId, waitUntil: connection.waitUntil })
    return answerInStages(c, services, async (report, signal) => {
      const request = { name, ...(platforms && { platforms }), requestId, signal }
      return toAnswer(runtime, name, await retractPhoto(tools, request, report))
    })
  })
}

function correctRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('admin', services, {
    method: 'post',
    path: '/api/images/{filename}/correct',
    operationId: 'correctPhoto',
    summary: 'Correct the texts of the posts of a photo',
    tags: ['photos'],
    errors: [...errors, 'sidecar_changed', 'sidecar_unreadable'],
    description: `Saves the texts with the photo, then changes the posts in place where the platform allows it. Captions are fitted as for publishing. ${stages}`,
    request: {
      params: filenameParameter,
      body: { required: false, content: { 'application/json': { schema: correctSchema.nullable() } } },
    },
    responses: { 200: staged(changedSchema, 'The result on each channel') },
  })
  app.openapi(route, (c) => {
    const runtime = runtimeOf(c.env)
    requirePublishing(runtime)
    const name = parsePhotoName(c.req.valid('param').filename)
    const { platforms, caption, captions, alt_text } = correctSchema.parse(c.req.valid('json') ?? {})
    const submitted = captions && textsOf(runtime, captions)
    const { requestId, connection } = c.env
    const tools = changeTools(services, runtime, { requestId, waitUntil: connection.waitUntil })
    return answerInStages(c, services, async (report, signal) => {
      const request = {
        name,
        ...(platforms && { platforms }),
        ...(caption !== undefined && { caption }),
        ...(submitted && { captions: submitted }),
        ...(alt_text !== undefined && { altText: alt_text }),
        requestId,
        signal,
      }
      return toAnswer(runtime, name, await correctPhoto(tools, request, report))
    })
  })
}

function toAnswer(runtime: TenantRuntime, filename: PhotoName, { results }: Changed): ChangedPosts {
  const types = new Map(enabledChannels(runtime).map(({ name, platform }) => [name, platform]))
  const bodies = Object.entries(results).map(([name, result]) => {
    const type = types.get(name)
    return [name, { ...(type && { type }), ...toBody(result) }] as const
  })
  return { filename, results: Object.fromEntries(bodies) }
}

function toBody({ postId, ...result }: ChangeResult) {
  return { ...result, ...(postId !== undefined && { post_id: postId }) }
}
