import { describe, expect, it } from 'vitest'
import { describeApi } from '../../src/handlers/api-description.ts'
import { createApp, createCallbackApp } from '../../src/handlers/routes.ts'
import { tags } from '../../src/handlers/tags.ts'
import { undescribed } from '../support/contracts/described-answers.ts'
import { testProcess } from '../support/fixtures/test-process.ts'

interface Operation {
  operationId: string
  summary: string
  tags: string[]
  security: Record<string, string[]>[]
  'x-audience': string
  responses: Record<string, { headers?: Record<string, unknown>; content?: Record<string, unknown> }>
  parameters?: { name: string; in: string; required?: boolean; allowEmptyValue?: boolean }[]
  requestBody?: { required?: boolean; content: Record<string, unknown> }
}

interface Document {
  paths: Record<string, Record<string, Operation>>
  components: {
    securitySchemes: Record<string, Record<string, string>>
    schemas: Record<
      string,
      { type: unknown; properties: Record<string, { type: unknown; enum?: unknown[] }> }
    >
  }
}

const { services } = testProcess()

function documentOf(app: ReturnType<typeof createApp>): Document {
  return JSON.parse(JSON.stringify(describeApi(app, services.settings)))
}

const tenants = documentOf(createApp(services))
const callback = documentOf(createCallbackApp(services))
const operationsOf = ({ paths }: Document) =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, ...operation })),
  )
const operation = (id: string) => {
  const found = operationsOf(tenants).find(({ operationId }) => operationId === id)
  if (!found) throw new Error(`There is no ${id}.`)
  return found
}

describe('the description of the API', () => {
  it.each([
    ['tenants’ hosts', tenants],
    ['the callback host', callback],
  ])('gives every operation of %s a unique camelCase name, a summary and one tag', (_title, document) => {
    const operations = operationsOf(document)
    const ids = operations.map(({ operationId }) => operationId)
    expect(ids.filter((id) => !/^[a-z]+([A-Z][a-z]+)*$/.test(id))).toEqual([])
    expect(new Set(ids).size).toBe(ids.length)
    expect(operations.filter(({ summary }) => !/^\S.*[^.]$/.test(summary))).toEqual([])
    expect(
      operations.filter((found) => found.tags.length !== 1 || !Object.hasOwn(tags, found.tags[0] ?? '')),
    ).toEqual([])
  })

  it('keeps the names that clients rely on', () => {
    expect(operation('listImages').path).toBe('/api/images/list')
    expect(operation('uploadPhoto').path).toBe('/api/library/upload')
  })

  it('requires a session or a token exactly where the audience needs it', () => {
    const needs = {
      anyone: [],
      link: [],
      viewer: [{ session: [] }, {}],
      admin: [{ session: [] }],
      service: [{ serviceToken: [] }],
      operator: [{ metricsToken: [] }],
    }
    const wrong = operationsOf(tenants).filter((found) => {
      // Anyone may ask who is signed in.
      if (found.operationId === 'getAdminStatus') return false
      const expected = Object.entries(needs).find(([audience]) => audience === found['x-audience'])?.[1]
      return JSON.stringify(found.security) !== JSON.stringify(expected)
    })
    expect(wrong).toEqual([])
    expect(tenants.components.securitySchemes.session).toMatchObject({
      type: 'apiKey',
      in: 'cookie',
      name: '__Host-session',
    })
  })

  it('describes each error status as a problem document, and has no default response', () => {
    // Failed health checks have a body of their own.
    const operations = operationsOf(tenants).filter(({ path }) => !path.startsWith('/health'))
    for (const { operationId, responses } of operations) {
      const errors = Object.entries(responses).filter(([status]) => Number(status) >= 400 && status !== '431')
      expect([operationId, 'default' in responses]).toEqual([operationId, false])
      expect(errors.length).toBeGreaterThan(1)
      for (const [, { content }] of errors) expect(content).toHaveProperty('application/problem+json')
    }
  })

  it('describes the type of problem documents as an address on the same host', () => {
    expect(tenants.components.schemas.Problem?.properties.type).toMatchObject({
      type: 'string',
      format: 'uri-reference',
    })
  })

  it('derives the statuses of an admin’s change with a body from its audience and its input', () => {
    const { responses } = operation('publishPhoto')
    for (const status of [200, 400, 401, 403, 404, 408, 409, 413, 415, 429, 431, 500, 503]) {
      expect(responses).toHaveProperty(String(status))
    }
    expect(responses[200]?.content).toHaveProperty('text/event-stream')
    expect(responses[503]?.headers).toHaveProperty('Retry-After')
    expect(responses[200]?.headers).toHaveProperty('X-Request-Id')
  })

  it('describes uploads as a form, and marks optional bodies', () => {
    expect(operation('uploadPhoto').requestBody).toMatchObject({
      required: true,
      content: { 'multipart/form-data': { schema: { required: ['file'] } } },
    })
    expect(operation('publishPhoto').requestBody?.required).toBe(false)
    expect(operation('editPhoto').requestBody?.required).toBe(true)
  })

  it('allows null only in bodies that may be left out, and to remove a rating', () => {
    const { Publish, Restore, CaptionEdit } = tenants.components.schemas
    const typesOf = (schema: typeof CaptionEdit) =>
      Object.entries(schema?.properties ?? {}).map(([name, { type }]) => [name, type])
    expect(typesOf(Publish)).toEqual([
      ['platforms', ['array', 'null']],
      ['caption', ['string', 'null']],
      ['captions', ['object', 'null']],
      ['rating', ['string', 'null']],
      ['dry_run', ['boolean', 'null']],
      ['force', ['boolean', 'null']],
      ['sha256', ['string', 'null']],
      ['version', ['string', 'null']],
    ])
    expect(Publish?.properties.platforms).toMatchObject({ minItems: 1, items: { type: 'string' } })
    expect(typesOf(Restore)).toEqual([['from', ['string', 'null']]])
    expect(typesOf(CaptionEdit)).toEqual([
      ['caption', 'string'],
      ['captions', 'object'],
      ['alt_text', 'string'],
      ['rating', ['string', 'null']],
    ])
    expect([Publish?.type, Restore?.type, CaptionEdit?.type]).toEqual([
      ['object', 'null'],
      ['object', 'null'],
      'object',
    ])
  })

  it('marks the parameters that may be empty', () => {
    const byName = Object.fromEntries(
      (operation('listLibraryObjects').parameters ?? []).map((parameter) => [parameter.name, parameter]),
    )
    for (const name of ['sort', 'order', 'offset', 'limit']) {
      expect(byName[name]).toMatchObject({ in: 'query', required: false, allowEmptyValue: true })
    }
  })
})

describe('the check of answers against the description', () => {
  const asked = { host: 'alice.shibari.test', method: 'GET', target: '/api/images/a.jpg?folder=' }
  const problem = (code: string, status: number) =>
    new Response(JSON.stringify({ code }), {
      status,
      headers: { 'content-type': 'application/problem+json' },
    })

  it('accepts answers that are described', async () => {
    expect(await undescribed(asked, Response.json({}))).toBeNull()
    expect(await undescribed(asked, problem('photo_not_found', 404))).toBeNull()
  })

  it.each([
    ['a status', problem('sidecar_changed', 409)],
    ['a media type', new Response('x', { headers: { 'content-type': 'text/html; charset=utf-8' } })],
    ['a code', problem('link_expired', 403)],
  ])('finds %s that is not described', async (_title, response) => {
    expect(await undescribed(asked, response)).toContain('not documented')
  })
})
