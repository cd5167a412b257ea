/** Routes of the page of a single gallery. */
import { Hono } from 'hono'
import type { PageTools } from './page-tools.ts'

/** Creates the routes. */
export function galleryPages(_tools: PageTools): Hono {
  return new Hono()
}
