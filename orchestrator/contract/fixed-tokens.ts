/** Service tokens from the environment. They have all scopes and never expire. */
import { equalInConstantTime } from '../../src/contract/constant-time.ts'
import { tokenName } from './audit.ts'
import type { ServiceTokens } from './ports.ts'
import { scopes } from './scopes.ts'

/** Creates the tokens, usually a primary and a secondary. */
export function fixedTokens(tokens: readonly string[]): ServiceTokens {
  const known = tokens.map(async (token) => ({ name: await tokenName(token), scopes: new Set(scopes) }))
  return {
    find: async (given) => known[tokens.findIndex((token) => equalInConstantTime(token, given))],
  }
}

/** Searches several sources of tokens, in order. */
export function firstOf(...sources: readonly ServiceTokens[]): ServiceTokens {
  return {
    async find(given) {
      for (const source of sources) {
        const found = await source.find(given)
        if (found) return found
      }
      return undefined
    },
  }
}
