import { createRoute, OpenAPIHono } from '@hono/zod-openapi'
import { describe, expect, it } from 'vitest'
import type { AppEnv } from '../../src/handlers/exchange.ts'
import { audienceOf, guardFor, routeFor } from '../../src/handlers/route.ts'
import { createApp, createCallbackApp } from '../../src/handlers/routes.ts'
import { testProcess } from '../support/fixtures/test-process.ts'

type App = OpenAPIHono<AppEnv>

/** Returns routes whose first handler is not a guard. Handlers before the guard would run for any caller. */
function unguarded(app: App): string[] {
  const first = new Map<string, object>()
  for (const { method, path, handler } of app.routes) {
    const route = `${method} ${path}`
    if (!first.has(route)) first.set(route, handler)
  }
  return [...first].flatMap(([route, handler]) => (audienceOf(handler) === undefined ? [route] : []))
}

/** Returns described routes without an audience. */
function undeclared(app: App): string[] {
  return app.openAPIRegistry.definitions.flatMap((definition) => {
    if (definition.type !== 'route') return []
    const { method, path } = definition.route
    const audience = 'x-audience' in definition.route ? definition.route['x-audience'] : undefined
    return audience === undefined ? [`${method.toUpperCase()} ${path}`] : []
  })
}

/** Returns routes that accept a change from a page of a sibling host. */
async function openToSiblings(app: App): Promise<string[]> {
  const { exchange } = testProcess()
  const changes = new Set(
    app.routes.flatMap(({ method, path }) =>
      ['GET', 'HEAD', 'OPTIONS'].includes(method) ? [] : [`${method} ${path}`],
    ),
  )
  const open = await Promise.all(
    [...changes].map(async (route) => {
      const [method = '', path = ''] = route.split(' ')
      const url = `https://alice.shibari.test${path.replaceAll(/:\w+/g, 'x.jpg')}`
      const headers = { 'sec-fetch-site': 'same-site', origin: 'https://bob.shibari.test' }
      const response = await app.request(url, { method, headers }, await exchange())
      const { code }: { code?: string } = await response.json().catch(() => ({}))
      return code === 'cross_origin' || code === 'token_required' ? [] : [route]
    }),
  )
  return open.flat()
}

describe('the table of routes', () => {
  const { services } = testProcess()
  const tables: [title: string, app: App][] = [
    ['tenants’ hosts', createApp(services)],
    ['the callback host', createCallbackApp(services)],
  ]

  it.each(tables)('declares an audience for every route of %s', (_title, app) => {
    expect(app.routes.length).toBeGreaterThan(3)
    expect(unguarded(app)).toEqual([])
    expect(undeclared(app)).toEqual([])
  })

  it.each(tables)('refuses every change from a page of a sibling host on %s', async (_title, app) => {
    expect(await openToSiblings(app)).toEqual([])
  })

  it('requires an admin for every change of photos', () => {
    const audiences = createApp(services).routes.flatMap(({ method, path, handler }) => {
      const isChange = method !== 'GET' && /^\/api\/(images|library)\//.test(path)
      return isChange ? [audienceOf(handler) ?? 'admin'] : []
    })
    expect(audiences.filter((audience) => audience !== 'admin')).toEqual([])
  })

  describe('the search for unguarded routes', () => {
    const problems = async (add: (app: App) => void) => {
      const app: App = new OpenAPIHono()
      add(app)
      return { unguarded: unguarded(app), undeclared: undeclared(app), open: await openToSiblings(app) }
    }
    const responses = { 200: { description: 'done' } }
    const done = () => new Response('{}')

    it('finds a route that was added by hand', async () => {
      expect(await problems((app) => app.post('/by-hand', done))).toEqual({
        unguarded: ['POST /by-hand'],
        undeclared: [],
        open: ['POST /by-hand'],
      })
    })

    it('finds a route that was described without an audience', async () => {
      const route = createRoute({ method: 'delete', path: '/photos/{name}', responses })
      expect(await problems((app) => app.openapi(route, done))).toEqual({
        unguarded: ['DELETE /photos/:name'],
        undeclared: ['DELETE /photos/{name}'],
        open: ['DELETE /photos/:name'],
      })
    })

    it('finds a route with a handler before its guard', async () => {
      const found = await problems((app) => app.get('/late', done, guardFor('admin', services), done))
      expect(found.unguarded).toEqual(['GET /late'])
    })

    it('finds nothing when every route has a guard', async () => {
      const named = { operationId: 'changePhoto', summary: 'Change a photo', tags: ['photos' as const] }
      const route = routeFor('admin', services, {
        method: 'post',
        path: '/photos/{name}',
        ...named,
        responses,
      })
      expect(await problems((app) => app.openapi(route, done))).toMatchObject({
        unguarded: [],
        undeclared: [],
      })
    })
  })
})
