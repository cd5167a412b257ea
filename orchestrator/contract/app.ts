/** Fetch handlers for the calls of the contract. */
import { Hono, type MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { access } from './access.ts'
import { type Audit, AuditUnavailable, createLineOf } from './audit.ts'
import { type Call, type Env, refuse } from './call.ts'
import { addClaims } from './claims.ts'
import { addCredentials } from './credentials.ts'
import { type ContractDocument, describeContract, type MoreCalls } from './description/document.ts'
import { type ControlPlane, PlaneUnavailable, SecretsUnavailable } from './ports.ts'
import { addRuntime } from './runtime.ts'
import { addUsage } from './usage.ts'

export interface OrchestratorOptions {
  plane: ControlPlane
  now?: () => number
  /** Calls per minute and token. 0 turns the limit off. Default 300,000. */
  callsPerMinute?: number | undefined
  /** Status for a host of another application. Default 404, the only refusal that V2 understands. */
  otherAppStatus?: 404 | 409 | undefined
  /** Adds calls beyond the contract, behind the check of service tokens. */
  addCalls?: ((app: Hono<Env>) => void) | undefined
  /** Describes those calls. */
  moreCalls?: MoreCalls | undefined
  /** Called for unexpected errors, which are answered with 500, and for {@link SecretsUnavailable}, which is answered with 503. */
  onError?(error: Error): void
}

/** Largest body, far above any call of the contract but those with a claim's record. */
const maxBodyBytes = 64 * 1024
/** Largest body with a claim's record. */
const maxClaimBytes = 100 * 1024
/** Methods whose body no handler reads. `Request` refuses TRACE. */
const bodiless: ReadonlySet<string> = new Set(['GET', 'HEAD', 'TRACE'])

/** Creates the handlers of an orchestrator. */
export function createOrchestrator(options: OrchestratorOptions): Hono<Env> {
  const { plane, now = Date.now, callsPerMinute = 300_000, otherAppStatus = 404, onError } = options
  const { registry, tokens, usage, claims } = plane
  const line = createLineOf(now)
  const audit: Audit = (c, entry) => plane.audit(line(c, entry))
  const app = new Hono<Env>()

  app.use(requestId)
  app.get('/health', (c) => c.json({ status: 'ok' }))
  app.all('/health', refuseAllButGet)
  addDescription(app, { hasClaims: claims !== null, otherAppStatus, more: options.moreCalls })
  app.use('/v1/*', noStore, access({ tokens, callsPerMinute, audit, now }))
  app.use('/v1/*', bodiesUpTo(maxBodyBytes, maxClaimBytes))
  addRuntime(app, registry, audit, otherAppStatus)
  addCredentials(app, registry, audit)
  addUsage(app, registry, usage, line)
  if (claims) addClaims(app, { registry, line, claims })
  options.addCalls?.(app)

  app.notFound((c) => refuse(c, 'not_found'))
  app.onError((error, c) => {
    if (error instanceof SecretsUnavailable) {
      onError?.(error)
      c.header('retry-after', '5')
      return refuse(c, 'secrets_unavailable')
    }
    const isPassing = error instanceof AuditUnavailable || error instanceof PlaneUnavailable
    if (!isPassing) {
      onError?.(error)
      return refuse(c, 'internal_error')
    }
    c.header('retry-after', '1')
    return refuse(c, error instanceof AuditUnavailable ? 'audit_unavailable' : 'database_unavailable')
  })
  return app
}

function refuseAllButGet(c: Call): Response {
  c.header('allow', 'GET')
  return refuse(c, 'method_not_allowed')
}

/** Adds `/openapi.json`, which needs no token because the document says nothing about tenants. */
function addDescription(app: Hono<Env>, offer: Parameters<typeof describeContract>[0]): void {
  let document: ContractDocument | undefined
  app.get('/openapi.json', (c) => {
    document ??= describeContract(offer)
    return c.json(document)
  })
  app.all('/openapi.json', refuseAllButGet)
}

/**
 * Limits the size of bodies. Only calls about claims may have bodies up to `maxClaim`. Trusts a declared length, because Node reads no
 * further. Reading the body here would cost as much as the rest of a call.
 */
function bodiesUpTo(max: number, maxClaim: number): MiddlewareHandler<Env> {
  const limit = (maxSize: number) => bodyLimit({ maxSize, onError: (c) => refuse(c, 'body_too_large') })
  const [usual, ofClaims] = [limit(max), limit(maxClaim)]
  return async (c, next) => {
    const { method, path } = c.req
    const isClaim = path.startsWith('/v1/claims')
    const length = c.req.header('content-length')
    if (length !== undefined && c.req.header('transfer-encoding') === undefined)
      return Number(length) > (isClaim ? maxClaim : max) ? refuse(c, 'body_too_large') : next()
    if (bodiless.has(method)) return next()
    c.req.raw = plain(c.req.raw)
    return isClaim ? ofClaims(c, next) : usual(c, next)
  }
}

/** Returns the request as the platform's own kind, because the limit copies requests whose length is unknown. */
function plain({ url, method, headers, body }: Request): Request {
  return new Request(url, { method, headers, body, ...(body && { duplex: 'half' }) })
}

/** Returns the caller's request id if valid, otherwise a new id. */
const requestId: MiddlewareHandler<Env> = async (c, next) => {
  const given = c.req.header('x-request-id') ?? ''
  c.set('requestId', /^[\w.:-]{1,128}$/.test(given) ? given : crypto.randomUUID())
  // A header that is set after the answer costs a second answer.
  c.header('x-request-id', c.get('requestId'))
  await next()
}

/** Keeps proxies between the two programs from storing answers. */
const noStore: MiddlewareHandler<Env> = async (c, next) => {
  c.header('cache-control', 'no-store')
  await next()
}
