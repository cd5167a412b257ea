/** Variants of a photo's captions, for an editor. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { parsePhotoName } from '../../ports/photo.ts'
import type { Services } from '../../runtime/services.ts'
import { variantTools } from '../../runtime/workflow-tools.ts'
import { captionVariants } from '../../workflow/caption-variants.ts'
import { textsOf } from '../channel-texts.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { modelErrors, photoErrors } from '../expected-errors.ts'
import { featureOff, requireFeature } from '../features.ts'
import { answerInStages, staged } from '../progress.ts'
import { routeFor } from '../route.ts'
import { filenameParameter } from './images-schemas.ts'
import { variantsRequestSchema, variantsSchema } from './variants-schemas.ts'

export function variantsRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('admin', services, {
    method: 'post',
    path: '/api/images/{filename}/captions/variants',
    operationId: 'varyCaptions',
    summary: 'Write captions again: shorter, warmer or without hashtags',
    tags: ['photos'],
    errors: [...photoErrors, ...modelErrors, 'feature_disabled', 'sidecar_unreadable'],
    description:
      'Changes and saves nothing: the answer is a suggestion. Works for photos of the root folder. Stage: `writing_captions`.',
    request: {
      params: filenameParameter,
      body: { required: true, content: { 'application/json': { schema: variantsRequestSchema } } },
    },
    responses: { 200: staged(variantsSchema, 'The new captions') },
  })
  app.openapi(route, (c) => {
    const runtime = runtimeOf(c.env)
    requireFeature(runtime, 'analyze_caption_enabled')
    const { kind, captions: given } = c.req.valid('json')
    const model = kind === 'no_hashtags' ? null : runtime.model()
    if (!model && kind !== 'no_hashtags') throw featureOff()
    const filename = parsePhotoName(c.req.valid('param').filename)
    const captions = given && textsOf(runtime, given)
    const { requestId, connection } = c.env
    const tools = variantTools(services, runtime, model, { requestId, waitUntil: connection.waitUntil })
    return answerInStages(c, services, async (report) => ({
      filename,
      kind,
      captions: { ...(await captionVariants(tools, { name: filename, kind, captions }, report)) },
    }))
  })
}
