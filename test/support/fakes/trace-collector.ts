/** A trace collector on loopback that speaks OTLP/HTTP with JSON. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { z } from 'zod'

const attributeSchema = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) })
const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  attributes: z.array(attributeSchema),
  status: z.object({ code: z.number().optional() }),
})
const bodySchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attributeSchema) }),
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
})

export type CollectedSpan = z.output<typeof spanSchema>

export interface TraceCollector extends AsyncDisposable {
  url: string
  /** Request bodies as they arrived. */
  received: string[]
  spans(): CollectedSpan[]
  /** `service.name` of each received resource. */
  services(): unknown[]
}

/** Starts a collector on a free port. `await using` ends it. */
export async function startTraceCollector(): Promise<TraceCollector> {
  const received: string[] = []
  const server = createServer(async (request, response) => {
    received.push(await text(request))
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  const port = await new Promise<number>((resolve) => {
    // A listening TCP server has this kind of address.
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
  const resources = () => received.flatMap((body) => bodySchema.parse(JSON.parse(body)).resourceSpans)
  return {
    url: `http://127.0.0.1:${port}`,
    received,
    spans: () => resources().flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    services: () =>
      resources().map(
        ({ resource }) => resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue,
      ),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Returns the tree below a span as nested names, with children sorted by name. */
export function treeOf(spans: readonly CollectedSpan[], root: CollectedSpan): unknown[] {
  const children = spans.filter(({ parentSpanId }) => parentSpanId === root.spanId)
  const below = children.map((child) => treeOf(spans, child))
  return [root.name, ...below.sort((a, b) => (String(a[0]) < String(b[0]) ? -1 : 1))]
}

export function attributesOf({ attributes }: CollectedSpan): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]))
}
