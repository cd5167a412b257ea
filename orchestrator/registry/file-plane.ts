/** Control plane of file mode: two read-only files, tokens from the environment, and an audit log in a file. */
import { LRUCache } from 'lru-cache'
import type { AuditLine } from '../contract/audit.ts'
import type { ClaimStore } from '../contract/claim-store.ts'
import type { ControlPlane, NotedClaims, Registry, ServiceTokens, UsageStore } from '../contract/ports.ts'
import type { FileRegistry } from './file.ts'

export interface FilePlaneOptions {
  /** Returns the current registry. Called for each request. */
  registry: () => Promise<FileRegistry>
  tokens: ServiceTokens
  claims: ClaimStore | null
  /** Writes one line of the audit log. A rejection with `AuditUnavailable` becomes a 503 without any data. */
  audit(line: AuditLine): unknown
}

/** Creates the control plane over files. */
export function createFilePlane({ registry, tokens, claims, audit }: FilePlaneOptions): ControlPlane {
  const write = async (line: AuditLine) => void (await audit(line))
  return {
    registry: fileRegistry(registry),
    tokens,
    claims: claims && notedClaims(claims, write),
    usage: rememberedUsage(write),
    audit: write,
  }
}

function fileRegistry(current: () => Promise<FileRegistry>): Registry {
  return {
    async byHost(host) {
      const bound = (await current()).byHost.get(host)
      return bound && { ...bound, answer: JSON.stringify(bound.answer) }
    },
    byLabel: async (label) => (await current()).byTenant.get(label)?.tenant,
    async billed(tenantId) {
      const { byTenant, tenants } = await current()
      return tenants.has(tenantId) ? tenantId : byTenant.get(tenantId)?.tenant
    },
    async credentials(tenant, ref) {
      const { byName } = await current()
      const known = byName.get(tenant)
      const found = known?.byRef.get(ref)
      return known && found && { ...found, insufficientBalance: known.insufficientBalance }
    },
  }
}

/** Writes the audit line after each change, because a file and a store have no common transaction. */
function notedClaims(claims: ClaimStore, write: (line: AuditLine) => Promise<void>): NotedClaims {
  return {
    async create(tenant, claim, note) {
      const created = await claims.create(tenant, claim)
      await write(note(created.outcome))
      return created
    },
    read: claims.read,
    async replace(tenant, replacement, note) {
      const replaced = await claims.replace(tenant, replacement)
      await write(note(replaced.outcome))
      return replaced
    },
    async delete(tenant, key, version, note) {
      const deleted = await claims.delete(tenant, key, version)
      await write(note(deleted.outcome))
      return deleted
    },
  }
}

/** Upper bound on remembered events. After a restart, billing recognises repetitions by the keys in the log. */
const maxRemembered = 50_000

function rememberedUsage(write: (line: AuditLine) => Promise<void>): UsageStore {
  const counted = new LRUCache<string, true>({ max: maxRemembered })
  return {
    async count(tenant, event, note) {
      const key = JSON.stringify([tenant, event.idempotency_key])
      const outcome = counted.has(key) ? 'repeated' : 'counted'
      counted.set(key, true)
      await write(note(outcome)).catch((error: unknown) => {
        // Only logged events count. The refused caller sends the event again.
        if (outcome === 'counted') counted.delete(key)
        throw error
      })
      return outcome
    },
  }
}
