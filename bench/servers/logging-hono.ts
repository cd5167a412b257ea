/**
 * A bare Hono app as in bare-hono.ts, with Hono's own request id and a JSON access line per request, as a user would write them. Prints
 * its port.
 */
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { requestId } from 'hono/request-id'

const { BENCH_BODY = '{}', BENCH_HEADERS = '{}' } = process.env
const body: unknown = JSON.parse(BENCH_BODY)
/** Headers of every response, without the request id that the middleware sets. */
const headers = Object.entries<string>(JSON.parse(BENCH_HEADERS)).filter(([name]) => name !== 'x-request-id')

const app = new Hono()
app.use(requestId())
app.use(async (c, next) => {
  const startedAt = Date.now()
  await next()
  const line = {
    time: new Date().toISOString(),
    level: 'info',
    msg: 'request',
    request_id: c.get('requestId'),
    method: c.req.method,
    path: c.req.path,
    status: c.res.status,
    duration_ms: Date.now() - startedAt,
  }
  process.stderr.write(`${JSON.stringify(line)}\n`)
})
app.get('/api/config/features', (c) => {
  for (const [name, value] of headers) c.header(name, value)
  return c.json(body as object)
})
serve({ fetch: app.fetch, port: 0 }, ({ port }) => process.stdout.write(`${port}\n`))
