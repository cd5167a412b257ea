/** Pages of an invitation: `/invitation/{secret}`. */
import { Hono } from 'hono'
import type { PeopleServices } from '../people-services.ts'

export function invitationPages(_services: PeopleServices): Hono {
  return new Hono()
}
