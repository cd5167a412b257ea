/** What a client may know of the tenant's configuration. */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { enabledPublisher } from '../runtime/publishers.ts'
import type { Services } from '../runtime/services.ts'
import { canSignIn, isAdmin } from '../runtime/sign-in/admins.ts'
import { type AppEnv, runtimeOf } from './exchange.ts'
import { json, routeFor } from './route.ts'
import { adminStatusSchema, featuresResponseSchema, publishersResponseSchema } from './schemas.ts'
import { sessionOf } from './session.ts'

export function configRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const features = routeFor('anyone', services, {
    method: 'get',
    path: '/api/config/features',
    responses: { 200: json(featuresResponseSchema, 'What is on for this tenant') },
  })
  app.openapi(features, (c) => {
    const { config } = runtimeOf(c.env)
    const auth_mode = canSignIn(config, services.settings) ? ('auth0' as const) : ('none' as const)
    return c.json({ ...config.features, auth_mode, storage_provider: config.storage.provider }, 200)
  })

  const publishers = routeFor('anyone', services, {
    method: 'get',
    path: '/api/config/publishers',
    responses: { 200: json(publishersResponseSchema, 'Where this tenant publishes') },
  })
  app.openapi(publishers, (c) => {
    const { publishers: entries } = runtimeOf(c.env).config
    const isEnabled = (platform: Parameters<typeof enabledPublisher>[1]) =>
      enabledPublisher(entries, platform) !== undefined
    return c.json(
      {
        telegram: isEnabled('telegram'),
        email: isEnabled('email'),
        instagram: isEnabled('instagram'),
        bluesky: isEnabled('bluesky'),
        mastodon: isEnabled('mastodon'),
      },
      200,
    )
  })

  const status = routeFor('anyone', services, {
    method: 'get',
    path: '/api/admin/status',
    responses: { 200: json(adminStatusSchema, 'Whether the caller is an admin of this tenant') },
  })
  app.openapi(status, async (c) => {
    const session = await sessionOf(c, services)
    if (!session) return c.json({ admin: false }, 200)
    const { email } = session
    return c.json({ admin: isAdmin(email, runtimeOf(c.env).config, services.settings), email }, 200)
  })
}
