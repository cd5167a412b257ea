/** Captions: edits, which are saved without publishing, and the rules of each platform. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { PhotographerMetadata } from '../../base/metadata/photographer.ts'
import type { Rating } from '../../contract/rating.ts'
import { type PhotoName, parsePhotoName } from '../../ports/photo.ts'
import type { ChannelPublisher } from '../../ports/publisher.ts'
import { loweringLog } from '../../runtime/lowered-ratings.ts'
import type { Services } from '../../runtime/services.ts'
import { altTextFile, enabledChannels } from '../../runtime/workflow-tools.ts'
import { captionRulesOf } from '../../workflow/captions/own-rules.ts'
import { editCaptions } from '../../workflow/edit-captions.ts'
import { savedCaptions } from '../../workflow/photo-details.ts'
import { altTextIn, captionIn } from '../../workflow/photographer/texts.ts'
import { photoRating } from '../../workflow/rating.ts'
import { metadataOf } from '../../workflow/sidecar.ts'
import { textsOf } from '../channel-texts.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { photoErrors, storageErrors } from '../expected-errors.ts'
import { featureOff, requireFeature } from '../features.ts'
import { json, routeFor } from '../route.ts'
import { captionEditSchema, captionRulesSchema, captionsAnswer, savedEditSchema } from './captions-schemas.ts'
import { filenameParameter } from './images-schemas.ts'
import { changesAnswer } from './possible-changes.ts'

export function captionRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  editRoute(app, services)
  rulesRoute(app, services)
}

function editRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('admin', services, {
    method: 'patch',
    path: '/api/images/{filename}',
    operationId: 'editPhoto',
    summary: 'Save captions, alt text and rating of a photo',
    tags: ['photos'],
    errors: [...photoErrors, 'feature_disabled', 'sidecar_changed', 'sidecar_unreadable'],
    description:
      'Saves edits to the sidecar of a photo in the root folder. Fields that are left out stay as they are. Needs analysis or publishing to be on, and also works in review.',
    request: {
      params: filenameParameter,
      body: { required: true, content: { 'application/json': { schema: captionEditSchema } } },
    },
    responses: { 200: json(savedEditSchema, 'The saved captions') },
  })
  app.openapi(route, async (c) => {
    const runtime = runtimeOf(c.env)
    const { features } = runtime.config
    if (!features.analyze_caption_enabled && !features.publish_enabled) throw featureOff()
    const name = parsePhotoName(c.req.valid('param').filename)
    const { caption, captions: written = {}, alt_text: altText, rating } = c.req.valid('json')
    const captions = textsOf(runtime, written)
    if (altText !== undefined) requireFeature(runtime, 'alt_text_enabled')
    const { default_rating: defaultRating } = runtime.config.content
    const tools = {
      store: runtime.storage(),
      now: services.now,
      defaultRating,
      onRatingLowered: loweringLog(services, runtime, c.env.requestId),
      saveAltText: altTextFile(services, runtime, {
        requestId: c.env.requestId,
        waitUntil: c.env.connection.waitUntil,
      }),
    }
    // Before the edit, which outdates the listing in memory.
    const words = await wordsOf(c, name)
    const document = await editCaptions(tools, name, { caption, captions, altText, rating })
    const rated = photoRating(document, defaultRating)
    const texts = { document, words }
    const metadata: Record<string, unknown> = metadataOf(document)
    return c.json(
      {
        filename: name,
        caption: captionIn(texts),
        alt_text: altTextIn(texts),
        rating: rated.rating,
        rating_source: rated.source,
        captions: captionsAnswer(savedCaptions(texts, enabledChannels(runtime))),
        metadata,
      },
      200,
    )
  })
}

/** Returns what the photographer wrote about a photo of the root, as far as is known. Never throws. */
async function wordsOf({ env }: Context<AppEnv>, name: PhotoName): Promise<PhotographerMetadata | null> {
  const runtime = runtimeOf(env)
  const store = runtime.viewing(env.connection.waitUntil)
  const entry = await store.stat('root', name).catch(() => null)
  return entry && runtime.previews().photographer.of('root', entry)
}

function rulesRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const route = routeFor('admin', services, {
    method: 'get',
    path: '/api/config/captions',
    operationId: 'getCaptionRules',
    summary: 'Caption rules of each platform',
    tags: ['gallery'],
    errors: [...storageErrors],
    description: 'For caption editors. The server applies the same rules.',
    responses: {
      200: json(captionRulesSchema, 'Platforms that this tenant can publish to, with their caption rules'),
    },
  })
  app.openapi(route, async (c) => {
    const runtime = runtimeOf(c.env)
    const { available } = runtime.publishers()
    const now = new Date(services.now())
    const rules = await Promise.all(
      available.map((publisher) => rulesAnswer(publisher, now, runtime.config.content.default_rating)),
    )
    return c.json({ platforms: rules, hashtags: runtime.config.content.hashtag_string }, 200)
  })
}

async function rulesAnswer(publisher: ChannelPublisher, now: Date, rating: Rating) {
  const { name, platform, id } = publisher.channel
  const rules = await captionRulesOf(publisher, rating)
  const freshPost = { postId: '', postedAt: now, notes: publisher.plan?.() ?? {}, rating: null }
  return {
    platform: name,
    type: platform,
    ...(id !== undefined && { id }),
    max_length: rules.maxLength,
    unit: rules.unit,
    ...(rules.maxBytes !== undefined && { max_bytes: rules.maxBytes }),
    ...(rules.urlLength !== undefined && { url_length: rules.urlLength }),
    max_hashtags: rules.maxHashtags,
    plain: rules.plain,
    has_subject: publisher.subject !== undefined,
    ratings: {
      general: publisher.effectOf('general'),
      suggestive: publisher.effectOf('suggestive'),
      nudity: publisher.effectOf('nudity'),
      explicit: publisher.effectOf('explicit'),
    },
    changes: changesAnswer(publisher.changesOf(freshPost, now)),
  }
}
