/** Analysis of one photo. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { parsePhotoName } from '../../ports/photo.ts'
import type { Services } from '../../runtime/services.ts'
import { analysisTools } from '../../runtime/workflow-tools.ts'
import { analyzePhoto } from '../../workflow/analysis.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { modelErrors, photoErrors, pictureErrors } from '../expected-errors.ts'
import { featureOff, requireFeature } from '../features.ts'
import { answerInStages, staged } from '../progress.ts'
import { routeFor } from '../route.ts'
import { analysisSchema, analyzeQuery } from './analysis-schemas.ts'
import { filenameParameter } from './images-schemas.ts'

export function analysisRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('admin', services, {
    method: 'post',
    path: '/api/images/{filename}/analyze',
    operationId: 'analyzePhoto',
    summary: 'Describe a photo and write its captions',
    tags: ['photos'],
    errors: [
      ...photoErrors,
      ...pictureErrors,
      ...modelErrors,
      'feature_disabled',
      'sidecar_changed',
      'sidecar_unreadable',
      'photo_changed',
    ],
    description:
      'Stages: `reading`, `looking`, `writing_captions`, `saving`. A photo that has a caption is answered without the AI.',
    request: { params: filenameParameter, query: analyzeQuery },
    responses: { 200: staged(analysisSchema, 'The analysis and captions of the photo') },
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
        analysisTools(services, runtime, model, { requestId, waitUntil: connection.waitUntil }),
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
        rating: analysis.rating,
        platform_captions: analysis.platformCaptions,
        sidecar_written: analysis.sidecarWritten,
      }
    })
  })
}
