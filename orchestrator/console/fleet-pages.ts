/** Routes of tokens, keys, webhooks, audit and operators. */
import { Hono } from 'hono'
import type { PageTools } from './page-tools.ts'

/** Creates the routes. */
export function fleetPages(_tools: PageTools): Hono {
  return new Hono()
}
