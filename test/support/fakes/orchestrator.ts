/** An orchestrator for request-level tests. A test can script its faults call by call. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface OrchestratorCall {
  method: string
  path: string
  /** Requested host, or the reference of the credentials. */
  subject: string
  tenant: string | undefined
  token: string
  requestId: string | undefined
  ifNoneMatch: string | undefined
  ifMatch: string | undefined
  /** Person for whom a call of the studio is made. */
  actor: string | undefined
  traceparent: string | undefined
  body: Readonly<Record<string, unknown>>
}

export interface ScriptedAnswer {
  status: number
  headers?: Record<string, string>
  /** A string is sent unchanged, any other value as JSON. */
  body?: unknown
}

/** Scripts one call: a custom answer, `reset` to drop the connection, or `undefined` for the usual answer. */
export type Script = (
  call: OrchestratorCall,
) => ScriptedAnswer | 'reset' | undefined | Promise<ScriptedAnswer | 'reset' | undefined>

export interface TenantAnswer {
  config: Record<string, unknown>
  config_version?: string
  ttl_seconds?: number
  schema_version?: number
  app_type?: string
  tenant?: string
}

export interface TestOrchestrator {
  url: string
  calls: OrchestratorCall[]
  tenants: Map<string, TenantAnswer>
  /** Credentials by `tenant/ref`. */
  credentials: Map<string, Record<string, unknown>>
  tokens: Set<string>
  /** Overrides the usual answers. May be replaced at any time. */
  script: Script
  /** Answers calls about claims. Default: `null`, so that claims are not offered. */
  claims: ((request: Request) => Response | Promise<Response>) | null
  runtimeCalls(host: string): OrchestratorCall[]
  close(): Promise<void>
}

const runtimePath = '/v1/runtime/by-host'

/** Starts an orchestrator on a free port of loopback. */
export async function startOrchestrator(): Promise<TestOrchestrator> {
  const orchestrator: TestOrchestrator = {
    url: '',
    calls: [],
    tenants: new Map(),
    credentials: new Map(),
    tokens: new Set(['service-token']),
    script: () => undefined,
    claims: null,
    runtimeCalls: (host) =>
      orchestrator.calls.filter(({ path, subject }) => path === runtimePath && subject === host),
    close: () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  const server = createServer(async (request, response) => {
    if (orchestrator.claims && request.url?.startsWith('/v1/claims')) {
      const answer = await orchestrator.claims(await webRequest(request))
      send(response, { status: answer.status, body: await answer.text() })
      return
    }
    const call = await callOf(request)
    orchestrator.calls.push(call)
    const scripted = await orchestrator.script(call)
    if (scripted === 'reset') request.socket.destroy()
    else send(response, scripted ?? usualAnswer(orchestrator, call))
  })
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
  orchestrator.url = `http://127.0.0.1:${port}`
  return orchestrator
}

async function webRequest(request: IncomingMessage): Promise<Request> {
  const { method = 'GET', url = '/' } = request
  const headers = new Headers()
  for (const name of ['authorization', 'x-tenant', 'content-type', 'if-match']) {
    const value = request.headers[name]
    if (typeof value === 'string') headers.set(name, value)
  }
  const body = await text(request)
  return new Request(new URL(url, 'http://orchestrator.test'), {
    method,
    headers,
    ...(body !== '' && { body }),
  })
}

async function callOf(request: IncomingMessage): Promise<OrchestratorCall> {
  const url = new URL(request.url ?? '/', 'http://orchestrator.test')
  const body: { host?: string; credentials_ref?: string; [field: string]: unknown } = JSON.parse(
    (await text(request)) || '{}',
  )
  return {
    method: request.method ?? '',
    path: url.pathname,
    subject: body.host ?? body.credentials_ref ?? url.searchParams.get('host') ?? '',
    tenant: request.headers['x-tenant']?.toString(),
    token: request.headers.authorization?.replace('Bearer ', '') ?? '',
    requestId: request.headers['x-request-id']?.toString(),
    ifNoneMatch: request.headers['if-none-match'],
    ifMatch: request.headers['if-match'],
    actor: request.headers['x-actor']?.toString(),
    traceparent: request.headers.traceparent?.toString(),
    body,
  }
}

function usualAnswer(
  { tokens, tenants, credentials }: TestOrchestrator,
  call: OrchestratorCall,
): ScriptedAnswer {
  if (!tokens.has(call.token)) return { status: 403, body: { error: 'forbidden' } }
  if (call.path === runtimePath) {
    const answer = tenants.get(call.subject)
    if (!answer) return { status: 404, body: { error: 'not_found' } }
    const version = answer.config_version ?? 'v1'
    if (call.ifNoneMatch === `"${version}"`) return { status: 304 }
    const [tenant] = call.subject.split('.')
    const defaults = {
      schema_version: 2,
      tenant,
      app_type: 'publisher_v2',
      config_version: version,
      ttl_seconds: 600,
    }
    return { status: 200, body: { ...defaults, ...answer } }
  }
  const found = credentials.get(`${call.tenant}/${call.subject}`)
  return found ? { status: 200, headers: { 'cache-control': 'no-store' }, body: found } : { status: 404 }
}

function send(response: ServerResponse, { status, headers = {}, body }: ScriptedAnswer): void {
  const payload = typeof body === 'string' ? body : body === undefined ? '' : JSON.stringify(body)
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(payload)
}
