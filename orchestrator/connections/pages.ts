/** Pages of the way through a vendor: `/connect/{provider}/start` and `/connect/{provider}/callback`. */
import { createHash, randomBytes } from 'node:crypto'
import { type Context, Hono } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { PlaneUnavailable, SecretsUnavailable } from '../contract/ports.ts'
import type { PeopleServices } from '../people-services.ts'
import {
  type Attempt,
  attemptMs,
  bindBrowser,
  isBrowserOf,
  openBegun,
  usableAttempt,
  useAttempt,
} from './attempts.ts'
import { addBlueskyClient } from './bluesky-client.ts'
import { exchangeCode, type OAuthVendor } from './exchange.ts'
import { addInstagramCallbacks } from './instagram-callbacks.ts'
import { languageOf, page, pageHeaders } from './page.ts'
import { confirmPage, failedPage, lostPage } from './page-words.ts'
import { withOutcome } from './return-address.ts'
import { type ConnectionProvider, connectionProviders, type Vendor } from './vendor.ts'

/** Creates the pages. Without an own public address, all of them say that the link does not work. */
export function connectPages(services: PeopleServices): Hono {
  const { database, env, now, say } = services
  const base = env.ORCHESTRATOR_PUBLIC_URL ?? ''
  const isSecure = base.startsWith('https:')
  const app = new Hono()
  // Documents for servers have headers of their own.
  addBlueskyClient(app, env)
  app.use(pageHeaders)
  app.onError((error, c) => {
    say(`A page of a connection failed: ${error.name}`)
    const isPassing = error instanceof PlaneUnavailable || error instanceof SecretsUnavailable
    return c.html(page(languageOf(c), failedPage(languageOf(c))), isPassing ? 503 : 500)
  })
  app.notFound((c) => c.html(page(languageOf(c), lostPage(languageOf(c))), 404))
  addInstagramCallbacks(app, services)
  const lost = (c: Context) => c.html(page(languageOf(c), lostPage(languageOf(c))), 400)

  /** Returns the vendor of the path if browsers are sent there. */
  function vendorOf(c: Context): OAuthVendor | undefined {
    const provider = connectionProviders.find((known) => known === c.req.param('provider'))
    const vendor = provider && services.vendors.get(provider)
    return vendor && hasFlow(vendor) && base !== '' ? vendor : undefined
  }

  async function attemptOf(c: Context, parameter: string, vendor: Vendor): Promise<Attempt | undefined> {
    const [id = '', ...others] = c.req.queries(parameter) ?? []
    if (others.length > 0) return undefined
    return usableAttempt(database.read, { id, provider: vendor.provider, now: now() })
  }

  app.get('/connect/:provider/start', async (c) => {
    const vendor = vendorOf(c)
    const attempt = vendor && (await attemptOf(c, 'attempt', vendor))
    if (!vendor || !attempt) return lost(c)
    const known = getCookie(c, cookieOf(attempt, isSecure))
    if (attempt.browser !== null && !isBrowserOf(attempt, known)) return lost(c)
    // A stolen link must not connect the account of its victim silently.
    if (isFromElsewhere(c))
      return c.html(page(languageOf(c), confirmPage(languageOf(c), pageOf(vendor.provider, attempt))))
    const begun = await openBegun(services, attempt)
    if (attempt.browser === null) {
      const fresh = randomBytes(32).toString('base64url')
      if (!(await bindBrowser(database, attempt.id, fresh))) return lost(c)
      const kept = {
        path: '/',
        httpOnly: true,
        secure: isSecure,
        sameSite: 'Lax',
        maxAge: attemptMs / 1000,
      } as const
      setCookie(c, cookieOf(attempt, isSecure), fresh, kept)
    }
    return c.redirect(begun.url, 303)
  })

  app.get('/connect/:provider/callback', async (c) => {
    const vendor = vendorOf(c)
    const attempt = vendor && (await attemptOf(c, 'state', vendor))
    if (!vendor || !attempt || !isBrowserOf(attempt, getCookie(c, cookieOf(attempt, isSecure))))
      return lost(c)
    const { kept } = await openBegun(services, attempt)
    // Marked before the exchange, so that a second request with the same state exchanges nothing.
    if (!(await useAttempt(services, attempt))) return lost(c)
    deleteCookie(c, cookieOf(attempt, isSecure), { path: '/', secure: isSecure })
    const refusal = await exchangeCode(services, {
      vendor,
      attempt,
      kept,
      base,
      answer: new URL(c.req.url).searchParams,
    })
    const { provider } = vendor
    const outcome = refusal ? { refused: provider, reason: refusal.reason } : { connected: provider }
    return c.redirect(withOutcome(attempt.return_to, outcome), 303)
  })

  return app
}

function hasFlow(vendor: Vendor): vendor is OAuthVendor {
  return vendor.oauth !== undefined
}

/** Returns the name of an attempt's cookie, so that two attempts of a browser do not replace each other's cookie. */
function cookieOf({ id }: Attempt, isSecure: boolean): string {
  const name = createHash('sha256').update(id).digest('hex').slice(0, 16)
  return `${isSecure ? '__Host-' : ''}connect-${name}`
}

/** Checks if the browser says that a page of another site, or no page, led here. */
function isFromElsewhere(c: Context): boolean {
  const site = c.req.header('sec-fetch-site')
  return site === 'cross-site' || site === 'none'
}

function pageOf(provider: ConnectionProvider, { id, actor: person, return_to }: Attempt) {
  const href = `/connect/${provider}/start?${new URLSearchParams({ attempt: id })}`
  return { provider, gallery: new URL(return_to).hostname, person, href }
}
