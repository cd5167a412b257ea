/** Claims of one tenant at the orchestrator (src/ports/claims.ts). An orchestrator may lack them. */
import { z } from 'zod'
import { isPublisherError, PublisherError } from '../../../base/errors.ts'
import { parseJson } from '../../../base/json.ts'
import type { Tenant } from '../../../contract/host.ts'
import type { Claims, HeldClaim } from '../../../ports/claims.ts'
import { type Answer, defaultRetryAfterMs } from './answers.ts'
import type { Call } from './exchange.ts'

const path = '/v1/claims'
/** Lifetime that a claim names. The ledger decides by its own records, so this only tells the orchestrator what is usual. */
const ttlSeconds = 600
/** Key of the claim by which {@link Claims.areOffered} tries the orchestrator. */
const probeKey = 'probe'

const claimSchema = z.object({
  key: z.string(),
  holder: z.string(),
  version: z.union([z.string().min(1).max(500), z.number()]),
  record: z.unknown().optional(),
})

/** Creates the claims of a tenant. `send` makes a call with retries, and throws {@link claimsUnavailable}. */
export function createClaims(tenant: Tenant, send: (call: Call) => Promise<Answer>): Claims {
  const ask = (call: Pick<Call, 'method' | 'path' | 'body'>) =>
    send({ ...call, headers: { 'x-tenant': tenant }, requestId: crypto.randomUUID() })

  async function create(key: string, record: unknown): ReturnType<Claims['create']> {
    const holder = crypto.randomUUID()
    const answer = await ask({
      method: 'POST',
      path,
      // A strict orchestrator takes an absent record, but not `null`.
      body: { key, holder, ttl_seconds: ttlSeconds, ...(record !== null && { record }) },
    })
    if (isMissing(answer)) throw notOffered()
    if (answer.status !== 201 && answer.status !== 409) throw unexpected(answer, 'a new claim')
    const claim = claimIn(answer, key)
    // An earlier try of this call may have created the claim, and its answer was lost.
    return { outcome: claim.holder === holder ? 'created' : 'taken', claim }
  }

  async function remove(key: string, version: HeldClaim['version']): Promise<void> {
    const answer = await ask({
      method: 'DELETE',
      path: `${addressOf(key)}?version=${encodeURIComponent(version)}`,
    })
    // 409: another caller has changed the claim, which then stays.
    const isDone = answer.status === 200 || answer.status === 204 || answer.status === 409
    if (!isDone && !isMissing(answer)) throw unexpected(answer, 'the end of a claim')
  }

  return {
    create,

    async read(key) {
      const answer = await ask({ method: 'GET', path: addressOf(key) })
      if (isMissing(answer)) return null
      if (answer.status !== 200) throw unexpected(answer, 'a claim')
      return claimIn(answer, key)
    },

    async replace(key, version, record) {
      const holder = crypto.randomUUID()
      const answer = await ask({ method: 'PUT', path: addressOf(key), body: { version, record, holder } })
      if (isMissing(answer)) return { outcome: 'changed', claim: null }
      if (answer.status !== 200 && answer.status !== 409) throw unexpected(answer, 'a changed claim')
      const claim = claimIn(answer, key)
      // An earlier try of this call may have replaced the record, and its answer was lost.
      const isReplaced = answer.status === 200 || claim.holder === holder
      return { outcome: isReplaced ? 'replaced' : 'changed', claim }
    },

    delete: remove,

    async areOffered() {
      try {
        const { outcome, claim } = await create(probeKey, null)
        // Another process may be trying right now, which proves the same.
        if (outcome === 'created') await remove(probeKey, claim.version)
        return true
      } catch (error) {
        if (isPublisherError(error, 'storage_not_atomic')) return false
        throw error
      }
    },
  }
}

/** Creates the error for an orchestrator that does not answer. */
export function claimsUnavailable(cause: unknown, retryAfterMs = defaultRetryAfterMs): PublisherError {
  return new PublisherError(
    'claims_unavailable',
    'The control plane, which keeps the claims of this gallery, is not answering. Nothing was sent. Try again shortly.',
    { cause, retryAfterMs },
  )
}

function addressOf(key: string): string {
  return `${path}/${encodeURIComponent(key)}`
}

/** Checks for the answer to a missing claim, which is also the answer of an orchestrator without claims. */
function isMissing({ status }: Answer): boolean {
  return status === 404 || status === 405
}

/** Reads the claim in an answer. Throws `claims_unavailable` for anything else. */
function claimIn(answer: Answer, key: string): HeldClaim {
  const { data } = claimSchema.safeParse(parseJson(answer.text))
  if (data?.key !== key) throw unexpected(answer, 'a claim')
  return { ...data, record: data.record ?? null }
}

function notOffered(): PublisherError {
  return new PublisherError(
    'storage_not_atomic',
    'This storage cannot guarantee that a photo is published only once, and the control plane offers no claims. Nothing was sent.',
  )
}

function unexpected({ status }: Answer, asked: string): PublisherError {
  return claimsUnavailable(new Error(`The orchestrator answered ${status} without ${asked}.`))
}
