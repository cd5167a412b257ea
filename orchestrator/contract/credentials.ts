/** `/v1/credentials/resolve`: resolves a reference to credentials, for the tenant that owns it. */
import type { Hono } from 'hono'
import { z } from 'zod'
import type { Audit } from './audit.ts'
import { type Env, readBody, refuse } from './call.ts'
import { sha256Hex } from './canonical.ts'
import { type Registry, SecretsUnavailable } from './ports.ts'
import { storableText } from './storable-text.ts'

export const resolvePath = '/v1/credentials/resolve'
export const resolveBody = z.object({ credentials_ref: storableText.max(500) })

/** Adds POST to the app. A reference of another tenant gets the same 404 as an unknown reference. */
export function addCredentials(app: Hono<Env>, registry: Registry, audit: Audit): void {
  app.post(resolvePath, async (c) => {
    const label = c.req.header('x-tenant')
    if (!label) return refuse(c, 'x_tenant_required')
    const body = await readBody(c, resolveBody)
    if (!body) return refuse(c, 'credentials_ref_required')

    const tenant = await registry.byLabel(label)
    const note = (outcome: string, credentials?: string) =>
      audit(c, {
        action: 'credentials.resolve',
        tenant: tenant ?? null,
        outcome,
        ...(credentials !== undefined && { credentials }),
      })
    const find = async (owner: string) => {
      try {
        return await registry.credentials(owner, body.credentials_ref)
      } catch (error) {
        if (!(error instanceof SecretsUnavailable)) throw error
        await note('unavailable')
        const digest = (await sha256Hex(owner)).slice(0, 12)
        throw new SecretsUnavailable(`${error.message} Digest of the tenant: ${digest}.`, { cause: error })
      }
    }
    const found = tenant === undefined ? undefined : await find(tenant)
    if (!found) {
      await note('not_found')
      return refuse(c, 'not_found')
    }
    if (found.insufficientBalance) {
      await note('insufficient_balance', found.fingerprint)
      return c.json({ error: 'insufficient_balance' }, 403)
    }
    await note('sent', found.fingerprint)
    return c.json(found.answer)
  })
  app.all(resolvePath, (c) => {
    c.header('allow', 'POST')
    return refuse(c, 'method_not_allowed')
  })
}
