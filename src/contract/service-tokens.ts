/** Several service tokens of which one is in use: rotation without a restart. */
import type { Secret } from '../base/secret.ts'

export interface TokenRing {
  /** The one that worked last, at first the first. */
  current(): Secret
  /** The remaining ones, each once, in order. */
  others(): Secret[]
  prefer(token: Secret): void
  /** Whether `candidate` is one of them; takes the same time wherever they differ. */
  accepts(candidate: string): boolean
}

/** Makes the ring. Throws a `RangeError` for an empty list. */
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

/** Compares without telling by its time where two strings differ. Their lengths may show. */
export function equalInConstantTime(left: string, right: string): boolean {
  const a = new TextEncoder().encode(left)
  const b = new TextEncoder().encode(right)
  let difference = a.length ^ b.length
  for (let index = 0; index < b.length; index++) difference |= (a[index % a.length] ?? 0) ^ (b[index] ?? 0)
  return difference === 0
}
