/** Ring of service tokens that prefers the token that worked last, so tokens can be rotated without a restart. */
import type { Secret } from '../../../base/secret.ts'
import { equalInConstantTime } from '../../../contract/constant-time.ts'

export interface TokenRing {
  /** Returns the token that worked last; initially the first. */
  current(): Secret
  /** Returns the remaining tokens, each once, in order. */
  others(): Secret[]
  prefer(token: Secret): void
  /** Checks if `candidate` is one of the tokens, in constant time. */
  accepts(candidate: string): boolean
}

/** Creates the ring. Throws a `RangeError` for an empty list. */
export function createTokenRing(tokens: readonly Secret[]): TokenRing {
  const [first] = tokens
  if (!first) throw new RangeError('At least one service token is needed.')
  let preferred = first
  return {
    current: () => preferred,
    others: () => {
      const start = tokens.indexOf(preferred)
      return [...tokens.slice(start + 1), ...tokens.slice(0, start)]
    },
    prefer: (token) => {
      preferred = token
    },
    accepts: (candidate) =>
      tokens.reduce((found, token) => equalInConstantTime(token.reveal(), candidate) || found, false),
  }
}
