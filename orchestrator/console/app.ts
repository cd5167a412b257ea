/** The operators' console, on a host of its own. */
import { Hono } from 'hono'
import type { PeopleServices } from '../people-services.ts'

export function createConsole(_services: PeopleServices): Hono {
  return new Hono()
}
