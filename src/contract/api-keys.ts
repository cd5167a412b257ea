/** API keys of programs that act for a tenant. The configuration carries their digests. */
import { z } from 'zod'
import { type Field, list } from './lenient.ts'

/** Scopes of API keys, from reading the library to publishing. */
export const apiKeyScopes = ['read', 'caption', 'curate', 'upload', 'publish'] as const
export type ApiKeyScope = (typeof apiKeyScopes)[number]

/** Upper bound on the API keys of a tenant. */
export const maxApiKeys = 20

const scope = z.enum(apiKeyScopes)

const apiKey = z.object({
  id: z.string().min(1).max(200),
  /** Hex of the SHA-256 of the whole key. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Scopes that this program does not know grant nothing. */
  scopes: z.array(z.string()).transform((names) => names.flatMap((name) => scope.safeParse(name).data ?? [])),
  /** ISO 8601. A key without an end has none. */
  expires_at: z.iso.datetime({ offset: true }).optional(),
})
export type ApiKey = z.output<typeof apiKey>

/** Reads the usable keys. An entry with an unusable member is left out, so the key opens nothing. */
export const apiKeysField: Field<ApiKey[]> = {
  ...list(apiKey, maxApiKeys),
  accepts: `a list of at most ${maxApiKeys} keys`,
}
