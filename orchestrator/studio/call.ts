/** Calls of the studio: each is about one tenant, and made for a person. */
import type { Context, Hono } from 'hono'
import { parseEmail } from '../../src/contract/email.ts'
import type { Actor } from '../audit/actor.ts'
import { type Call, type Env, refuse } from '../contract/call.ts'
import { storableText } from '../contract/storable-text.ts'
import type { PeopleServices } from '../people-services.ts'

export const studioPath = '/v1/studio'

/** Tenant and person of a call. */
export interface StudioCall {
  c: Call
  tenant: string
  actor: Actor
}

export type Answer = (call: StudioCall) => Response | Promise<Response>

/** Methods with their answers. */
export type Methods = Readonly<Partial<Record<'GET' | 'POST' | 'PATCH' | 'DELETE', Answer>>>

/** Adds the methods of a path below `/v1/studio`. Other methods get 405. */
export function addPath(app: Hono<Env>, services: PeopleServices, path: string, methods: Methods): void {
  const address = `${studioPath}${path}`
  for (const [method, answer] of Object.entries(methods))
    app.on(method, address, (c) => forPerson(c, services, answer))
  app.all(address, (c) => {
    c.header('allow', Object.keys(methods).join(', '))
    return refuse(c, 'method_not_allowed')
  })
}

/** Answers for the tenant of `X-Tenant` and the person of `X-Actor`. An unknown tenant gets 404. */
async function forPerson(c: Call, { registry }: PeopleServices, answer: Answer): Promise<Response> {
  const label = storableText.max(253).safeParse(c.req.header('x-tenant')).data
  if (label === undefined) return refuse(c, 'x_tenant_required')
  const name = parseEmail(c.req.header('x-actor') ?? '')
  if (name === null) return refuse(c, 'x_actor_required')
  const tenant = await registry.byLabel(label)
  if (tenant === undefined) return refuse(c, 'not_found')
  return answer({ c, tenant, actor: { name, requestId: c.get('requestId') } })
}

/** Returns a segment of the address, decoded. */
export function segment(c: Context, name: string): string {
  return c.req.param(name) ?? ''
}
