/**
 * A tenant's title and colours as browsers take them: a stylesheet over the page's own, there before the first paint, and the
 * manifest of the installable app. Anyone may have both, since the page shows the same.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { type Appearance, coloursOf } from '../../contract/appearance.ts'
import type { Services } from '../../runtime/services.ts'
import { type AppEnv, runtimeOf } from '../exchange.ts'
import { describeRoute, guardFor, routeFor } from '../route.ts'

/** Neither holds up a page that was here before: the browser shows what it has and asks behind it (RFC 5861). */
const caching = 'public, max-age=300, stale-while-revalidate=86400'

export function appearanceRoutes(app: OpenAPIHono<AppEnv>, services: Services): void {
  const { assets } = services
  const colours = routeFor('anyone', services, {
    method: 'get',
    path: '/appearance.css',
    operationId: 'getAppearance',
    summary: 'Title and colours of the gallery, as a stylesheet',
    tags: ['page'],
    responses: { 200: { description: 'Custom properties of CSS', content: { 'text/css': {} } } },
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
  // By hand: Hono would take the media type for an answer of `c.json`.
  app.get(manifestRoute.path, guardFor('anyone', services), async (c) => {
    const { config, host } = runtimeOf(c.env)
    const name = titleOf(config.appearance, host)
    // One colour each, without themes: the page is dark unless somebody prefers it light.
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

/** What fits under an icon on a phone's home screen. */
const longestShortName = 15

/**
 * Custom properties that the page reads, stronger than those of src/ui/tokens.css wherever the build puts that. The title is
 * percent-encoded: nothing in it can end the string.
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

/** `alice.shibari.photo` is alice's. */
function firstLabel(host: string): string {
  return host.split('.', 1)[0] ?? host
}
