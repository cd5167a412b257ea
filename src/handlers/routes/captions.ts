/** A person's captions and alternative text for one photo, kept without publishing. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { parsePhotoName } from '../../ports/photo.ts'
import type { Services } from '../../runtime/services.ts'
import { enabledPlatforms } from '../../runtime/workflow-tools.ts'
import { savedCaptions } from '../../workflow/photo-details.ts'
import { captionOf, metadataOf, textOf } from '../../workflow/sidecar.ts'
import { editWords } from '../../workflow/words.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { photoErrors } from '../expected-errors.ts'
import { featureOff, requireFeature } from '../features.ts'
import { json, routeFor } from '../route.ts'
import { captionsAnswer, filenameParameter } from './images-schemas.ts'
import { wordsSchema, writtenSchema } from './publishing-schemas.ts'

export function wordsRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('admin', services, {
    method: 'patch',
    path: '/api/images/{filename}',
    operationId: 'editPhoto',
    summary: 'Save captions and alt text of a photo',
    tags: ['photos'],
    errors: [...photoErrors, 'feature_disabled', 'sidecar_changed', 'sidecar_unreadable'],
    description:
      'Keeps what a person wrote in the sidecar of a photo of the root; what is not named stays. Needs analysis or publishing to be on, in review too.',
    request: {
      params: filenameParameter,
      body: { required: true, content: { 'application/json': { schema: wordsSchema } } },
    },
    responses: { 200: json(writtenSchema, 'What the sidecar says now') },
  })
  app.openapi(route, async (c) => {
    const runtime = runtimeOf(c.env)
    const { features } = runtime.config
    if (!features.analyze_caption_enabled && !features.publish_enabled) throw featureOff()
    const name = parsePhotoName(c.req.valid('param').filename)
    const { caption, captions = {}, alt_text: altText } = c.req.valid('json')
    if (altText !== undefined) requireFeature(runtime, 'alt_text_enabled')
    const tools = { store: runtime.storage(), now: services.now }
    const document = await editWords(tools, name, { caption, captions, altText })
    const metadata: Record<string, unknown> = metadataOf(document)
    return c.json(
      {
        filename: name,
        caption: captionOf(document),
        alt_text: textOf(document, 'alt_text'),
        captions: captionsAnswer(savedCaptions(document, enabledPlatforms(runtime))),
        metadata,
      },
      200,
    )
  })
}
