/** Admits callers with a service token, up to the rate limit of that token. */
import type { MiddlewareHandler } from 'hono'
import { equalInConstantTime } from '../../src/contract/constant-time.ts'
import { type Audit, tokenName } from './audit.ts'
import { type Env, refuse } from './call.ts'
import { createCallAllowance } from './call-allowance.ts'

export interface AccessOptions {
  /** Accepted service tokens, usually a primary and a secondary. */
  tokens: readonly string[]
  callsPerMinute: number
  audit: Audit
  now: () => number
}

/** Answers 403 without a known token, and 429 with `Retry-After` beyond the rate limit of that token. */
export function access({ tokens, callsPerMinute, audit, now }: AccessOptions): MiddlewareHandler<Env> {
  const calls = createCallAllowance(callsPerMinute, now)
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
    const waitMs = calls.take(index)
    if (waitMs === 0) return next()
    c.header('retry-after', String(Math.ceil(waitMs / 1000)))
    return refuse(c, 'too_many_requests')
  }
}
