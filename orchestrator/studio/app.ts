/** The photographer's calls, `/v1/studio/...`. The fleet makes them for a signed-in admin of a tenant. */
import type { Hono } from 'hono'
import type { Env } from '../contract/call.ts'
import type { PeopleServices } from '../people-services.ts'

export function addStudio(_app: Hono<Env>, _services: PeopleServices): void {
  return
}
