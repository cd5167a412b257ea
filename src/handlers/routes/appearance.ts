/**
 * Serves a tenant's title and colours as a stylesheet that overrides the page's own before the first paint, and as a web app manifest.
 * Both are public, since the page shows the same values.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { coloursOf } from '../../base/theme-colours.ts'
import type { Appearance } from '../../contract/appearance.ts'
import type { Services } from '../../runtime/services.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { describeRoute, guardFor, routeFor } from '../route.ts'

/** Lets browsers use a stale copy while they revalidate it (RFC 5861), so that a repeated visit never waits. */
const caching = 'public, max-age=300, stale-while-revalidate=86400'

export function appearanceRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const { assets } = services
  const colours = routeFor('anyone', services, {
    method: 'get',
    path: '/appearance.css',
    operationId: 'getAppearance',
    summary: 'Title and colours of the gallery, as a stylesheet',
    tags: ['page'],
    responses: { 200: { description: 'CSS custom properties', content: { 'text/css': {} } } },
  })
  app.openapi(colours, (c) => {
    const { config, host } = runtimeOf(c.env)
    return c.body(stylesheet(config.appearance, host), 200, {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': caching,
    })
  })

  const manifestRoute = routeFor('anyone', services, {
    method: 'get',
    path: '/manifest.webmanifest',
    operationId: 'getManifest',
    summary: 'Manifest of the installable app',
    tags: ['page'],
    responses: { 200: { description: 'A web app manifest', content: { 'application/manifest+json': {} } } },
  })
  describeRoute(app, manifestRoute)
  // Registered by hand: for this media type, Hono's types accept only `c.json`.
  app.get(manifestRoute.path, guardFor('anyone', services), async (c) => {
    const { config, host } = runtimeOf(c.env)
    const name = titleOf(config.appearance, host)
    // A manifest has a single colour, without themes. The page is dark by default.
    const { background } = coloursOf(config.appearance).dark
    const manifest = {
      id: '/',
      name,
      short_name: name.length <= longestShortName ? name : firstLabel(host),
      start_url: '/',
      scope: '/',
      display: 'standalone',
      background_color: background,
      theme_color: background,
      icons: await assets.icons(),
    }
    return c.body(JSON.stringify(manifest), 200, {
      'content-type': 'application/manifest+json',
      'cache-control': caching,
    })
  })
}

/** Characters that fit under an icon on a phone's home screen. */
const longestShortName = 15

/**
 * Returns the custom properties that the page reads. The selector outweighs src/ui/tokens.css wherever the build places that file. The
 * title is percent-encoded, so that nothing in the title can end the string.
 */
function stylesheet(appearance: Appearance, host: string): string {
  const { dark, light } = coloursOf(appearance)
  return `html:root {
  --title: "${encodeURIComponent(titleOf(appearance, host).toWellFormed())}";
  --background: light-dark(${light.background}, ${dark.background});
  --accent: light-dark(${light.accent}, ${dark.accent});
}
`
}

function titleOf({ title }: Appearance, host: string): string {
  return title ?? firstLabel(host)
}

/** Returns `alice` for `alice.shibari.photo`. */
function firstLabel(host: string): string {
  return host.split('.', 1)[0] ?? host
}
