/** Signs an account in (`com.atproto.server.createSession`) and renews a session (`com.atproto.server.refreshSession`). */
import { decodeJwt } from 'jose'
import { z } from 'zod'
import { RetryableError, type RetryPolicy, withRetry } from '../../../base/retry.ts'
import { Secret } from '../../../base/secret.ts'
import { withoutSlashAtEnd } from '../../../base/text-edges.ts'
import { accountFault, giveUp, loginFailure, retryable } from './errors.ts'
import { type Access, callXrpc, type XrpcAnswer, type XrpcCall, type XrpcServer } from './xrpc.ts'

/** Credentials that the orchestrator resolves for a Bluesky account: an app password, or a session of OAuth. */
export interface BlueskyAccount {
  readonly handle: string
  readonly app_password?: Secret | undefined
  /** The account's own server. Absent: the server that signs accounts in names it. */
  readonly service?: string | undefined
  readonly did?: string | undefined
  readonly access_token?: Secret | undefined
  /** Private key of the session, a JWK in JSON. */
  readonly dpop_key?: Secret | undefined
  /** Version of the credentials. */
  readonly version: string
}

export interface Session {
  readonly did: string
  readonly handle: string
  /** The account's own server, from its identity document. */
  readonly url: string
  readonly access: Access
}

/** Session of an app password, which this process renews. */
export interface PasswordSession extends Session {
  readonly refresh: Secret
  /** Time in milliseconds at which the access token should be renewed. */
  readonly usableUntil: number
}

export interface LoginTools {
  /** The server that signs accounts in. */
  service: XrpcServer
  retry: RetryPolicy
}

/** Characters of a JSON Web Token. Other characters could end a header. */
const token = z.string().regex(/^[\w.~+/=-]{1,8192}$/)

const sessionSchema = z.object({
  did: z.string().regex(/^did:[a-z]+:[\w.:%-]{1,2000}$/),
  handle: z.string().max(253).optional().catch(undefined),
  accessJwt: token,
  refreshJwt: token,
  active: z.boolean().optional().catch(undefined),
  status: z.string().max(100).optional().catch(undefined),
  didDoc: z.unknown().optional(),
})

const documentSchema = z.object({
  service: z.array(z.object({ id: z.string(), type: z.string(), serviceEndpoint: z.unknown().optional() })),
})

/** Longest time before the expiry at which a token is renewed, so that it does not expire during a post. */
const renewBeforeMs = 5 * 60_000

/**
 * Signs in with the app password. `onAttempt` runs before each attempt and may throw. Throws `credentials_rejected`,
 * `publish_refused` for an account that cannot post, `publish_unavailable` or `rate_limited`.
 */
export function signIn(
  tools: LoginTools,
  handle: string,
  password: Secret,
  onAttempt: () => void,
): Promise<PasswordSession> {
  const identifier = handle.trim().replace(/^@/, '')
  const input = { identifier, password: password.reveal() }
  return ask(tools, { method: 'com.atproto.server.createSession', input, secrets: [password] }, onAttempt)
}

/** Renews a session. Throws as {@link signIn} does; `credentials_rejected` if only a new login helps. */
export async function renew(tools: LoginTools, before: PasswordSession): Promise<PasswordSession> {
  const call = {
    method: 'com.atproto.server.refreshSession',
    access: { token: before.refresh },
    isProcedure: true,
  }
  const renewed = await ask(tools, call, () => undefined)
  return renewed.url === tools.service.url ? { ...renewed, url: before.url } : renewed
}

async function ask(
  { service, retry }: LoginTools,
  call: XrpcCall,
  onAttempt: () => void,
): Promise<PasswordSession> {
  try {
    return await withRetry(async (signal) => {
      onAttempt()
      const answer = await callXrpc(service, call, signal).catch((error: unknown) => {
        throw retryable(error)
      })
      return sessionOf(answer, service)
    }, retry)
  } catch (error) {
    throw giveUp(error)
  }
}

function sessionOf(answer: XrpcAnswer, service: XrpcServer): PasswordSession {
  if (answer.status !== 200) throw loginFailure(answer)
  const parsed = sessionSchema.safeParse(answer.body)
  if (!parsed.success) throw new RetryableError('Bluesky answered the login without a session.')
  const { did, handle, accessJwt, refreshJwt, active, status, didDoc } = parsed.data
  const fault = active === false ? accountFault(status ?? 'deactivated') : undefined
  if (fault) throw fault
  return {
    did,
    handle: handle ?? did,
    url: serverOf(didDoc) ?? service.url,
    access: { token: new Secret(accessJwt) },
    refresh: new Secret(refreshJwt),
    usableUntil: renewalOf(accessJwt, service.now()),
  }
}

/** Finds the account's own server (atproto.com, "DID", "DID documents"). */
function serverOf(document: unknown): string | undefined {
  const services = documentSchema.safeParse(document).data?.service ?? []
  const own = services.find(
    ({ id, type }) => id.endsWith('#atproto_pds') && type === 'AtprotoPersonalDataServer',
  )
  return typeof own?.serviceEndpoint === 'string' ? withoutSlashAtEnd(own.serviceEndpoint) : undefined
}

/** Returns the time at which to renew a token. A token of another form is in use until the server refuses it. */
function renewalOf(accessJwt: string, now: number): number {
  try {
    const expiry = (decodeJwt(accessJwt).exp ?? Number.POSITIVE_INFINITY) * 1000
    return expiry - Math.min(renewBeforeMs, (expiry - now) / 10)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
