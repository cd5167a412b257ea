/** Operations of the OpenAPI document (https://spec.openapis.org/oas/v3.1.1.html), built from the schemas of the handlers. */
import { z } from 'zod'
import { type RefusalCode, refusals } from '../call.ts'

export type JsonSchema = Omit<z.core.JSONSchema.BaseSchema, '$schema'>

interface Ref {
  $ref: string
}

export interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  description: string
  schema: JsonSchema
  example?: string
}

export interface Answer {
  description: string
  headers?: Readonly<Record<string, Ref>>
  content?: Readonly<Record<string, { schema: JsonSchema | Ref | { allOf: unknown[] } }>>
}

export interface Operation {
  operationId: string
  summary: string
  tags: readonly string[]
  security: readonly Readonly<Record<string, readonly string[]>>[]
  parameters?: readonly Parameter[]
  requestBody?: unknown
  responses: Readonly<Record<string, Answer>>
}

export interface CallDescription {
  id: string
  summary: string
  tag: string
  parameters?: readonly Parameter[]
  body?: { schema: z.ZodType; example: unknown }
  answers: Readonly<Record<string, Answer>>
  refusals: readonly RefusalCode[]
}

/** Refusals of every call with a token. */
const refusalsOfAll = ['bad_token', 'missing_scope', 'too_many_requests', 'internal_error'] as const

const headersByStatus: Readonly<Record<string, Readonly<Record<string, Ref>>>> = {
  '429': { 'Retry-After': ref('headers', 'RetryAfter') },
  '503': { 'Retry-After': ref('headers', 'RetryAfter') },
}

/** Describes a call of the contract, which needs a service token. */
export function operation({
  id,
  summary,
  tag,
  parameters,
  body,
  answers,
  ...call
}: CallDescription): Operation {
  const codes = [...refusalsOfAll, ...call.refusals, ...(body ? (['body_too_large'] as const) : [])]
  return {
    operationId: id,
    summary,
    tags: [tag],
    security: [{ serviceToken: [] }],
    ...(parameters && { parameters }),
    ...(body && {
      requestBody: {
        required: true,
        content: { 'application/json': { schema: schemaOf(body.schema), example: body.example } },
      },
    }),
    responses: answersOf(answers, codes),
  }
}

/** Returns a schema of what a caller sends. */
export function schemaOf(schema: z.ZodType): JsonSchema {
  const { $schema: _dialect, ...described } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return described
}

/** Describes an answer in JSON. */
export function json(description: string, schema: z.ZodType, headers: Answer['headers'] = {}): Answer {
  return { description, headers, content: { 'application/json': { schema: schemaOf(schema) } } }
}

export function ref(kind: string, name: string): Ref {
  return { $ref: `#/components/${kind}/${name}` }
}

/** Adds the refusals by status, and the headers of all answers. An own answer of the same status keeps its content. */
function answersOf(
  own: Readonly<Record<string, Answer>>,
  codes: readonly RefusalCode[],
): Record<string, Answer> {
  const statuses = new Set([...Object.keys(own), ...codes.map((code) => String(refusals[code][0]))])
  const described = [...statuses].toSorted().map((status) => {
    const ofStatus = codes.filter((code) => String(refusals[code][0]) === status)
    const refused = ofStatus.length > 0 ? problem(ofStatus) : undefined
    const answer = own[status]
    const description = [answer?.description, refused?.description].filter((text) => text !== undefined)
    const content = { ...answer?.content, ...refused?.content }
    const headers = {
      'X-Request-Id': ref('headers', 'RequestId'),
      ...headersByStatus[status],
      ...answer?.headers,
    }
    const hasContent = Object.keys(content).length > 0
    return [status, { description: description.join('. '), headers, ...(hasContent && { content }) }] as const
  })
  return Object.fromEntries(described)
}

function problem(codes: readonly RefusalCode[]): Answer {
  const named = { type: 'object', properties: { code: { enum: [...codes] } } }
  return {
    description: `Problem document: ${codes.map((code) => `\`${code}\``).join(', ')}`,
    content: { 'application/problem+json': { schema: { allOf: [ref('schemas', 'Problem'), named] } } },
  }
}
