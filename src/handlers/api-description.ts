/** Parts of `/openapi.json` that do not belong to a single route. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { Settings } from '../runtime/settings/settings.ts'
import { sessionCookie } from './cookies.ts'
import type { AppEnv } from './exchange.ts'
import { schemes } from './route-description.ts'
import { tags } from './tags.ts'

const description = `The API of one photographer's gallery. The host selects the gallery: all paths are relative to it, for example to
\`alice.shibari.photo\`.

- **Errors** are problem documents (RFC 9457). \`code\` is stable and meant for programs; \`type\` links to its explanation.
- **Changes** (any method but GET and HEAD) are accepted from pages of the same host only: \`Sec-Fetch-Site: same-origin\`, or, without
  that header, an \`Origin\` equal to the host's own. Others get 403 \`cross_origin\`. Calls with a service token need neither header.
- **HEAD** works wherever GET does. Methods that a path does not list get 405 with \`Allow\`.
- **JSON bodies** may have at most 1,048,576 bytes.`

const problemSchema = z
  .object({
    type: z.string().openapi({
      format: 'uri-reference',
      description: 'Link to the explanation of `code`, relative to this host',
      example: '/errors#photo_not_found',
    }),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    code: z.string().openapi({ description: 'Stable, for programs', example: 'photo_not_found' }),
    request_id: z.string(),
    existing: z
      .object({ folder: z.string(), key: z.string() })
      .optional()
      .openapi({ description: 'With `already_here`: the photo that has these bytes' }),
  })
  .openapi('Problem')

/** License as an SPDX expression. A separate constant, because the library's types follow OpenAPI 3.0, which has no `identifier`. */
const license = { name: 'MIT', identifier: 'MIT' }

export type ApiDocument = ReturnType<OpenAPIHono<AppEnv>['getOpenAPI31Document']>

/** Returns the OpenAPI 3.1 document of an app. */
export function describeApi(app: OpenAPIHono<AppEnv>, settings: Settings): ApiDocument {
  registerComponents(app.openAPIRegistry, settings)
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Publisher',
      version: '2.0.0',
      description,
      license,
    },
    servers: [{ url: '/', description: 'The gallery that this document was read from' }],
    tags: Object.entries(tags).map(([name, text]) => ({ name, description: text })),
  })
}

function registerComponents(registry: OpenAPIHono<AppEnv>['openAPIRegistry'], settings: Settings): void {
  registry.register('Problem', problemSchema)
  registry.registerComponent('securitySchemes', schemes.session, {
    type: 'apiKey',
    in: 'cookie',
    name: sessionCookie(settings).name,
    description: 'Session of a signed-in person, set at the end of `/auth/login`',
  })
  registry.registerComponent('securitySchemes', schemes.service, {
    type: 'http',
    scheme: 'bearer',
    description: 'Service token of the control plane',
  })
  registry.registerComponent('securitySchemes', schemes.operator, {
    type: 'http',
    scheme: 'bearer',
    description: 'Metrics token of the operator',
  })
  registry.registerComponent('headers', 'RequestId', {
    description: 'The caller’s `X-Request-Id` if valid, otherwise a new UUID',
    required: true,
    schema: { type: 'string', pattern: '^[A-Za-z0-9._~+/=:@-]{1,128}$' },
  })
  registry.registerComponent('headers', 'RetryAfter', {
    description: 'Seconds to wait before the next attempt',
    schema: { type: 'integer', minimum: 1 },
  })
  registry.registerComponent('headers', 'RateLimit', {
    description:
      'Requests left, and seconds until the full allowance is back (draft-ietf-httpapi-ratelimit-headers)',
    schema: { type: 'string', examples: ['"viewer";r=2871;t=13'] },
  })
  registry.registerComponent('headers', 'RateLimitPolicy', {
    description: 'Requests that a client may make (`q`) in a window of seconds (`w`)',
    schema: { type: 'string', examples: ['"viewer";q=3000;w=300'] },
  })
  registry.registerComponent('headers', 'Challenge', {
    description: '`Bearer` if a token is missing',
    schema: { type: 'string' },
  })
}
