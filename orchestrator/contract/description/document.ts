/** `/openapi.json` of an orchestrator: the contract as an OpenAPI 3.1 document. */
import { z } from 'zod'
import { claimsCalls, credentialsCalls, type Paths, runtimeCalls, usageCalls } from './calls.ts'
import { type Operation, schemaOf } from './operation.ts'

const description = `The contract between the publisher and its control plane.

- **Tokens**: every call below \`/v1/\` needs a service token with the scope of the call. Unknown, expired and revoked tokens get 403.
- **Tenants**: \`X-Tenant\` carries the first label of a host of the tenant. Calls see nothing of other tenants.
- **Errors** are problem documents (RFC 9457). \`code\` is stable and meant for programs.`

const tags = {
  runtime: 'Configurations by host. Scope `runtime`',
  credentials: 'Credentials by reference. Scope `credentials`',
  usage: 'Usage events. Scope `usage`',
  claims: 'Records of which exactly one of many callers creates each. Scope `runtime`',
  service: 'The service itself',
}

const problemSchema = z.object({
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string(),
})

/** Calls beyond the contract. */
export interface MoreCalls {
  /** Words about each tag. */
  tags: Readonly<Record<string, string>>
  paths: Paths
}

export interface ContractOffer {
  /** True if the orchestrator keeps claims. */
  hasClaims: boolean
  /** Status for a host of another application. */
  otherAppStatus: 404 | 409
  more?: MoreCalls | undefined
}

export type ContractDocument = ReturnType<typeof describeContract>

/** Describes what an orchestrator offers. Holds no data of tenants. */
export function describeContract({ hasClaims, otherAppStatus, more }: ContractOffer) {
  const paths: Paths = {
    ...serviceCalls(),
    ...runtimeCalls(otherAppStatus),
    ...credentialsCalls(),
    ...usageCalls(),
    ...(hasClaims && claimsCalls()),
    ...more?.paths,
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Orchestrator',
      version: '1.0.0',
      description,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'The orchestrator that this document was read from' }],
    tags: Object.entries({ ...tags, ...more?.tags })
      .filter(([name]) => hasClaims || name !== 'claims')
      .map(([name, words]) => ({ name, description: words })),
    paths,
    components: {
      schemas: { Problem: schemaOf(problemSchema) },
      securitySchemes: {
        serviceToken: {
          type: 'http',
          scheme: 'bearer',
          description: 'Service token, made by `npm run orchestrator -- token create`',
        },
      },
      headers: {
        RequestId: {
          description: 'The caller’s `X-Request-Id` if valid, otherwise a new UUID',
          required: true,
          schema: { type: 'string', pattern: '^[A-Za-z0-9_.:-]{1,128}$' },
        },
        RetryAfter: {
          description: 'Seconds to wait before the next attempt',
          schema: { type: 'integer', minimum: 1 },
        },
        ETag: { description: 'Current version', schema: { type: 'string', pattern: '^".+"$' } },
      },
    },
  }
}

/** Describes the calls without a token. */
function serviceCalls(): Paths {
  const open = (operationId: string, summary: string, schema: z.ZodType): Operation => ({
    operationId,
    summary,
    tags: ['service'],
    security: [],
    responses: {
      200: {
        description: summary,
        headers: { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } },
        content: { 'application/json': { schema: schemaOf(schema) } },
      },
      431: { description: 'The headers are larger than 16 KiB' },
    },
  })
  return {
    '/health': {
      get: open('readHealth', 'Shows that the process answers', z.object({ status: z.literal('ok') })),
    },
    '/openapi.json': {
      get: open('readDescription', 'Returns this document', z.looseObject({ openapi: z.string() })),
    },
  }
}
