/** The console as JSON: `/api/...`, with the same guards as the pages, and `/openapi.json`. */
import { type Context, Hono } from 'hono'
import { z } from 'zod'
import { type JsonSchema, schemaOf } from '../contract/description/operation.ts'
import type { Act, ActContext } from './acts/act.ts'
import { acts } from './acts/all.ts'
import { type Refusal, refusalOf } from './refusals.ts'

export interface ApiOptions {
  /** Returns the operator's context, or `undefined` without a session. */
  contextOf(c: Context): Promise<ActContext | undefined>
}

const bodySchema = z.record(z.string(), z.unknown())

/** Creates the API. */
export function apiRoutes({ contextOf }: ApiOptions): Hono {
  const app = new Hono()
  for (const act of acts) {
    app.on(act.method.toUpperCase(), routeOf(act.path), async (c) => {
      const context = await contextOf(c)
      if (!context) return problem(c, 401, 'not_signed_in', 'Sign in to the console first.')
      const given = act.method === 'get' ? c.req.query() : await bodyOf(c)
      if (!given) return problem(c, 422, 'invalid_input', 'The body is not a JSON object.')
      try {
        const answer = await act.call(context, { ...given, ...c.req.param() })
        return c.body(JSON.stringify(answer), 200, { 'content-type': 'application/json' })
      } catch (error) {
        const refusal = refusalOf(error)
        if (!refusal) throw error
        return refused(c, refusal)
      }
    })
  }
  for (const [path, ofPath] of Map.groupBy(acts, (act) => act.path))
    app.all(routeOf(path), (c) => {
      c.header('allow', ofPath.map(({ method }) => method.toUpperCase()).join(', '))
      return problem(c, 405, 'method_not_allowed', 'This call has another method.')
    })
  app.all('/api/*', (c) => problem(c, 404, 'not_found', 'Not found.'))
  app.get('/openapi.json', (c) => c.json(describeConsole()))
  return app
}

function routeOf(path: string): string {
  return `/api${path.replaceAll(/\{(\w+)\}/g, ':$1')}`
}

/** Answers a call that failed: with its refusal, or with 500. */
export function failedCall(c: Context, refusal: Refusal | undefined): Response {
  return refusal ? refused(c, refusal) : problem(c, 500, 'failed', 'The call failed.')
}

function refused(c: Context, { status, code, words, current }: Refusal): Response {
  if (status === 503) c.header('retry-after', '1')
  return problem(c, status, code, words, current === undefined ? {} : { current })
}

function problem(
  c: Context,
  status: 401 | 405 | 500 | Refusal['status'],
  code: string,
  detail: string,
  more: object = {},
): Response {
  const body = { title: code.replaceAll('_', ' '), status, detail, code, ...more }
  return c.body(JSON.stringify(body), status, { 'content-type': 'application/problem+json' })
}

async function bodyOf(c: Context): Promise<Record<string, unknown> | undefined> {
  const text = await c.req.text()
  if (text === '') return {}
  if (!(c.req.header('content-type') ?? '').startsWith('application/json')) return undefined
  try {
    return bodySchema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}

/** Describes all acts as an OpenAPI 3.1 document. Holds no data of tenants. */
export function describeConsole() {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const act of acts) {
    const path = `/api${act.path}`
    paths[path] = { ...paths[path], [act.method]: operationOf(act) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Console',
      version: '1.0.0',
      description:
        'What operators do in the console. Calls need the session cookie of the console, and changes must come from a page of the console.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: {
        Problem: schemaOf(
          z.object({ title: z.string(), status: z.int(), detail: z.string(), code: z.string() }),
        ),
      },
      securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: '__Host-console' } },
    },
  }
}

const membersSchema = z.object({
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
})

function operationOf({ id, method, path, summary, input, output }: Act) {
  const { properties, required } = membersSchema.parse(schemaOf(input))
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const others = Object.entries(properties).filter(([name]) => !inPath.includes(name))
  const parameter = (name: string, place: string, schema: unknown) => ({
    name,
    in: place,
    required: place === 'path',
    schema,
  })
  const isRead = method === 'get'
  const parameters = [
    ...inPath.map((name) => parameter(name, 'path', properties[name] ?? { type: 'string' })),
    ...(isRead ? others.map(([name, schema]) => parameter(name, 'query', schema)) : []),
  ]
  const needed = required.filter((name) => !inPath.includes(name))
  const body: JsonSchema = { type: 'object', properties: Object.fromEntries(others), required: needed }
  return {
    operationId: id,
    summary,
    security: [{ session: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(!isRead &&
      others.length > 0 && {
        requestBody: { required: needed.length > 0, content: { 'application/json': { schema: body } } },
      }),
    responses: {
      200: {
        description: 'Done',
        content: { 'application/json': { schema: outputSchema(output) } },
      },
      ...problems,
    },
  }
}

function outputSchema(output: z.ZodType) {
  const { $schema: _dialect, ...described } = z.toJSONSchema(output, { io: 'output', unrepresentable: 'any' })
  return described
}

const problemContent = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } }
const problems = Object.fromEntries(
  [
    [401, 'Not signed in'],
    [404, 'Unknown gallery'],
    [409, 'Another change came first'],
    [422, 'Invalid or refused'],
    [503, 'The database does not answer'],
  ].map(([status, description]) => [status, { description, content: problemContent }]),
)
