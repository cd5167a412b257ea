/** Pages of the way through a vendor: `/connect/{provider}/start` and `/connect/{provider}/callback`. */
import { Hono } from 'hono'
import type { PeopleServices } from '../people-services.ts'

export function connectPages(_services: PeopleServices): Hono {
  return new Hono()
}
