/** The operators' console, on a host of its own. */
import { type Context, Hono } from 'hono'
import type { PeopleServices } from '../people-services.ts'
import type { ActContext } from './acts/act.ts'
import { apiRoutes, failedCall } from './api.ts'
import { styleSheet } from './assets.ts'
import { fleetPages } from './fleet-pages.ts'
import { galleriesPages } from './galleries-pages.ts'
import { galleryPages } from './gallery-pages.ts'
import type { PageTools } from './page-tools.ts'
import { messagePage, refusedPage } from './pages/message.ts'
import { protect } from './protection.ts'
import { refusalOf } from './refusals.ts'
import { createSessions } from './session.ts'
import { consoleSettings } from './settings.ts'
import { signInRoutes } from './sign-in.ts'
import { textsOf } from './texts.ts'

/** Creates the console. Without its settings, every page is missing. */
export function createConsole(services: PeopleServices): Hono {
  const app = new Hono()
  const settings = consoleSettings(services.env)
  if (!settings) return app
  const sessions = createSessions(services, settings)

  async function contextOf(c: Context): Promise<ActContext | undefined> {
    const operator = await sessions.operatorOf(c)
    if (operator === undefined) return undefined
    const actor = { name: operator, requestId: crypto.randomUUID() }
    return { services, actor, operators: settings?.operators ?? new Set() }
  }

  const tools: PageTools = {
    services,
    signedIn: (handler) => async (c) => {
      const context = await contextOf(c)
      if (context) return handler(c, context)
      if (c.req.method !== 'GET')
        return messagePage(c, 403, textsOf(c).signIn.expiredTitle, textsOf(c).signIn.expired)
      const url = new URL(c.req.url)
      return c.redirect(`/auth/login?${new URLSearchParams({ return_to: url.pathname + url.search })}`, 303)
    },
  }

  app.use(protect({ origin: settings.origin }))
  app.get('/console.css', (c) => styleSheet(c))
  app.route('/', signInRoutes(services, settings, sessions))
  app.route('/', apiRoutes({ contextOf }))
  app.route('/', galleriesPages(tools))
  app.route('/', galleryPages(tools))
  app.route('/', fleetPages(tools))
  app.notFound((c) => messagePage(c, 404, textsOf(c).notFoundTitle, textsOf(c).notFound))
  app.onError(async (error, c) => {
    const refusal = refusalOf(error)
    const t = textsOf(c)
    if (!refusal) services.say(`A page of the console failed: ${error.name}`)
    if (c.req.path.startsWith('/api/')) return failedCall(c, refusal)
    if (refusal?.status === 503) {
      c.header('retry-after', '1')
      return messagePage(c, 503, t.failedTitle, t.unavailable)
    }
    if (refusal) {
      const operator = await sessions.operatorOf(c).catch(() => undefined)
      return refusedPage(c, refusal.status, operator, refusal.words)
    }
    return messagePage(c, 500, t.failedTitle, t.failed)
  })
  return app
}
