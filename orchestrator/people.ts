/** Parts that people use beside the contract: the studio's calls, the pages on which accounts are connected, invitations, and the console. */
import type { Hono } from 'hono'
import { createGuardedFetch } from '../src/node/guarded-fetch.ts'
import { connectPages } from './connections/pages.ts'
import { startTokenLife } from './connections/token-life.ts'
import type { VendorTools } from './connections/vendor.ts'
import { createVendorApps } from './connections/vendor-apps.ts'
import { createVendors } from './connections/vendors.ts'
import { createConsole } from './console/app.ts'
import type { Env } from './contract/call.ts'
import type { MoreCalls } from './contract/description/document.ts'
import { invitationPages } from './invitations/pages.ts'
import { createFleetCall } from './notices/fleet-call.ts'
import { createShowNow } from './notices/show-now.ts'
import type { PeopleOptions, PeopleServices } from './people-services.ts'
import { addStudio } from './studio/app.ts'
import { studioDescription } from './studio/description.ts'

export interface People {
  /** Adds the studio's calls below `/v1/studio`, behind the check of service tokens. */
  addCalls(app: Hono<Env>): void
  /** Describes those calls for `/openapi.json`. */
  moreCalls: MoreCalls
  /** Answers requests for pages of people. Returns `undefined` for any other request. */
  answer(request: Request): Response | Promise<Response> | undefined
  /** Stops the checks of connections. Leave the database open until this resolves. */
  close(): Promise<void>
}

/** Creates the parts, and starts the checks of connections. */
export function startPeople(options: PeopleOptions): People {
  const { env, now = Date.now } = options
  const tools: VendorTools = {
    fetch,
    guardedFetch: createGuardedFetch({ allowPrivate: env.ALLOW_PRIVATE_ENDPOINTS }),
    allowPrivate: env.ALLOW_PRIVATE_ENDPOINTS,
    apps: createVendorApps(options.database, options.envelope, now),
    now,
  }
  const {
    FLEET_URL: fleetUrl,
    ORCHESTRATOR_SERVICE_TOKEN: [token],
  } = env
  const call = fleetUrl && token ? createFleetCall({ fleetUrl, token }) : undefined
  const services: PeopleServices = {
    ...options,
    now,
    tools,
    vendors: createVendors(env, tools),
    showNow: createShowNow({ ...options, call }),
  }
  const [connect, invitations, console] = [
    connectPages(services),
    invitationPages(services),
    createConsole(services),
  ]
  const life = startTokenLife(services)
  return {
    addCalls: (app) => addStudio(app, services),
    moreCalls: studioDescription,
    answer(request) {
      const url = new URL(request.url)
      if (env.CONSOLE_HOST !== undefined && request.headers.get('host')?.toLowerCase() === env.CONSOLE_HOST)
        return console.fetch(request)
      if (url.pathname.startsWith('/connect/')) return connect.fetch(request)
      if (url.pathname.startsWith('/invitation/')) return invitations.fetch(request)
      return undefined
    },
    close: () => life.close(),
  }
}
