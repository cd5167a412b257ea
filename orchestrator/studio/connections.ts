/** The calls about connected accounts and their folders. */
import type { Hono } from 'hono'
import { z } from 'zod'
import { beginConnection, disconnect, foldersOf, listConnections } from '../connections/connect.ts'
import { type ConnectionProvider, connectionProviders, VendorRefused } from '../connections/vendor.ts'
import { type Call, type Env, readBody, refuse } from '../contract/call.ts'
import type { PeopleServices } from '../people-services.ts'
import { Refused } from '../registry/sql/refusals.ts'
import { connectBody } from './bodies.ts'
import { addPath, type StudioCall, segment } from './call.ts'
import { readSettings } from './settings-store.ts'

const providerName = z.enum(connectionProviders)
const maxPathLength = 1000

/** Adds the calls to the app. */
export function addConnections(app: Hono<Env>, services: PeopleServices): void {
  addPath(app, services, '/connections', {
    GET: async ({ c, tenant }) => c.json({ connections: await listConnections(services, tenant) }, 200),
  })
  addPath(app, services, '/connections/:provider', {
    POST: (call) => refusedInWords(call.c, () => begin(call, services)),
    DELETE: (call) => refusedInWords(call.c, () => end(call, services)),
  })
  addPath(app, services, '/folders', {
    GET: (call) => refusedInWords(call.c, () => showFolders(call, services)),
  })
}

async function begin({ c, tenant, actor }: StudioCall, services: PeopleServices): Promise<Response> {
  const provider = providerOf(c, services)
  if (!provider) return refuse(c, 'unknown_provider')
  // Some clients send no body where there is nothing to say.
  const isEmpty = (await c.req.text()) === ''
  const body = isEmpty ? connectBody.parse({}) : await readBody(c, connectBody)
  if (!body) return refuse(c, 'invalid_request')
  const { return_to: returnTo, language, ...values } = body
  const begun = await beginConnection(services, { tenant, provider, actor, values, returnTo, language })
  services.registry.forget?.()
  return c.json(begun, 200)
}

async function end({ c, tenant, actor }: StudioCall, services: PeopleServices): Promise<Response> {
  const provider = providerName.safeParse(segment(c, 'provider')).data
  if (!provider) return refuse(c, 'unknown_provider')
  const ended = await disconnect(services, { tenant, provider, actor })
  services.registry.forget?.()
  return c.json(ended, 200)
}

async function showFolders({ c, tenant }: StudioCall, services: PeopleServices): Promise<Response> {
  const path = c.req.query('path') ?? ''
  if (path.length > maxPathLength) return refuse(c, 'invalid_request')
  // Folders of an operator's storage may belong to other tenants.
  const settings = await readSettings(services.database, tenant)
  if (!settings || settings.locked.includes('storage.paths.root'))
    throw new Refused('Connect your own storage first, then choose its folder.')
  return c.json({ folders: await foldersOf(services, { tenant, path }) }, 200)
}

function providerOf(c: Call, { vendors }: PeopleServices): ConnectionProvider | undefined {
  const { data } = providerName.safeParse(segment(c, 'provider'))
  return data && vendors.has(data) ? data : undefined
}

/** Answers a refusal of the vendor with its words, which hold no secret. */
async function refusedInWords(c: Call, act: () => Promise<Response>): Promise<Response> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof VendorRefused) {
      const { reason, code, message } = error
      return refuse(c, 'connection_refused', { detail: message, reason, ...(code && { vendor_code: code }) })
    }
    if (error instanceof Refused)
      return refuse(c, 'connection_refused', { detail: error.message, reason: 'invalid' })
    throw error
  }
}
