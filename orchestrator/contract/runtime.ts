/** `/v1/runtime/by-host`: the configuration of a host. */
import type { Hono } from 'hono'
import { z } from 'zod'
import { appType } from '../../src/contract/runtime-answer.ts'
import type { Audit } from './audit.ts'
import { type Call, type Env, readBody, refuse } from './call.ts'
import type { Registry } from './ports.ts'

export const byHostPath = '/v1/runtime/by-host'
export const byHostBody = z.object({ host: z.string().min(1) })
/** Longest host in characters: a name of 253 (RFC 1035, section 2.3.4), its final dot and a port. */
const maxHostLength = 260
/** Longest `If-None-Match` in characters, above what any publisher sends. */
const maxTagsLength = 1000

/** Adds POST and GET to the app. */
export function addRuntime(
  app: Hono<Env>,
  registry: Registry,
  audit: Audit,
  otherAppStatus: 404 | 409,
): void {
  async function answer(c: Call, rawHost: string): Promise<Response> {
    const host = normalised(rawHost)
    const binding = host === undefined ? undefined : await registry.byHost(host)
    const note = (outcome: string) =>
      audit(c, { action: 'runtime.read', tenant: binding?.tenant ?? null, outcome })
    if (!binding || binding.suspended) {
      await note(binding ? 'suspended' : 'not_found')
      return refuse(c, 'not_found')
    }
    if (binding.appType !== appType) {
      await note('other_app_type')
      return refuse(c, otherAppStatus === 409 ? 'other_app_type' : 'not_found')
    }
    const etag = `"${binding.configVersion}"`
    c.header('etag', etag)
    const unchanged = holds(c.req.header('if-none-match'), etag)
    await note(unchanged ? 'unchanged' : 'sent')
    return unchanged ? c.body(null, 304) : c.body(binding.answer, 200, { 'content-type': 'application/json' })
  }

  app.post(byHostPath, async (c) => {
    const body = await readBody(c, byHostBody)
    return body ? answer(c, body.host) : refuse(c, 'host_required')
  })
  app.get(byHostPath, (c) => {
    const [host, ...more] = c.req.queries('host') ?? []
    return host && more.length === 0 ? answer(c, host) : refuse(c, 'host_required')
  })
  app.all(byHostPath, (c) => {
    c.header('allow', 'GET, POST')
    return refuse(c, 'method_not_allowed')
  })
}

/**
 * Returns the host in lower case, without port and trailing dot. Checks for ASCII first, because lower-casing turns some other letters (the
 * Kelvin sign) into ASCII.
 */
function normalised(raw: string): string | undefined {
  if (raw.length > maxHostLength) return undefined
  const name = /^([A-Za-z0-9.-]+?)\.?(:\d{1,5})?$/.exec(raw)?.[1]
  return name?.toLowerCase()
}

/** Checks if `If-None-Match` names the tag, by weak comparison (RFC 9110, section 13.1.2). */
function holds(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined || ifNoneMatch.length > maxTagsLength) return false
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes(etag) || ifNoneMatch.trim() === '*'
}
