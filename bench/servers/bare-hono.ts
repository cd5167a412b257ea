/** A bare Hono app on the same adapter with the same body, plus the headers in BENCH_HEADERS. Prints its port. */
import { serve } from '@hono/node-server'
import { Hono } from 'hono'

const { BENCH_BODY = '{}', BENCH_HEADERS = '{}' } = process.env
const body: unknown = JSON.parse(BENCH_BODY)
const headers: [string, string][] = Object.entries(JSON.parse(BENCH_HEADERS))

const app = new Hono()
app.get('/api/config/features', (c) => {
  for (const [name, value] of headers) c.header(name, value)
  return c.json(body as object)
})
serve({ fetch: app.fetch, port: 0 }, ({ port }) => process.stdout.write(`${port}\n`))
