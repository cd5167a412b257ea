/**
 * Compares answers with the API's own description, which lists the statuses, media types and error codes of
 * each route.
 */
import { describeApi } from '../../../src/handlers/api-description.ts'
import { createApp, createCallbackApp } from '../../../src/handlers/routes.ts'
import { testProcess } from '../fixtures/test-process.ts'

interface DescribedResponse {
  content?: Record<string, { schema?: { allOf?: { properties?: { code?: { enum?: string[] } } }[] } }>
}

interface Operation {
  operationId: string
  responses: Record<string, DescribedResponse>
}

/** Operations by path, then by method. */
type Paths = Record<string, Record<string, Operation>>

interface Descriptions {
  tenants: Paths
  callback: Paths
}

/** Returns the descriptions of a process on which every feature is enabled. */
function describeBoth(): Descriptions {
  const { services } = testProcess()
  const pathsOf = (app: ReturnType<typeof createApp>): Paths =>
    JSON.parse(JSON.stringify(describeApi(app, services.settings))).paths
  return { tenants: pathsOf(createApp(services)), callback: pathsOf(createCallbackApp(services)) }
}

let descriptions: Descriptions | undefined

/** Finds the operation of a request; `undefined` for an undocumented path or method. */
function operationOf({ host, method, target }: AskedFor): Operation | undefined {
  descriptions ??= describeBoth()
  // `app.` is the default name of the callback host (docs/configuration.md).
  const paths = host.startsWith('app.') ? descriptions.callback : descriptions.tenants
  const path = pathOf(target)
  const found = paths[path] ?? Object.entries(paths).find(([pattern]) => matches(pattern, path))?.[1]
  return found?.[method === 'HEAD' ? 'get' : method.toLowerCase()]
}

/** Returns the path as a server sees it: the URL parser resolves dot segments before any router runs. */
function pathOf(target: string): string {
  return URL.parse(`http://any.invalid${target}`)?.pathname ?? ''
}

/** Compares a path with a pattern. A parameter matches one segment, as in the router. */
function matches(pattern: string, path: string): boolean {
  const [expected, given] = [pattern.split('/'), path.split('/')]
  return (
    expected.length === given.length &&
    expected.every(
      (segment, index) => segment === given[index] || (segment.startsWith('{') && given[index] !== ''),
    )
  )
}

export interface AskedFor {
  host: string
  method: string
  /** Path and query. */
  target: string
}

/**
 * Describes the part of an answer that the API description lacks; `null` if nothing is missing or the address
 * is not described.
 */
export async function undescribed(asked: AskedFor, response: Response): Promise<string | null> {
  const { method } = asked
  const operation = operationOf(asked)
  if (!operation) return null
  const { status } = response
  const answer = `${operation.operationId} answered ${status}`
  const described = operation.responses[status]
  if (!described) return `${answer}, which is not documented: ${await response.clone().text()}`
  const type = response.headers.get('content-type')?.split(';', 1)[0]
  const hasBody = method !== 'HEAD' && status !== 204 && status !== 304
  if (!hasBody || type === undefined) return null
  const content = described.content?.[type]
  if (!content) return `${answer} with ${type}, which is not documented`
  if (type !== 'application/problem+json') return null
  const { code }: { code: string } = await response.clone().json()
  const codes = content.schema?.allOf?.flatMap(({ properties }) => properties?.code?.enum ?? [])
  return codes?.includes(code) ? null : `${answer} with the code ${code}, which is not documented`
}
