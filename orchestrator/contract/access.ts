/** Admits callers with a service token of the right scope, up to the rate limit of that token. */
import type { MiddlewareHandler } from 'hono'
import type { Audit } from './audit.ts'
import { type Env, refuse } from './call.ts'
import { createCallAllowance } from './call-allowance.ts'
import type { ServiceTokens } from './ports.ts'
import { scopeOf } from './scopes.ts'

export interface AccessOptions {
  tokens: ServiceTokens
  callsPerMinute: number
  audit: Audit
  now: () => number
}

/** Longest token that is looked up, in characters. */
const maxTokenLength = 500

/** Answers 403 without a known token or without the scope, and 429 with `Retry-After` beyond the rate limit of the token. */
export function access({ tokens, callsPerMinute, audit, now }: AccessOptions): MiddlewareHandler<Env> {
  const calls = createCallAllowance(callsPerMinute, now)

  return async (c, next) => {
    const given = /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
    const token = given.length <= maxTokenLength ? await tokens.find(given) : undefined
    if (!token) {
      await audit(c, { action: 'access', tenant: null, outcome: 'bad_token' })
      return refuse(c, 'bad_token')
    }
    c.set('token', token.name)
    const scope = scopeOf(c.req.path)
    if (scope && !token.scopes.has(scope)) {
      await audit(c, { action: 'access', tenant: null, outcome: 'missing_scope' })
      return refuse(c, 'missing_scope')
    }
    const waitMs = calls.take(token.name)
    if (waitMs === 0) return next()
    c.header('retry-after', String(Math.ceil(waitMs / 1000)))
    return refuse(c, 'too_many_requests')
  }
}
