/** Who may call at all, and how often. */
import type { MiddlewareHandler } from 'hono'
import { equalInConstantTime } from '../../src/contract/service-tokens.ts'
import { createRateLimiter } from '../../src/runtime/limits/rate-limit.ts'
import { type Audit, tokenName } from './audit.ts'
import { type Env, refuse } from './call.ts'

export interface AccessOptions {
  /** Primary and secondary service token; any of them is accepted. */
  tokens: readonly string[]
  callsPerMinute: number
  audit: Audit
  now: () => number
}

/** 403 without one of the tokens, 429 with `Retry-After` beyond the allowance of that token. */
export function access({ tokens, callsPerMinute, audit, now }: AccessOptions): MiddlewareHandler<Env> {
  const calls = createRateLimiter({ windowSeconds: 60, now, maxKeys: tokens.length, limit: callsPerMinute })
  const names = tokens.map(tokenName)

  return async (c, next) => {
    const given = /^Bearer (\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? ''
    const index = tokens.findIndex((token) => equalInConstantTime(token, given))
    if (index < 0) {
      await audit(c, { action: 'access', tenant: null, outcome: 'bad_token' })
      return refuse(c, 'bad_token')
    }
    const name = await names[index]
    if (name) c.set('token', name)
    const taken = calls.take(String(index))
    if (taken.allowed) return next()
    c.header('retry-after', String(Math.ceil(taken.retryAfterMs / 1000)))
    return refuse(c, 'too_many_requests')
  }
}
