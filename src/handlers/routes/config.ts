/** Parts of the tenant's configuration that clients may read. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { PublisherError } from '../../base/errors.ts'
import { modelNotices } from '../../contract/model-notices.ts'
import { type Platform, platforms } from '../../contract/platform.ts'
import { enabledPublisher } from '../../contract/publisher-entries.ts'
import type { Services } from '../../runtime/services.ts'
import { canSignIn, isAdmin } from '../../runtime/sign-in/admins.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { canPublish } from '../features.ts'
import { configurationRoute, json, routeFor } from '../route.ts'
import { securityOf } from '../route-description.ts'
import { sessionOf } from '../session.ts'
import {
  adminStatusSchema,
  featuresResponseSchema,
  publishersResponseSchema,
  voiceProfileSchema,
} from './config-schemas.ts'

export function configRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  featuresRoute(app, services)
  publishersRoute(app, services)
  voiceProfileRoutes(app, services)
  statusRoute(app, services)
}

function featuresRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const features = {
    path: '/api/config/features',
    operationId: 'getFeatures',
    summary: 'Features of the gallery',
    tags: ['gallery' as const],
    schema: featuresResponseSchema,
    answer: 'The features of this tenant',
  }
  configurationRoute(app, services, features, (runtime) => {
    const { config } = runtime
    // Billing is no feature of the gallery.
    const { storage_ops_metering_enabled: _billing, ...features } = config.features
    const { default_platforms } = config.content
    const auth_mode = canSignIn(config, services.settings) ? ('auth0' as const) : ('none' as const)
    const max_upload_mb = services.settings.maxUploadBytes / 2 ** 20
    return {
      ...features,
      publish_enabled: canPublish(runtime),
      auth_mode,
      storage_provider: config.storage.provider,
      max_upload_mb,
      ...(default_platforms.length > 0 && { default_platforms }),
    }
  })
}

function publishersRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const publishers = {
    path: '/api/config/publishers',
    operationId: 'getPublishers',
    summary: 'Platforms that the gallery publishes to',
    tags: ['gallery' as const],
    schema: publishersResponseSchema,
    answer: 'For each platform, true if the gallery publishes there',
  }
  configurationRoute(app, services, publishers, ({ config }) => {
    const isEnabled = (platform: Platform) => enabledPublisher(config.publishers, platform) !== undefined
    return Object.fromEntries(platforms.map((platform) => [platform, isEnabled(platform)]))
  })
}

function voiceProfileRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const path = '/api/config/voice-profile'
  const read = routeFor('admin', services, {
    method: 'get',
    path,
    operationId: 'getVoiceProfile',
    summary: 'Sample captions that teach the AI the photographer’s style',
    tags: ['gallery'],
    responses: {
      200: json(voiceProfileSchema, 'The sample captions'),
    },
  })
  app.openapi(read, (c) => {
    const { content, features } = runtimeOf(c.env).config
    return c.json({ voice_profile: content.voice_profile, enabled: features.voice_matching_enabled }, 200)
  })

  const write = routeFor('admin', services, {
    method: 'post',
    path,
    operationId: 'setVoiceProfile',
    summary: 'Always refused, because the control plane owns the voice profile',
    tags: ['gallery'],
    errors: ['managed_elsewhere'],
    description: 'Always answers 409. The control plane owns the configuration.',
    responses: {},
  })
  app.openapi(write, () => {
    throw new PublisherError(
      'managed_elsewhere',
      'Nothing was changed: the control plane manages the voice profile. Change the profile there.',
    )
  })
}

function statusRoute(app: OpenAPIHono<AppEnv>, services: Services): void {
  const status = routeFor('anyone', services, {
    method: 'get',
    path: '/api/admin/status',
    operationId: 'getAdminStatus',
    summary: 'Signed-in person',
    tags: ['session'],
    security: [{}, ...securityOf.admin],
    responses: {
      200: json(adminStatusSchema, 'The signed-in person. `admin` is true for an admin of this gallery'),
    },
  })
  app.openapi(status, async (c) => {
    const session = await sessionOf(c, services)
    if (!session) return c.json({ admin: false }, 200)
    const { email } = session
    const { config } = runtimeOf(c.env)
    if (!isAdmin(email, config, services.settings)) return c.json({ admin: false, email }, 200)
    const notices = modelNotices(config.ai)
    return c.json({ admin: true, email, ...(notices.length > 0 && { notices }) }, 200)
  })
}
