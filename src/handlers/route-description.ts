/** Parts of the API description that follow from a route's audience, so that routes need not repeat them. */
import type { RouteConfig, z } from '@hono/zod-openapi'
import type { ErrorCode } from '../base/error-codes.ts'
import type { Audience } from './expected-errors.ts'
import { isForPeople, statusOf } from './problem.ts'
import { isTenantFree } from './tenant-free.ts'

type AnyResponse = Exclude<RouteConfig['responses'][string], { $ref: string }>

/** Response of a route. Its headers have OpenAPI's form, not zod's. */
export interface DescribedResponse {
  description: string
  headers?: Exclude<NonNullable<AnyResponse['headers']>, z.ZodObject>
  content?: NonNullable<AnyResponse['content']>
}

/** Responses of a route by status. */
export interface Responses {
  [status: string]: DescribedResponse
}

/** Names of the security schemes that api-description.ts defines. */
export const schemes = { session: 'session', service: 'serviceToken', operator: 'metricsToken' } as const

/** Security requirements of each audience (OpenAPI 3.1, "Security Requirement Object"). `{}` makes the scheme optional. */
export const securityOf: Readonly<Record<Audience, Record<string, string[]>[]>> = {
  anyone: [],
  link: [],
  viewer: [{ [schemes.session]: [] }, {}],
  admin: [{ [schemes.session]: [] }],
  service: [{ [schemes.service]: [] }],
  operator: [{ [schemes.operator]: [] }],
}

const ref = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` })

/** Headers of every response. */
const headersOfAll = {
  'X-Request-Id': ref('headers', 'RequestId'),
  'X-Correlation-ID': ref('headers', 'RequestId'),
}

/** Headers of responses to viewers. Absent if the caller is not counted. */
const headersOfLimit = {
  RateLimit: ref('headers', 'RateLimit'),
  'RateLimit-Policy': ref('headers', 'RateLimitPolicy'),
}

/** Headers by status. Each may be absent. */
const headersByStatus: Readonly<Record<number, Record<string, { $ref: string }>>> = {
  401: { 'WWW-Authenticate': ref('headers', 'Challenge') },
  429: { 'Retry-After': ref('headers', 'RetryAfter') },
  503: { 'Retry-After': ref('headers', 'RetryAfter') },
}

export interface DescribedRoute {
  audience: Audience
  method: string
  path: string
  forceHttps: boolean
  /** Responses that the route itself describes. */
  responses: Responses
  /** Every error that the route may answer with. */
  errors: readonly ErrorCode[]
}

/** Returns the responses of a route: its own, problem documents by status, and the redirect to HTTPS. */
export function responsesOf(route: DescribedRoute): Responses {
  const { audience, method, path, responses, errors } = route
  const mayBePage = isForPeople(path) && method === 'get'
  const isLimited = audience === 'viewer' || audience === 'link'
  const problems = [...new Set(errors.map(statusOf))].map((status) => {
    const codes = errors.filter((code) => statusOf(code) === status)
    return [status, merged(responses[status], problem(codes, mayBePage))] as const
  })
  const described = { ...redirectToHttps(route), ...responses, ...Object.fromEntries(problems) }
  const withHeaders = Object.entries(described).map(([status, response]) => [
    status,
    {
      ...response,
      headers: {
        ...headersOfAll,
        ...(isLimited && headersOfLimit),
        ...headersByStatus[Number(status)],
        ...response.headers,
      },
    },
  ])
  return Object.fromEntries(withHeaders)
}

function redirectToHttps({ method, path, audience, forceHttps }: DescribedRoute): Responses {
  const hasTenant = !isTenantFree(path) && audience !== 'operator'
  if (!forceHttps || method !== 'get' || !hasTenant) return {}
  return { 308: { description: 'Redirect to HTTPS, if the request came over HTTP' } }
}

/** Describes a problem document with one of these codes, or an error page on paths that browsers navigate to. */
function problem(codes: readonly ErrorCode[], mayBePage: boolean): DescribedResponse {
  const named = { type: 'object' as const, properties: { code: { enum: [...codes] } } }
  const schema = { allOf: [ref('schemas', 'Problem'), named] }
  return {
    description: `Problem document: ${codes.map((code) => `\`${code}\``).join(', ')}`,
    content: {
      'application/problem+json': { schema },
      ...(mayBePage && { 'text/html': { schema: { type: 'string' } } }),
    },
  }
}

/** Merges a route's own response with the problem documents of the same status. */
function merged(own: DescribedResponse | undefined, added: DescribedResponse): DescribedResponse {
  if (!own) return added
  return {
    ...own,
    description: `${own.description}. ${added.description}`,
    content: { ...own.content, ...added.content },
  }
}
