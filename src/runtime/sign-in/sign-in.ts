/** Parts of the sign-in, wired for one process. */
import { z } from 'zod'
import { createSealer, type Sealer } from '../../base/sealing/sealed-token.ts'
import { emailSchema } from '../../contract/email.ts'
import { createOidcClient, type OidcClient, type ProviderSettings } from '../../openid/oidc-client.ts'
import type { KeyValueStore } from '../../ports/kv.ts'
import type { Settings } from '../settings/settings.ts'
import { describeError, type Logger } from '../telemetry/log.ts'
import { createEndings, type Endings } from './endings.ts'
import { type Claim, createClaim } from './one-time.ts'
import { createSessions, maxSessionSeconds, type Sessions } from './sessions.ts'

const returnAddress = { host: z.string(), port: z.string().nullable(), path: z.string() }

/** Message from a tenant's host to the callback host: the address to return to, and the id of this browser there. */
const loginSchema = z.object({
  ...returnAddress,
  browser: z.string().nullable(),
  /** True when the person must authenticate again; no session is reused. */
  isFresh: z.boolean().default(false),
})
/** Cookie of the callback host while the browser is at the identity provider. */
const transactionSchema = z.object({
  ...loginSchema.shape,
  secrets: z.object({ state: z.string(), nonce: z.string(), verifier: z.string() }),
})
/** Message from the callback host to a tenant's host that keeps its own session. */
const handOverSchema = z.object({
  id: z.string(),
  email: emailSchema,
  subject: z.string(),
  signedInAt: z.number().int(),
  provedAt: z.number().int(),
  path: z.string(),
  browser: z.string(),
})
const signOutSchema = z.object(returnAddress)
/** Cookie of the callback host until the sign-out. */
const sessionHintSchema = z.object({
  idToken: z.string().exactOptional(),
  providerSession: z.string().exactOptional(),
})

export type LoginRequest = z.output<typeof loginSchema>
export type Transaction = z.output<typeof transactionSchema>
export type HandOver = z.output<typeof handOverSchema>

export interface SignIn {
  provider: OidcClient
  sessions: Sessions
  endings: Endings
  logins: Sealer<LoginRequest>
  transactions: Sealer<Transaction>
  handOvers: Sealer<HandOver>
  /** Message from a tenant's host to the callback host. */
  signOuts: Sealer<z.output<typeof signOutSchema>>
  /** Cookie of the callback host while the browser is at the identity provider. */
  signedOuts: Sealer<z.output<typeof signOutSchema>>
  sessionHints: Sealer<z.output<typeof sessionHintSchema>>
  claim: Claim
}

export interface SignInOptions {
  settings: Settings
  kv: KeyValueStore
  log: Logger
  now: () => number
}

/** Creates the sign-in with one provider. */
export function createSignIn(provider: ProviderSettings, { settings, kv, log, now }: SignInOptions): SignIn {
  const sealer = <T extends Record<string, unknown>>(purpose: string, schema: z.ZodType<T>) =>
    createSealer({ secrets: settings.sessionSecrets, purpose, schema, now })
  const endings = createEndings({ kv, secrets: settings.sessionSecrets, log, now })
  return {
    provider: createOidcClient(provider, {
      maxAgeSeconds: maxSessionSeconds,
      onUnreachable: (error) =>
        log.warn('the identity provider cannot be discovered', { error: describeError(error) }),
      now,
    }),
    sessions: createSessions(settings, { isEnded: endings.isEnded, now }),
    endings,
    logins: sealer('login', loginSchema),
    transactions: sealer('transaction', transactionSchema),
    handOvers: sealer('hand-over', handOverSchema),
    signOuts: sealer('sign-out', signOutSchema),
    signedOuts: sealer('signed-out', signOutSchema),
    sessionHints: sealer('session-hint', sessionHintSchema),
    claim: createClaim({ kv, log }),
  }
}
